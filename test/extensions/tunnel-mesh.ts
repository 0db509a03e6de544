/**
 * A third mesh provider, as somebody outside of the library would write it: the smallest one that has everything. A relay in each
 * task, which a broker (a resource of its own) tells where callees are. It exists in the tests only.
 */
import type { Construct } from 'constructs';
import { CfnParameter } from 'aws-cdk-lib/aws-ssm';
import type { RenderedMesh } from '../../lib/cdk/mesh/renderer';
import type { Capabilities, Capability, FeatureId } from '../../lib/core/mesh/features';
import { FEATURES } from '../../lib/core/mesh/features';
import type { MeshProvider } from '../../lib/core/mesh/provider';
import { parseLogLevel } from '../../lib/core/mesh/shared-options';
import type { MeshSettings, Sizing, Topology } from '../../lib/core/model/topology';
import { ingressOf } from '../../lib/core/plan/ingress';
import type { MeshPlan, MeshWorkloadPlan } from '../../lib/core/plan/system-plan';
import { application } from '../../lib/core/plan/workload/containers';
import { gatewayRegistration } from '../../lib/core/plan/workload/gateway';
import { sizingOf } from '../../lib/core/plan/workload/sizing';

const RELAY_PORT = 7000;
const ABLE: readonly FeatureId[] = ['http', 'tcp', 'declaredCalls', 'edge'];
const CAPABILITIES = Object.fromEntries(
  (Object.keys(FEATURES) as FeatureId[]).map((id): [FeatureId, Capability] => [
    id,
    ABLE.includes(id) ? true : { no: 'a tunnel passes bytes on, and looks at none of them' },
  ]),
) as Capabilities;

interface TunnelSettings extends MeshSettings {
  readonly broker: string;
}

/** What the broker knows: who may reach whom. */
export interface TunnelResources {
  readonly broker: string;
  readonly tunnels: readonly string[];
}

export const tunnelProvider: MeshProvider<TunnelSettings> = {
  id: 'tunnel',
  factory: 'Mesh.tunnel()',
  capabilities: CAPABILITIES,
  options: ['broker'],
  footprint: {
    ports: new Map([[RELAY_PORT, 'the relay of the tunnels']]),
    containers: [{ name: 'relay', memoryMiB: 32 }],
    virtualPort: RELAY_PORT + 1,
  },
  parse: (at) => ({
    provider: 'tunnel',
    proxyImage: 'example/relay:1',
    proxyLogLevel: parseLogLevel(at.field('logLevel')),
    broker: at.field('broker').required('the name of the broker', "such as broker: 'main'").string() ?? '',
  }),
  virtualAddresses: (names) => new Map(names.map((name) => [name, '127.0.0.1'])),
  plan: (topology): MeshPlan => ({
    workloads: [
      ...topology.services.map((service) => workload(topology, service.name, service, [application(service)])),
      ...topology.edges.map((edge) => ({
        ...workload(topology, edge.gatewayName, edge.gateway, []),
        edge: edge.name,
        registration: { ...gatewayRegistration(edge), container: 'relay' },
      })),
    ],
    ingress: topology.services.flatMap((service) => ingressOf(service, RELAY_PORT)),
    virtualAddresses: 'the relay in each task',
    resources: {
      broker: topology.mesh.broker,
      tunnels: topology.services.flatMap(({ name, calls }) => calls.map((callee) => `${name} -> ${callee}`)),
    } satisfies TunnelResources,
    warnings: [],
  }),
};

function workload(topology: Topology<TunnelSettings>, name: string, sizing: Sizing, own: MeshWorkloadPlan['containers']): MeshWorkloadPlan {
  return {
    name,
    discovers: [],
    volumes: [],
    sizing: sizingOf(sizing),
    traced: false,
    registration: { recordType: 'A', ttlSeconds: 5 },
    containers: [
      {
        name: 'relay',
        role: 'proxy',
        image: topology.mesh.proxyImage,
        essential: true,
        command: ['--broker', topology.mesh.broker],
        environment: {},
        secretNames: [],
        readonlyRootFilesystem: true,
        dependsOn: [],
        ports: [8080],
        restart: false,
      },
      ...own.map((container) => ({ ...container, dependsOn: [{ container: 'relay', condition: 'START' as const }] })),
    ],
  };
}

/** The broker. */
export function renderTunnels(scope: Construct, resources: unknown): RenderedMesh {
  const { broker, tunnels } = resources as TunnelResources;
  new CfnParameter(scope, 'Broker', { type: 'String', name: `/brokers/${broker}`, value: tunnels.join('; ') });
  return { endpointArn: ({ name }) => name };
}
