import type { TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { ContainerDefinition } from 'aws-cdk-lib/aws-ecs';
import type { ContainerPlan, WorkloadPlan } from '../../core/plan/system-plan';
import { environmentOf } from '../../core/plan/pack-config';
import { acknowledge } from '../acknowledge';

interface ContainerEnvironment {
  readonly name?: unknown;
  readonly environment?: readonly { readonly name?: unknown }[];
}

/**
 * The environment of the mesh's own containers is the mesh's to explain; the user's is the user's, in props or by `addEnvironment()`.
 * So at synth, when nobody adds any more.
 */
export function acknowledgeOwnEnvironment(taskDefinition: TaskDefinition, plan: WorkloadPlan): void {
  taskDefinition.node.addValidation({
    validate: () => {
      // Names are known without resolving what the definitions hold, which takes longer than the rest.
      const containers = taskDefinition.node.children
        .filter((child) => child instanceof ContainerDefinition)
        .map((container) => container.renderContainerDefinition() as ContainerEnvironment);
      if (containers.every((container) => isOwn(container, plan))) acknowledge(taskDefinition, ['meshEnvironment']);
      return [];
    },
  });
}

function isOwn({ name, environment = [] }: ContainerEnvironment, { containers }: WorkloadPlan): boolean {
  const planned = containers.find((each) => each.name === name && each.role !== 'application' && each.role !== 'extra');
  const own = planned === undefined ? {} : ownVariables(planned);
  return environment.every(({ name: variable }) => typeof variable === 'string' && variable in own);
}

/** A collector may be the user's, with variables of the user's. */
function ownVariables(container: ContainerPlan): Readonly<Record<string, unknown>> {
  if (container.role === 'collector') return { CW_CONFIG_CONTENT: true };
  return { ...environmentOf(container), ...container.deployedEnvironment };
}
