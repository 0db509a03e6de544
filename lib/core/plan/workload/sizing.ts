import { DEFAULT_REPLACEMENT } from '../../model/defaults';
import type { Sizing, TaskReplacement } from '../../model/topology';
import type { SizingPlan } from '../system-plan';
import { defined } from '../../defined';

/** Nothing but how many tasks there are, and what each gets: plans and snapshots hold no more of a service. */
export function sizingOf(service: Sizing): SizingPlan {
  const { cpu, memoryMiB, architecture, desiredCount, scaling, enableExecuteCommand, capacityProviders } = service;
  const replacement = service.replacement ?? DEFAULT_REPLACEMENT;
  return {
    cpu,
    memoryMiB,
    architecture,
    enableExecuteCommand,
    capacityProviders,
    replacement,
    ...defined({ desiredCount, scaling, zoneRebalancing: zoneRebalancing(replacement) }),
  };
}

/**
 * ECS refuses rebalancing without room for one more task. Said rather than left out, since a service that has it keeps it otherwise.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html
 */
function zoneRebalancing({ maxHealthyPercent }: TaskReplacement): 'DISABLED' | undefined {
  return maxHealthyPercent <= 100 ? 'DISABLED' : undefined;
}
