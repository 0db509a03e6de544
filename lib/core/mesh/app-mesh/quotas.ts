import { APP_MESH } from '../../limits/app-mesh';
import type { Limit } from '../../limits/limit';
import type { AppMeshPlan } from './resources';
import type { MeshWorkloadPlan } from '../../plan/system-plan';
import type { Warning } from '../../model/topology';
import { maxTasks } from '../../model/topology';

/** What an account gets no more of by itself. */
export function quotas(
  { virtualGateways, virtualRouters, virtualServices, routes, virtualNodes }: AppMeshPlan,
  tasks: readonly MeshWorkloadPlan[],
): readonly Warning[] {
  const above = (count: number, { value }: Limit, what: string): readonly string[] =>
    count > value ? [`${count} ${what}, of ${value}`] : [];
  const found = [
    ...above(virtualGateways.length, APP_MESH.virtualGateways, 'virtual gateways'),
    ...above(virtualNodes.length, APP_MESH.virtualNodes, 'virtual nodes'),
    ...above(virtualRouters.length, APP_MESH.virtualRouters, 'virtual routers'),
    ...above(virtualServices.length, APP_MESH.virtualServices, 'virtual services'),
    ...virtualGateways.flatMap(({ name, routes: own }) =>
      above(own.length, APP_MESH.gatewayRoutes, `gateway routes of the virtual gateway "${name}"`),
    ),
    ...virtualRouters.flatMap(({ name }) =>
      above(routes.filter(({ router }) => router === name).length, APP_MESH.routes, `routes of the virtual router "${name}"`),
    ),
    ...virtualNodes.flatMap(({ name, spec }) =>
      above(spec.backends?.length ?? 0, APP_MESH.backends, `backends of the virtual node "${name}"`),
    ),
    ...tasks.flatMap((task) => above(mostTasks(task), APP_MESH.envoys, `connected Envoys of "${task.name}" in a deployment`)),
  ];
  return found.length === 0
    ? []
    : [
        {
          id: 'app-mesh-quotas',
          path: 'mesh',
          message:
            `the default quotas of App Mesh do not suffice: there are ${found.join('; ')}. Raise them in Service Quotas ` +
            '(AWS App Mesh) before you deploy',
        },
      ];
}

function mostTasks({ sizing }: MeshWorkloadPlan): number {
  return Math.floor((maxTasks(sizing) * sizing.replacement.maxHealthyPercent) / 100);
}
