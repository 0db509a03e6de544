import { APP_MESH } from '../../limits/app-mesh';
import type { Limit } from '../../limits/limit';
import type { LimitUse } from '../../limits/use';
import { maxTasks } from '../../model/topology';
import { tasksInDeployment } from '../../plan/fargate-vcpus';
import type { MeshWorkloadPlan } from '../../plan/system-plan';
import type { AppMeshPlan } from './resources';

/** How much of the quotas of App Mesh a plan takes. */
export function quotaUses(plan: AppMeshPlan, tasks: readonly MeshWorkloadPlan[]): readonly LimitUse[] {
  const { virtualGateways, virtualRouters, virtualServices, routes, virtualNodes } = plan;
  return [
    ofMesh(APP_MESH.virtualGateways, virtualGateways, 'virtual gateways', 'use fewer edges'),
    ofMesh(APP_MESH.virtualNodes, virtualNodes, 'virtual nodes', 'use fewer services, versions or external services'),
    ofMesh(APP_MESH.virtualRouters, virtualRouters, 'virtual routers', 'call fewer services'),
    ofMesh(APP_MESH.virtualServices, virtualServices, 'virtual services', 'call fewer services'),
    ...virtualGateways.map(({ name, routes: own }) =>
      use(APP_MESH.gatewayRoutes, own.length, `the virtual gateway "${name}" has ${own.length} gateway routes`, 'use fewer routes'),
    ),
    ...virtualRouters.map(({ name }) => {
      const used = routes.filter(({ router }) => router === name).length;
      return use(APP_MESH.routes, used, `the virtual router "${name}" has ${used} routes`, 'give the service fewer routes');
    }),
    ...virtualNodes.map(({ name, spec: { backends = [] } }) =>
      use(APP_MESH.backends, backends.length, `the virtual node "${name}" has ${backends.length} backends`, 'call fewer services from it'),
    ),
    ...tasks.map(({ name, sizing }) => {
      const used = tasksInDeployment(sizing, maxTasks(sizing));
      return use(
        APP_MESH.envoys,
        used,
        `up to ${used} Envoys of "${name}" are connected while a deployment replaces its tasks`,
        'lower the number of its tasks, or maxHealthyPercent of its deployment',
      );
    }),
  ];
}

function ofMesh(limit: Limit, all: readonly unknown[], what: string, advice: string): LimitUse {
  return use(limit, all.length, `the mesh has ${all.length} ${what}`, advice);
}

function use(limit: Limit, used: number, subject: string, advice: string): LimitUse {
  return { limit, used, path: 'mesh', subject, advice };
}
