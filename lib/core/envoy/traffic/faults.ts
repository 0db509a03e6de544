import type { ProtocolId, Service, Topology } from '../../model/topology';
import type { FaultAbort, HttpFilter } from '../api/http-filters';
import type { FractionalPercent } from '../api/type';
import { duration, message, named } from '../syntax/messages';
import type { Fault } from '../../model/traffic-policy';
import { requestMatchers } from './request-filter';
import { headerMatcher } from './route-match';

/**
 * One filter for each fault, behind authorization and limits.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/fault_filter
 */
export function faults(topology: Topology, service: Service): readonly HttpFilter[] {
  return service.policy.faults.map((fault) => {
    const { percent, delaySeconds, abortStatus } = fault;
    const percentage: FractionalPercent = { numerator: Math.round(percent * 10_000), denominator: 'MILLION' };
    const headers = [...requestMatchers(topology, fault, false), ...fault.headers.map(headerMatcher)];
    return named(
      faultFilterName(fault),
      'envoy.extensions.filters.http.fault.v3.HTTPFault',
      message({
        headers: headers.length === 0 ? undefined : headers,
        delay: delaySeconds === undefined ? undefined : { fixed_delay: duration(delaySeconds), percentage },
        abort: abortStatus === undefined ? undefined : abort(service.protocol, abortStatus, percentage),
      }),
    );
  });
}

function abort(protocol: ProtocolId, status: number, percentage: FractionalPercent): FaultAbort {
  return protocol === 'grpc' ? { grpc_status: status, percentage } : { http_status: status, percentage };
}

export function faultFilterName({ name }: Fault): string {
  return `fault.${name}`;
}
