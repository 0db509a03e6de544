import { servicesBehind } from '../../model/callers';
import type { GatewayRoutePlan, VirtualGatewayPlan } from './resources';
import { GATEWAY_PORT } from '../../model/constants';
import { ROUTE_HEADER } from '../../model/edge-headers';
import type { EdgeTopology } from '../../model/topology';
import type { AppMeshTopology } from './settings';
import { LOGGING } from './access-log';
import { clientPolicy } from './tls';
import { defined } from '../../defined';

/** The gateway service behind API Gateway. App Mesh has one client policy for all that a virtual gateway calls. */
export function virtualGateway(topology: AppMeshTopology, edge: EdgeTopology): VirtualGatewayPlan {
  const policy = clientPolicy(topology, servicesBehind(topology, edge));
  return {
    name: edge.gatewayName,
    spec: {
      listeners: [{ portMapping: { port: GATEWAY_PORT, protocol: 'http' } }],
      ...defined({ backendDefaults: policy === undefined ? undefined : { clientPolicy: policy } }),
      logging: LOGGING,
    },
    routes: gatewayRoutes(topology, edge),
  };
}

/**
 * API Gateway has matched a route, let its authorizer decide, and says which in a header; by that alone the request goes on
 * (see lib/core/envoy/gateway.ts). App Mesh puts the virtual service's name in place of the host, which is how it finds it.
 */
function gatewayRoutes(topology: AppMeshTopology, edge: EdgeTopology): readonly GatewayRoutePlan[] {
  const hosts = new Map(topology.services.map(({ name, virtualHost }) => [name, virtualHost]));
  return edge.routes.flatMap(({ key, target }, priority): readonly GatewayRoutePlan[] => {
    // A virtual gateway makes no answer of several: such a route is refused (capabilities.ts).
    if (target.kind === 'aggregate') return [];
    return [
      {
        name: routeName(key),
        spec: {
          priority,
          httpRoute: {
            match: { prefix: '/', headers: [{ name: ROUTE_HEADER, match: { exact: key } }] },
            action: {
              target: { virtualService: { virtualServiceName: hosts.get(target.service) ?? '' } },
              rewrite: { prefix: { defaultPrefix: 'DISABLED' } },
            },
          },
        },
      },
    ];
  });
}

/** Of letters, digits, hyphens and underscores, and another one for another key. */
export function routeName(key: string): string {
  return key.replace(/[^A-Za-z0-9-]/g, (character) => `_${character.charCodeAt(0).toString(16)}_`);
}
