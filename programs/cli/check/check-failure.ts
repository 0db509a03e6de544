import type { SystemDescription, WorkloadDescription } from '../../../lib/core/description/system-description';
import { listed, type Finding } from './finding';

/** What one failure stops. */
export function checkFailure(system: SystemDescription, zones: number | undefined): readonly Finding[] {
  return [...checkOneTask(system), ...checkOneZone(zones), ...checkSpot(system)];
}

/** A gateway of one task stops everything behind it; services of one task are common, and one finding for all. */
function checkOneTask(system: SystemDescription): readonly Finding[] {
  const alone = system.workloads.filter((workload) => !workload.job && leastTasks(workload) === 1);
  const gateways = alone.filter(isGateway);
  const services = alone.filter((workload) => !isGateway(workload) && takesCalls(system, workload));
  const findings = gateways.map((workload): Finding => ({
    ...{ code: 'one-task', severity: 'warning', where: `${placeOf(system, workload)}.desiredCount` },
    what: `the gateway service ${workload.name} has one task`,
    why: 'nobody outside gets an answer while it is replaced, or after it has failed',
    fix: 'two tasks or more: leave desiredCount out, or set minCapacity of its scaling to 2',
  }));
  if (services.length === 0) return findings;
  return [
    ...findings,
    {
      ...{ code: 'one-task', severity: 'note', where: placeOf(system, services[0]) },
      what:
        services.length === 1
          ? `the service ${services[0]?.name ?? ''} has one task`
          : `${services.length} services have one task each: ${listed(services.map(({ name }) => name))}`,
      why: 'callers get errors from when the task fails until another has started',
      fix: 'desiredCount: 2, or minCapacity: 2 of its scaling, where that matters',
    },
  ];
}

function checkOneZone(zones: number | undefined): readonly Finding[] {
  if (zones !== 1) return [];
  return [
    {
      ...{ code: 'one-zone', severity: 'warning', where: 'vpc' },
      what: 'all tasks are in one Availability Zone',
      why: 'what stops the zone stops the system',
      fix: 'subnets in two Availability Zones or more',
    },
  ];
}

function checkSpot(system: SystemDescription): readonly Finding[] {
  return system.workloads
    .filter(({ job, capacityProviders }) => !job && capacityProviders.length > 0 && capacityProviders.every(isSpot))
    .map((workload) => ({
      code: 'all-spot',
      // Workers and jobs lose time, callers lose answers.
      severity: isGateway(workload) || takesCalls(system, workload) ? 'warning' : 'note',
      where: `${placeOf(system, workload)}.capacityProviderStrategies`,
      what: `all tasks of ${workload.name} run on Fargate Spot`,
      why: 'AWS may take all of them back at once, with two minutes of notice, and have none to give for a while',
      fix: "a base of 1 or more on FARGATE beside it: { capacityProvider: 'FARGATE', base: 1, weight: 0 }",
    }));
}

function isSpot({ name, base, weight }: WorkloadDescription['capacityProviders'][number]): boolean {
  return name === 'FARGATE_SPOT' || (base === 0 && weight === 0);
}

function leastTasks({ desiredCount, minCapacity }: WorkloadDescription): number {
  return desiredCount ?? minCapacity ?? 1;
}

function isGateway({ edge, clientGateway }: WorkloadDescription): boolean {
  return edge !== undefined || clientGateway;
}

function takesCalls({ services }: SystemDescription, { service }: WorkloadDescription): boolean {
  return services.some(({ name, kind }) => name === service && kind === 'service');
}

function placeOf({ services, edges }: SystemDescription, workload: WorkloadDescription | undefined): string {
  if (workload === undefined) return 'services';
  if (workload.clientGateway) return 'clientGateway';
  const edge = edges.find(({ name }) => name === workload.edge);
  if (edge !== undefined) return `${edge.path}.gateway`;
  const path = services.find(({ name }) => name === workload.service)?.path ?? `services.${workload.name}`;
  return workload.version === undefined ? path : `${path}.versions.${workload.version}`;
}
