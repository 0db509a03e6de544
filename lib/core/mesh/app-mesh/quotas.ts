import type { AppMeshPlan } from './resources';
import type { MeshWorkloadPlan } from '../../plan/system-plan';
import type { Warning } from '../../model/topology';
import { maxTasks } from '../../model/topology';

/** All of them can be raised. https://docs.aws.amazon.com/general/latest/gr/appmesh.html */
const GATEWAY_ROUTES = 10;
const ROUTES = 50;
const ENVOYS = 50;
const BACKENDS = 50;

/** What an account gets no more of by itself. */
export function quotas(
  { virtualGateways, virtualRouters, routes, virtualNodes }: AppMeshPlan,
  tasks: readonly MeshWorkloadPlan[],
): readonly Warning[] {
  const above = (count: number, quota: number, what: string): readonly string[] => (count > quota ? [`${count} ${what}, of ${quota}`] : []);
  const found = [
    ...virtualGateways.flatMap(({ name, routes: own }) =>
      above(own.length, GATEWAY_ROUTES, `gateway routes of the virtual gateway "${name}"`),
    ),
    ...virtualRouters.flatMap(({ name }) =>
      above(routes.filter(({ router }) => router === name).length, ROUTES, `routes of the virtual router "${name}"`),
    ),
    ...virtualNodes.flatMap(({ name, spec }) => above(spec.backends?.length ?? 0, BACKENDS, `backends of the virtual node "${name}"`)),
    ...tasks.flatMap((task) => above(mostTasks(task), ENVOYS, `connected Envoys of "${task.name}" in a deployment`)),
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
