import type { RouteAction } from './resources';
import type { Service, Version } from '../../model/topology';
import { portOf, serviceAs } from '../../model/topology';

/** Tasks of one kind: a service, or one version of it. Each is a virtual node. */
export interface TaskGroup {
  /** Names the task, the virtual node, and the ECS service. */
  readonly name: string;
  readonly service: Service;
  readonly version?: Version;
}

export function taskGroupsOf(service: Service): readonly TaskGroup[] {
  return service.versions === undefined
    ? [{ name: service.name, service }]
    : service.versions.map((version) => ({ name: version.workloadName, service: serviceAs(service, version), version }));
}

/**
 * A version with no weight stays behind the router, where a later deployment gives it one.
 *
 * @param weights of versions, if a route has its own
 */
export function targetsOf(service: Service, weights?: Readonly<Record<string, number>>): RouteAction {
  const { versions } = service;
  const port = portOf(service);
  if (versions === undefined) return { weightedTargets: [{ virtualNode: service.name, weight: 100, port }] };
  return {
    weightedTargets: versions.map(({ name, workloadName, weight }) => ({
      virtualNode: workloadName,
      weight: weights === undefined ? weight : (weights[name] ?? 0),
      port,
    })),
  };
}
