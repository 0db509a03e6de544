import { defined } from '../defined';
import type { EdgeLimits } from '../edges/kind';
import type { LimitsExtension, OperationMethod } from '../model/openapi-document';
import type { EdgeRoute, EdgeTopology, Throttle } from '../model/topology';
import { hasBody } from './responses';

/** Those of the whole API. */
export function limitsOfEdge({ throttle }: Pick<EdgeTopology, 'throttle'>, limits: EdgeLimits): LimitsExtension | undefined {
  return unlessEmpty({
    ...rates(throttle),
    ...defined({
      timeoutSeconds: limits.requestSeconds,
      maxRequestBytes: limits.payloadBytes,
      maxRequestHeaderBytes: limits.requestHeaderBytes,
    }),
  });
}

/** What is other than that. Of two limits the smaller one counts. */
export function limitsOfOperation(
  { throttle, policy, target }: EdgeRoute,
  method: OperationMethod,
  own: EdgeLimits,
  all: EdgeLimits,
): LimitsExtension | undefined {
  const translated = target.kind === 'grpc' && hasBody(method) ? target.json?.maxRequestBytes : undefined;
  const answered = target.kind === 'aggregate' ? target.aggregation.timeoutMillis / 1000 : undefined;
  const timeoutSeconds = smallest(own.requestSeconds, policy?.timeoutSeconds, answered);
  const maxRequestBytes = smallest(own.payloadBytes, policy?.maxRequestBytes, translated);
  return unlessEmpty({
    ...rates(throttle),
    ...defined({
      timeoutSeconds: timeoutSeconds === all.requestSeconds ? undefined : timeoutSeconds,
      maxRequestBytes: maxRequestBytes === all.payloadBytes ? undefined : maxRequestBytes,
    }),
  });
}

function rates(throttle: Throttle | undefined): LimitsExtension {
  return throttle === undefined ? {} : { requestsPerSecond: throttle.rateLimit, burst: throttle.burstLimit };
}

function smallest(...limits: readonly (number | undefined)[]): number | undefined {
  const known = limits.filter((limit) => limit !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function unlessEmpty(limits: LimitsExtension): LimitsExtension | undefined {
  return Object.keys(limits).length === 0 ? undefined : limits;
}
