import type { AppMeshPlan } from '../../plan/app-mesh';
import { ingressOf } from '../../plan/ingress';
import type { SystemPlan } from '../../plan/system-plan';
import { checkTaskDefinitionSize } from '../../plan/task-definition-size';
import type { IssueList } from '../../reading/issues';
import type { Topology } from '../../model/topology';
import type { MeshProvider } from '../provider';
import { CAPABILITIES } from './capabilities';
import { checkPolicy } from './check-policy';
import { VIRTUAL_ADDRESS } from './constants';
import { externalName, externalNode, externalRoute } from './external';
import { routesOf } from './routes';
import { taskGroupsOf } from './targets';
import { gatewayWorkload, serviceWorkload } from './workloads';
import { gatewayRoutes, virtualGateway } from './virtual-gateway';
import { virtualNode } from './virtual-node';
import { warningsOf } from './warnings';
import { defined } from '../../defined';

/** AWS App Mesh: its control plane tells each Envoy what to do. */
export const appMeshProvider: MeshProvider = {
  id: 'appMesh',
  factory: 'Mesh.appMesh()',
  capabilities: CAPABILITIES,
  plan(topology: Topology, issues: IssueList): SystemPlan {
    const { mesh, certificates: settings, trustDomain, edge } = topology;
    if (mesh.provider !== 'appMesh') throw new Error(`bug: App Mesh is asked to plan for ${mesh.provider}`);
    checkPolicy(topology, mesh, issues);
    const groups = topology.services.flatMap(taskGroupsOf);
    const tasks = groups.map((group) => serviceWorkload(topology, mesh, group));
    for (const [index, task] of tasks.entries()) checkTaskDefinitionSize(task, `services.${groups[index]?.service.name ?? ''}`, issues);
    const appMesh = planAppMesh(topology, mesh.allowAllEgress);
    const allTasks = [...tasks, ...(edge === undefined ? [] : [gatewayWorkload(topology, mesh, edge)])];
    return {
      workloads: allTasks,
      records: [...topology.services, ...topology.external]
        .filter(({ callers }) => callers.length > 0)
        .map(({ name, virtualHost }) => ({ service: name, host: virtualHost, address: VIRTUAL_ADDRESS })),
      // Where ECS leads what arrives for the application to Envoy, it is still the application's port to a security group.
      ingress: topology.services.flatMap((service) => ingressOf(service, service.port)),
      ...(settings.kind === 'none' ? {} : { certificates: { trustDomain, settings } }),
      appMesh,
      warnings: warningsOf(topology, mesh, appMesh, allTasks),
    };
  },
};

function planAppMesh(topology: Topology, allowAllEgress: boolean): AppMeshPlan {
  const called = topology.services.filter(({ callers, routed }) => callers.length > 0 || routed);
  const { external, edge } = topology;
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
    ...defined({ virtualGateway: edge === undefined ? undefined : virtualGateway(topology) }),
    gatewayRoutes: edge === undefined ? [] : gatewayRoutes(topology, edge),
  };
}
