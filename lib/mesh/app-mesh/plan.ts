import type { AppMeshPlan } from '../../plan/app-mesh';
import { ingressOf } from '../../plan/ingress';
import type { SystemPlan } from '../../plan/model';
import { checkTaskDefinitionSize } from '../../plan/task-definition-size';
import type { IssueList } from '../../topology/issues';
import type { Topology, Warning } from '../../topology/model';
import { plaintext } from '../task/plaintext';
import type { MeshProvider } from '../provider';
import { CAPABILITIES } from './capabilities';
import { checkPolicy } from './check-policy';
import { VIRTUAL_ADDRESS } from './constants';
import { externalName, externalNode, externalRoute } from './external';
import { routesOf } from './routes';
import { taskGroupsOf } from './targets';
import { gatewayTask, serviceTask } from './tasks';
import { acmCertificateOf } from './tls';
import { gatewayRoutes, virtualGateway } from './virtual-gateway';
import { virtualNode } from './virtual-node';

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
    const tasks = groups.map((group) => serviceTask(topology, mesh, group));
    for (const [index, task] of tasks.entries()) checkTaskDefinitionSize(task, `services.${groups[index]?.service.name ?? ''}`, issues);
    return {
      tasks: [...tasks, ...(edge === undefined ? [] : [gatewayTask(topology, mesh, edge)])],
      records: [...topology.services, ...topology.external].filter(({ callers }) => callers.length > 0).map(({ name, virtualHost }) => ({ service: name, host: virtualHost, address: VIRTUAL_ADDRESS })),
      // Where ECS leads what arrives for the application to Envoy, it is still the application's port to a security group.
      ingress: topology.services.flatMap((service) => ingressOf(service, service.port)),
      ...(settings.kind === 'none' ? {} : { certificates: { trustDomain, settings } }),
      appMesh: planAppMesh(topology, mesh.allowAllEgress),
      warnings: warnings(topology),
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
      ...external.map(({ name, virtualPort: port }) => ({ name: externalName(name), spec: { listeners: [{ portMapping: { port, protocol: 'tcp' as const } }] } })),
    ],
    routes: [...called.flatMap(routesOf), ...external.map(externalRoute)],
    ...(edge === undefined ? {} : { virtualGateway: virtualGateway(topology) }),
    gatewayRoutes: edge === undefined ? [] : gatewayRoutes(topology, edge),
  };
}

function warnings(topology: Topology): readonly Warning[] {
  const { certificates, edge, services } = topology;
  const open = services.some((service) => acmCertificateOf(topology, service) === undefined);
  return [
    {
      id: 'app-mesh-shut-down',
      path: 'mesh',
      message: 'AWS shut App Mesh down on 2026-09-30: an account that has it no longer will refuse to deploy this. Mesh.envoy() takes the same props, and callers keep their URLs',
    },
    ...(edge === undefined ? [] : [{
      id: 'app-mesh-edge',
      path: 'edge',
      message: "a virtual gateway of App Mesh does not do what the gateway of Mesh.envoy() does: refuse paths that can be read in two ways (//, /../, escaped letters), make X-Forwarded-* of what API Gateway says, and take API Gateway's own headers (x-edge-*) off the request. Host is the virtual name of the service",
    }]),
    ...(certificates.kind === 'none' && open ? [plaintext()] : []),
  ];
}
