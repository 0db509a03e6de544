import { ECS } from '../limits/ecs';
import type { IssueList } from '../reading/issues';
import type { ContainerPlan, MeshWorkloadPlan } from './system-plan';
import { packConfig } from './pack-config';

/** Log settings, ARNs, images and the like, which only render knows; generous. */
const REST_OF_A_CONTAINER = 700;
const REST_OF_A_TASK = 600;

/**
 * ECS refuses a task definition over 64 KiB, at deployment. Counted here, so that it is known at synth, with
 * the largest parts by name.
 */
export function checkTaskDefinitionSize(task: MeshWorkloadPlan, path: string, issues: IssueList): void {
  const bytes = taskDefinitionBytes(task);
  if (bytes <= ECS.taskDefinition.value) return;
  const largest = task.containers
    .flatMap(partsOf)
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, 3)
    .map((part) => `${part.name}: ${part.bytes} bytes`);
  issues.add({
    code: 'TASK_DEFINITION_TOO_LARGE',
    path,
    message: `the task definition of "${task.name}" has about ${bytes} bytes`,
    allowed: `at most ${ECS.taskDefinition.value} bytes`,
    fix: `${fixOf(task)}. The largest parts are ${largest.join('; ')}`,
  });
}

/** An estimate, rather too large than too small. */
export function taskDefinitionBytes({ containers }: Pick<MeshWorkloadPlan, 'containers'>): number {
  const parts = containers.flatMap(partsOf);
  return parts.reduce((sum, { bytes }) => sum + bytes, REST_OF_A_TASK + REST_OF_A_CONTAINER * containers.length);
}

/** What makes it smaller is what Envoy's configuration is made from; a gateway has no variables of the user's. */
function fixOf({ edge }: MeshWorkloadPlan): string {
  return edge === undefined
    ? 'call fewer services, or fewer with versions, and put large environment variables into a file, Amazon S3 or AWS Systems Manager'
    : 'use fewer routes, or fewer services, behind this edge, or a second edge (edges)';
}

function partsOf(container: ContainerPlan): { readonly name: string; readonly bytes: number }[] {
  const { command, environment, healthCheck, config, ...rest } = container;
  return [
    ...(config === undefined ? [] : [{ name: 'the compressed configuration', bytes: size(packConfig(config)) }]),
    { name: `the command of container "${container.name}"`, bytes: size(command) },
    {
      name: `the environment of container "${container.name}"`,
      bytes: size(Object.entries(environment).map(([name, value]) => ({ name, value }))),
    },
    { name: `the rest of container "${container.name}"`, bytes: size([healthCheck, rest]) },
  ];
}

function size(value: unknown): number {
  return value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value));
}
