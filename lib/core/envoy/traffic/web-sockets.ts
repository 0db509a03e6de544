import type { Service } from '../../model/topology';
import type { Upstream } from './upstream';
import type { Json, JsonObject } from '../syntax/json';

const WEB_SOCKET = 'websocket';

/** Of a route's action. https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/http/upgrades */
export function upgrades({ policy }: Upstream): JsonObject {
  return policy?.webSockets === true ? { upgrade_configs: [{ upgrade_type: WEB_SOCKET }] } : {};
}

/** Between Envoys, which speak HTTP/2, an upgrade is a CONNECT (RFC 8441): for both of their sides. */
export function acceptConnect({ policy }: Service): JsonObject {
  return policy.webSockets ? { allow_connect: true } : {};
}

/** Conditions of requests that become WebSockets. Both headers, or Envoy takes a request for any other. */
export const UPGRADE_HEADERS: readonly Json[] = [
  { name: 'connection', string_match: { contains: 'upgrade', ignore_case: true } },
  { name: 'upgrade', string_match: { exact: WEB_SOCKET, ignore_case: true } },
];
