import { displayValue } from './input';
import type { Reader } from './reader';

/** DNS labels as in RFC 1035, in lower case, since they become host names and SPIFFE ids. */
export const LABEL = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** @param max fewer characters than a label may have, where something is put before or behind the name */
export function checkLabel(name: string, at: Reader, what: string, max = 63): boolean {
  if (LABEL.test(name) && name.length <= max) return true;
  const allowed = `a DNS label: lower-case letters, digits and hyphens, starting with a letter, at most ${max} characters`;
  if (name.length > max) {
    at.fail('INVALID_NAME', `the name of ${what} has ${name.length} characters, which is too long`, { got: null, allowed });
    return false;
  }
  const better = name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '');
  at.fail('INVALID_NAME', `${displayValue(name)} is not a DNS label`, {
    got: null,
    allowed,
    ...(LABEL.test(better) && /^[\x20-\x7e]*$/.test(name) ? { fix: `call it "${better}"` } : {}),
  });
  return false;
}
