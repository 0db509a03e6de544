import type { Warning } from '../../model/topology';
import type { AppMeshSettings, AppMeshTopology } from './settings';
import { plaintext } from '../../plan/plaintext';
import { mixedProtocols } from './mixed-protocols';
import { acmCertificateOf } from './tls';

/** What deploys, but does not do what one might think. */
export function warningsOf(topology: AppMeshTopology, mesh: AppMeshSettings): readonly Warning[] {
  const { certificates, edges, services } = topology;
  const open = services.some((service) => acmCertificateOf(topology, service) === undefined);
  return [
    {
      id: 'app-mesh-shut-down',
      path: 'mesh',
      message:
        'AWS shut App Mesh down on 2026-09-30: an account that has it no longer will refuse to deploy this. Mesh.envoy() ' +
        'takes the same props, callers keep their URLs, and does more by default (docs/app-mesh.md)',
    },
    ...edges.map(({ path }): Warning => ({
      id: 'app-mesh-edge',
      path,
      message:
        'a virtual gateway of App Mesh does not do what the gateway of Mesh.envoy() does: refuse paths that can be read in ' +
        'two ways (//, /../, escaped letters), make X-Forwarded-* of what API Gateway says, and take API ' +
        "Gateway's own headers (x-edge-*) off the request. Host is the virtual name of the service",
    })),
    ...(certificates.kind === 'none' && open ? [plaintext()] : []),
    ...allowAllEgress(topology, mesh),
    ...mixedProtocols(topology),
  ];
}

/**
 * A virtual node with any backends must list all that it reaches.
 * https://docs.aws.amazon.com/app-mesh/latest/APIReference/API_EgressFilter.html
 */
function allowAllEgress({ egress, services }: AppMeshTopology, mesh: AppMeshSettings): readonly Warning[] {
  const callers = services.filter(({ calls, callsExternal }) => calls.length + callsExternal.length > 0).map(({ name }) => `"${name}"`);
  const reasons = [
    ...(egress === 'declared'
      ? [
          'security groups still let out only what is declared, and HTTPS: give egress: Egress.open() too, or open single ' +
            'targets by connections',
        ]
      : []),
    ...(callers.length > 0
      ? [
          `App Mesh applies it to no virtual node with backends, so ${callers.join(', ')}, with calls, still ` +
            `${callers.length === 1 ? 'reaches' : 'reach'} nothing but what is in calls, and AWS: name other hosts in ` +
            'external and calls, or their ports in ignoredEgressPorts',
        ]
      : []),
  ];
  return mesh.allowAllEgress && reasons.length > 0
    ? [{ id: 'app-mesh-allow-all-egress', path: 'mesh.allowAllEgress', message: `it does less than it says: ${reasons.join('; ')}` }]
    : [];
}
