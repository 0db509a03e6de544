import { MESH_DIMENSION, REQUESTS_METRIC, REQUESTS_SECONDS, SERVICE_DIMENSION, VERSION_DIMENSION } from '../../lib/core/contract/metric';
import type { Log } from '../shared/log';
import type { Clock } from './clock';
import type { EnvoyAdmin } from './drain/envoy-admin';
import { embeddedMetric } from '../shared/embedded-metric';
import { failureOf, fieldsOf } from './failure';
import type { Step } from './loop';
import type { ReportedRequests } from './settings';

export interface RequestReportParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly envoy: EnvoyAdmin;
  readonly requests: ReportedRequests;
  readonly requestsMs: number;
  /** From then on it gets fewer requests than the tasks that stay, which say how many are needed. */
  readonly leaving: AbortSignal;
}

interface Reading {
  readonly at: number;
  readonly count: number;
}

/** Envoy starts at about the same time. */
const FIRST_TRY_MS = 1000;

/**
 * Reports how many requests Envoy has answered, as requests in a minute, also if there were none: without values, Application Auto Scaling
 * does not scale in. The first one comes when the agent has looked twice.
 * https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
 */
export function reportRequests({ clock, log, envoy, requests, requestsMs, leaving }: RequestReportParts): Step {
  const { scope, service, version } = requests;
  const dimensions = {
    [MESH_DIMENSION]: scope,
    [SERVICE_DIMENSION]: service,
    ...(version === undefined ? {} : { [VERSION_DIMENSION]: version }),
  };
  let before: Reading | undefined;
  return async () => {
    const count = await envoy.answered().catch((error: unknown) => {
      if (before !== undefined) log.warn('the requests cannot be counted', fieldsOf(failureOf(error)));
      return undefined;
    });
    if (count === undefined) return before === undefined ? FIRST_TRY_MS : requestsMs;
    const now = { at: clock.now(), count };
    const rate = before === undefined ? undefined : perMinute(before, now);
    before = now;
    if (rate !== undefined && !leaving.aborted)
      log.raw({
        ...embeddedMetric(now.at, { dimensionSets: [Object.keys(dimensions)], metrics: [{ Name: REQUESTS_METRIC, Unit: 'Count' }] }),
        ...dimensions,
        [REQUESTS_METRIC]: rate,
      });
    return requestsMs;
  };
}

/** Undefined: Envoy counts anew, since it has started again, or no time is over. */
function perMinute(before: Reading, now: Reading): number | undefined {
  const [count, ms] = [now.count - before.count, now.at - before.at];
  return count < 0 || ms <= 0 ? undefined : Math.round((count * REQUESTS_SECONDS * 1000) / ms);
}
