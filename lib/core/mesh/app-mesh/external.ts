import type { RoutePlan, VirtualNodePlan } from './resources';
import type { ExternalService } from '../../model/topology';

/** An external service, passed on byte for byte: applications originate TLS to it themselves. check-policy.ts refuses all else. */
export function externalNode({ name, host, port }: ExternalService): VirtualNodePlan {
  return {
    name: externalName(name),
    spec: {
      listeners: [{ portMapping: { port, protocol: 'tcp' } }],
      // Of a name that is not ours, any one address will do.
      serviceDiscovery: { dns: { hostname: host, responseType: 'LOADBALANCER' } },
    },
  };
}

export function externalRoute({ name, port }: ExternalService): RoutePlan {
  return {
    name: 'all',
    router: externalName(name),
    spec: { tcpRoute: { action: { weightedTargets: [{ virtualNode: externalName(name), weight: 100, port }] } } },
  };
}

/** The underscore keeps it apart from the names of services, which are DNS labels. */
export function externalName(name: string): string {
  return `external_${name}`;
}
