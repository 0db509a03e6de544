import type { Timeouts } from '../../../lib/core/model/traffic-policy';
import type { Reader } from '../../../lib/core/reading/reader';
import { section, wholeNumber, word } from '../cloudformation/values';
import { defined } from '../../../lib/core/defined';

/** Seconds of a duration with `Unit` and `Value`. */
export function readDuration(at: Reader): number | undefined {
  const duration = section(at, ['Unit', 'Value']);
  if (duration === undefined) return undefined;
  const unit = word(duration.field('Unit').required('the unit', 'give s or ms'), ['s', 'ms'], 'a unit');
  const value = wholeNumber(duration.field('Value').required('the value', 'give a number'), 0, Number.MAX_SAFE_INTEGER);
  if (unit === undefined || value === undefined) return undefined;
  return unit === 's' ? value : value / 1000;
}

/** Of routes and of listeners. */
export function readTimeouts(at: Reader, tcp: boolean): Timeouts | undefined {
  const timeout = section(at, tcp ? ['Idle'] : ['Idle', 'PerRequest']);
  if (timeout === undefined) return undefined;
  const idleSeconds = readDuration(timeout.field('Idle'));
  const requestSeconds = readDuration(timeout.field('PerRequest'));
  return defined({ requestSeconds, idleSeconds });
}
