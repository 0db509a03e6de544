import type { Service, Topology } from '../../model/topology';
import type { Json, JsonObject } from '../syntax/json';
import { duration, typed } from '../syntax/json';
import type { Fault } from '../../model/traffic-policy';
import { requestMatchers } from './request-filter';
import { headerMatcher } from './route-match';
import { defined } from '../../defined';

/** One filter for each fault, behind authorization and limits. https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/fault_filter */
export function faults(topology: Topology, service: Service): readonly Json[] {
  return service.policy.faults.map((fault) => {
    const { percent, delaySeconds, abortStatus } = fault;
    const percentage: JsonObject = { numerator: Math.round(percent * 10_000), denominator: 'MILLION' };
    const headers = [...requestMatchers(topology, fault, false), ...fault.headers.map(headerMatcher)];
    return {
      name: faultFilter(fault),
      typed_config: typed('envoy.extensions.filters.http.fault.v3.HTTPFault', {
        ...(headers.length === 0 ? {} : { headers }),
        ...defined({
          delay: delaySeconds === undefined ? undefined : { fixed_delay: duration(delaySeconds), percentage },
          abort:
            abortStatus === undefined
              ? undefined
              : { [service.protocol === 'grpc' ? 'grpc_status' : 'http_status']: abortStatus, percentage },
        }),
      }),
    };
  });
}

export function faultFilter({ name }: Fault): string {
  return `fault.${name}`;
}
