import type { ServiceDescription, SystemDescription } from '../../../lib/core/description/system-description';
import type { Fact } from './explanation';
import type { Sending } from './hops';
import { Names } from './names';

/**
 * Timeouts that contradict each other on the way: who waits for a shorter time than somebody behind it works for nobody.
 *
 * @param sending to the called service
 * @param before for how long the one in front waits; absent: nobody in front is known
 */
export function timeoutWarnings(
  system: SystemDescription,
  caller: string,
  sending: Sending,
  before: { readonly who: string; readonly seconds: number; readonly path: string } | undefined,
): readonly Fact[] {
  const names = new Names(system);
  const { callee, seconds, perTrySeconds, attempts } = sending;
  const calling = names.service(caller);
  return [
    ...(before !== undefined && isLonger(seconds, before.seconds)
      ? [
          {
            text: `${before.who} waits ${before.seconds} s (${before.path}), and the gateway ${secondsText(seconds)} for ${callee.name}`,
            path: sending.timeoutPath,
          },
        ]
      : []),
    ...(calling === undefined ? [] : callersWarnings(names, calling, sending)),
    ...(perTrySeconds !== undefined && seconds > 0 && perTrySeconds * attempts > seconds
      ? [
          {
            text:
              `${attempts} attempts of ${perTrySeconds} s do not fit into ${seconds} s: if each takes all of its time, there are only ` +
              `${Math.ceil(seconds / perTrySeconds)}`,
            path: sending.timeoutPath,
          },
        ]
      : []),
    ...calleesWarnings(names, sending),
  ];
}

/** Those in front of the caller. */
function callersWarnings(names: Names, calling: ServiceDescription, { callee, seconds, timeoutPath }: Sending): readonly Fact[] {
  return [...calling.callers, ...calling.gateways].flatMap((name) => {
    const { value, path } = names.policyOf('timeouts', name, calling);
    const waits = value.requestSeconds ?? 0;
    return waits > 0 && isLonger(seconds, waits)
      ? [
          {
            text: `${name} waits ${waits} s for ${calling.name}, which waits ${secondsText(seconds)} for ${callee.name} (${path})`,
            path: timeoutPath,
          },
        ]
      : [];
  });
}

/** Those behind the called service. */
function calleesWarnings(names: Names, { callee, seconds, timeoutPath }: Sending): readonly Fact[] {
  if (seconds === 0) return [];
  return names.callsOf(callee).flatMap((name) => {
    const next = names.service(name);
    if (next === undefined || next.protocol === 'tcp') return [];
    const { value, path } = names.policyOf('timeouts', callee.name, next);
    const waits = value.requestSeconds ?? 0;
    return isLonger(waits, seconds)
      ? [{ text: `${callee.name} waits ${secondsText(waits)} for ${name} (${path}), and gets only ${seconds} s itself`, path: timeoutPath }]
      : [];
  });
}

/** 0: for ever. */
function isLonger(seconds: number, than: number): boolean {
  return than > 0 && (seconds === 0 || seconds > than);
}

function secondsText(seconds: number): string {
  return seconds === 0 ? 'any time' : `${seconds} s`;
}
