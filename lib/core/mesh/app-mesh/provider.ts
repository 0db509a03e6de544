import { ADMIN_PORT, APP_MESH_EGRESS_PORT } from '../../contract/ports';
import { everyCaller } from '../../model/callers';
import { AGENT_CONTAINER, AGENT_MEMORY_MIB, DEFAULT_VIRTUAL_PORT, INIT_CONTAINER, PROXY_CONTAINER } from '../../model/constants';
import { ingressOf } from '../../plan/ingress';
import type { MeshPlan } from '../../plan/system-plan';
import { checkTaskDefinitionSize } from '../../plan/task-definition-size';
import { withTasks } from '../../model/service-ports';
import { isCalled } from '../../model/topology';
import type { IssueList } from '../../reading/issues';
import type { MeshProvider } from '../provider';
import { CAPABILITIES } from './capabilities';
import { checkFileSystems } from './check-file-systems';
import { checkPolicy } from './check-policy';
import { INGRESS_PORT, SETTLE_SECONDS, VIRTUAL_ADDRESS } from './constants';
import { externalName, externalNode, externalRoute } from './external';
import { APP_MESH_OPTIONS, parseAppMeshOptions } from './options';
import type { AppMeshPlan } from './resources';
import { quotaUses } from './quotas';
import { routesOf } from './routes';
import type { AppMeshSettings, AppMeshTopology } from './settings';
import { taskGroupsOf } from './targets';
import { virtualGateway } from './virtual-gateway';
import { virtualNode } from './virtual-node';
import { warningsOf } from './warnings';
import { gatewayWorkload, serviceWorkload } from './workloads';

/** AWS App Mesh: its control plane configures each Envoy. */
export const appMeshProvider: MeshProvider<AppMeshSettings> = {
  id: 'appMesh',
  factory: 'Mesh.appMesh()',
  capabilities: CAPABILITIES,
  options: APP_MESH_OPTIONS,
  parse: parseAppMeshOptions,
  footprint: {
    ports: new Map([
      [ADMIN_PORT, "Envoy's admin interface"],
      [INGRESS_PORT, "App Mesh's Envoy, for what arrives"],
      [APP_MESH_EGRESS_PORT, "App Mesh's Envoy, for what leaves"],
    ]),
    containers: [
      { name: PROXY_CONTAINER, memoryMiB: 0 },
      { name: INIT_CONTAINER, memoryMiB: 0 },
      { name: AGENT_CONTAINER, memoryMiB: AGENT_MEMORY_MIB },
    ],
    virtualPort: DEFAULT_VIRTUAL_PORT,
  },
  virtualAddresses: (names) => new Map(names.map((name) => [name, VIRTUAL_ADDRESS])),
  plan(topology: AppMeshTopology, issues: IssueList): MeshPlan {
    const { mesh, edges } = topology;
    checkPolicy(topology, mesh, issues);
    const groups = withTasks(topology.services).flatMap(taskGroupsOf);
    const services = groups.map((group) => serviceWorkload(topology, mesh, group));
    for (const [index, workload] of services.entries())
      checkTaskDefinitionSize(workload, `services.${groups[index]?.service.name ?? ''}`, issues);
    checkFileSystems(services, issues);
    const resources = planAppMesh(topology, mesh.allowAllEgress);
    const workloads = [...services, ...edges.map((edge) => gatewayWorkload(topology, mesh, edge))];
    return {
      workloads,
      // Where ECS leads what arrives for the application to Envoy, it is still the application's port to a security group.
      ingress: topology.services.filter(isCalled).flatMap((service) => ingressOf(service, service.port)),
      virtualAddresses: 'an address that nobody has',
      settleSeconds: SETTLE_SECONDS,
      discoversByName: mesh.discovery !== 'dns',
      resources,
      uses: quotaUses(resources, workloads),
      warnings: warningsOf(topology, mesh),
    };
  },
};

function planAppMesh(topology: AppMeshTopology, allowAllEgress: boolean): AppMeshPlan {
  const called = topology.services.filter((service) => everyCaller(service).length > 0);
  const { external, edges } = topology;
  return {
    mesh: { spec: { egressFilter: { type: allowAllEgress ? 'ALLOW_ALL' : 'DROP_ALL' } } },
    virtualNodes: [...topology.services.flatMap(taskGroupsOf).map((group) => virtualNode(topology, group)), ...external.map(externalNode)],
    virtualServices: [
      ...called.map(({ name, virtualHost }) => ({ name: virtualHost, router: name })),
      ...external.map(({ name, virtualHost }) => ({ name: virtualHost, router: externalName(name) })),
    ],
    // Callers use the virtual port, as with Mesh.envoy(); routes lead to the port of the application.
    virtualRouters: [
      ...called.map(({ name, virtualPort: port, protocol }) => ({ name, spec: { listeners: [{ portMapping: { port, protocol } }] } })),
      ...external.map(({ name, virtualPort: port }) => ({
        name: externalName(name),
        spec: { listeners: [{ portMapping: { port, protocol: 'tcp' as const } }] },
      })),
    ],
    routes: [...called.flatMap(routesOf), ...external.map(externalRoute)],
    virtualGateways: edges.map((edge) => virtualGateway(topology, edge)),
  };
}
