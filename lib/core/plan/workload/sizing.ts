import { DEFAULT_REPLACEMENT } from '../../model/defaults';
import type { Sizing } from '../../model/topology';
import type { SizingPlan } from '../system-plan';
import { defined } from '../../defined';

/** Nothing but how many tasks there are, and what each gets: plans and snapshots hold no more of a service. */
export function sizingOf(service: Sizing): SizingPlan {
  const { cpu, memoryMiB, architecture, desiredCount, scaling, enableExecuteCommand, capacityProviders, replacement } = service;
  return {
    cpu,
    memoryMiB,
    architecture,
    enableExecuteCommand,
    capacityProviders,
    replacement: replacement ?? DEFAULT_REPLACEMENT,
    ...defined({ desiredCount, scaling }),
  };
}
