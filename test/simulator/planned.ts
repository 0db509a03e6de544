import { defined } from '../../lib/core/defined';
import { planSystem } from '../../lib/core/plan-system';
import { IssueList, MicroservicesValidationError } from '../../lib/core/reading/issues';
import type { Topology } from '../../lib/core/model/topology';
import { parseTopology } from '../../lib/core/parse/parse';
import type { SystemPlan } from '../../lib/core/plan/system-plan';
import type { System } from '../../programs/simulator/system';
import { systemOf } from '../../programs/simulator/system';
import { configOf } from '../support/cases';

export interface Planned {
  readonly topology: Topology;
  readonly plan: SystemPlan;
  readonly system: System;
}

/** Whether the only thing against generated props is that the configuration of a task is too large for ECS. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof MicroservicesValidationError && error.issues.every(({ code }) => code === 'TASK_DEFINITION_TOO_LARGE');
}

/** Undefined for a system that is too large for ECS. */
export function plannedIfItFits(raw: unknown): Planned | undefined {
  try {
    return planned(raw);
  } catch (error) {
    if (isTooLarge(error)) return undefined;
    throw error;
  }
}

/** A system of raw input, such as a golden case or what `mesh()` of test/support makes. */
export function planned(raw: unknown): Planned {
  const issues = new IssueList();
  const topology = parseTopology({ props: raw, defaultName: 'shop' }, issues);
  const plan = planSystem(topology, issues);
  issues.throwIfAny('Stack/Shop');
  return { topology, plan, system: simulatedOf(plan, topology) };
}

/** Of the plan, not of the topology, so that it is the configurations that are tested. */
export function simulatedOf(plan: SystemPlan, { discoveryDomain }: Topology): System {
  return systemOf(
    plan.workloads.map((workload) => ({
      name: workload.name,
      ...defined({ identity: workload.identity?.uri }),
      config: configOf(workload),
    })),
    { records: new Map(plan.records.map(({ host, address }) => [host, address])), discoveryDomain },
  );
}
