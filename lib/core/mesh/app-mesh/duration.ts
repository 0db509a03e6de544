import type { Duration } from './resources';

/**
 * In whole seconds or milliseconds: App Mesh has no finer unit.
 * https://docs.aws.amazon.com/app-mesh/latest/APIReference/API_Duration.html
 */
export function duration(seconds: number): Duration {
  return Number.isInteger(seconds) ? { value: seconds, unit: 's' } : { value: Math.round(seconds * 1000), unit: 'ms' };
}

export function isExpressible(seconds: number): boolean {
  return Math.abs(seconds * 1000 - Math.round(seconds * 1000)) < 1e-6;
}

/** No limit, which is not the default of App Mesh. */
export const NO_LIMIT: Duration = { value: 0, unit: 's' };
