import type { Sizing } from '../../model/topology';
import { defined } from '../../defined';

/** Nothing but how many tasks there are, and what each gets: plans and snapshots hold no more of a service. */
export function sizingOf(service: Sizing): Sizing {
  const { cpu, memoryMiB, architecture, desiredCount, scaling, enableExecuteCommand, capacityProviders, replacement } = service;
  return { cpu, memoryMiB, architecture, enableExecuteCommand, capacityProviders, ...defined({ desiredCount, scaling, replacement }) };
}
