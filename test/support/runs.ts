/** What part of the cases of a property is tried while somebody works on the code; CI tries all of them. */
const SHARE = process.env['CI'] === 'true' ? 1 : 1 / 4;

/**
 * How many cases a property tries, of those that it tries in CI. With CI=true before the command they are as many here:
 * `CI=true npx jest --selectProjects unit`. What has to be seen so often in those cases is counted the same way.
 */
export function runs(inCi: number): number {
  return Math.ceil(inCi * SHARE);
}

/** How often something must have been seen among as many cases; outside of CI, where there are few, only that it was. */
export function atLeast(times: number): number {
  return process.env['CI'] === 'true' ? times : 0;
}

/**
 * Of a simulation of a whole fleet: what part of it is simulated while somebody works on the code, with the same part of the quotas. CI
 * has all of it.
 */
export const FLEET_PART = process.env['CI'] === 'true' ? 1 : 1 / 5;
