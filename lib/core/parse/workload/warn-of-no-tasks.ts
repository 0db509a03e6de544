import { ownerOf } from '../../model/service-ports';
import type { Scaling, Service, Warning } from '../../model/topology';

/** While a service that is called has no task, calls of it find nobody, and do not make it scale. */
export function warnOfNoTasks(service: Service): readonly Warning[] {
  const { versions, scaling, callers, gateways, loadBalancerTarget } = service;
  const name = ownerOf(service);
  if (callers.length + gateways.length === 0 && loadBalancerTarget === undefined) return [];
  const workloads: readonly (readonly [string, Scaling | undefined])[] = versions?.map((version) => [
    `services.${name}.versions.${version.name}.scaling.minCapacity`,
    version.weight === 0 ? undefined : version.scaling,
  ]) ?? [[`services.${name}.scaling.minCapacity`, scaling]];
  return workloads.flatMap(([path, { minCapacity } = { minCapacity: 1 }]) =>
    minCapacity > 0
      ? []
      : [
          {
            id: 'no-tasks-for-callers',
            path,
            message:
              `"${name}" is called, and may have no task: calls fail with 503 then, and a call does not start one. ` +
              'Set minCapacity to 1, or acknowledge it where callers can wait',
          },
        ],
  );
}
