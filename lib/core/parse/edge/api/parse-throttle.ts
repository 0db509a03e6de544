import type { Throttle } from '../../../model/topology';
import type { Reader } from '../../../reading/reader';

export function parseThrottle(at: Reader): Throttle | undefined {
  if (!at.checkFields(['rateLimit', 'burstLimit'])) return undefined;
  const rateLimit = at
    .field('rateLimit')
    .required('the requests a second, in the long run,', 'such as rateLimit: 500')
    .number({ min: 0, max: 1_000_000, unit: 'requests a second', integer: false });
  const burstLimit = at
    .field('burstLimit')
    .required('the requests that may arrive at once', 'such as burstLimit: 1000')
    .number({ min: 0, max: 1_000_000, unit: 'requests' });
  // A bucket that holds nothing lets nothing through, however fast it fills; one that never fills runs dry.
  if (rateLimit !== undefined && burstLimit !== undefined && (rateLimit === 0) !== (burstLimit === 0)) {
    at.fail(
      'THROTTLE',
      `rateLimit ${rateLimit} and burstLimit ${burstLimit} contradict each other: ` +
        (burstLimit === 0 ? 'no request gets through' : 'after the first requests none gets through'),
      {
        got: null,
        allowed: 'both above 0; or both 0, which closes the route',
        fix:
          burstLimit === 0
            ? `set burstLimit, for instance to ${Math.max(1, Math.ceil(rateLimit))}`
            : `set rateLimit, for instance to ${burstLimit}`,
      },
    );
  }
  return rateLimit === undefined || burstLimit === undefined ? undefined : { rateLimit, burstLimit };
}
