import type { Reader } from '../../reading/reader';

/** Range of the times between scaling activities, in seconds. */
export const COOLDOWN = { min: 0, max: 3600 };

/** A name of a metric or a schedule becomes the ID of a construct, and the name of a scheduled action. */
const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

export function checkScalingName(name: string, at: Reader): void {
  if (!NAME.test(name) || name === 'constructor')
    at.fail('INVALID_NAME', `"${name}" cannot be a name here`, {
      got: null,
      allowed: 'a letter, then letters, digits, hyphens and underscores, at most 64, such as "night"',
    });
}
