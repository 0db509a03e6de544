import type { Service } from '../../model/topology';
import type { Upstream } from './upstream';
import type { Http2ProtocolOptions } from '../api/protocol';
import type { RouteAction } from '../api/route';
import type { HeaderMatcher } from '../api/route-components';

const WEB_SOCKET = 'websocket';

/** Of a route's action. https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/http/upgrades */
export function upgrades({ policy }: Upstream): Pick<RouteAction, 'upgrade_configs'> {
  return policy?.webSockets === true ? { upgrade_configs: [{ upgrade_type: WEB_SOCKET }] } : {};
}

/** Between Envoys, which speak HTTP/2, an upgrade is a CONNECT (RFC 8441): for both of their sides. */
export function allowConnect({ policy }: Service): Pick<Http2ProtocolOptions, 'allow_connect'> {
  return policy.webSockets ? { allow_connect: true } : {};
}

/** Conditions of requests that become WebSockets. Both headers, or Envoy takes a request for any other. */
export const UPGRADE_HEADERS: readonly HeaderMatcher[] = [
  { name: 'connection', string_match: { contains: 'upgrade', ignore_case: true } },
  { name: 'upgrade', string_match: { exact: WEB_SOCKET, ignore_case: true } },
];
