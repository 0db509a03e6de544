import { ECS } from '../limits/ecs';
import type { IssueList } from '../reading/issues';
import { LONGEST_HOST, deployedBytes, deployedVariablesBytes, secretsBytes } from './deployed-bytes';
import { packConfig } from './pack-config';
import type { ContainerPlan, MeshWorkloadPlan } from './system-plan';

type Measured = Pick<MeshWorkloadPlan, 'containers' | 'weightedCallees' | 'resourceAttributes'>;

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
  const largest = [...partsOf(task)]
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

/** An estimate, rather too large than too small: of what only a deployment knows it takes the most. */
export function taskDefinitionBytes(task: Measured): number {
  const { length } = task.containers;
  return partsOf(task).reduce((sum, { bytes }) => sum + bytes, REST_OF_A_TASK + REST_OF_A_CONTAINER * length);
}

/** What makes it smaller is what Envoy's configuration is made from; a gateway has no variables of the user's. */
function fixOf({ edge }: MeshWorkloadPlan): string {
  return edge === undefined
    ? 'call fewer services, or fewer with versions, and put large environment variables into a file, Amazon S3 or AWS Systems Manager'
    : 'use fewer routes, or fewer services, behind this edge, or a second edge (edges)';
}

function partsOf({ containers, weightedCallees = [], resourceAttributes = {} }: Measured): readonly Part[] {
  return [
    ...containers.flatMap((container) => partsOfContainer(container, weightedCallees)),
    // In the environment of Envoy, and of the application.
    { name: 'the resource attributes', bytes: 2 * deployedBytes(resourceAttributes) },
  ];
}

interface Part {
  readonly name: string;
  readonly bytes: number;
}

function partsOfContainer(container: ContainerPlan, weightedCallees: readonly string[]): readonly Part[] {
  const { command, environment, healthCheck, config, deployedEnvironment = {}, secretNames, ...rest } = container;
  const of = `container "${container.name}"`;
  return [
    // Of its texts, only hosts may be filled in at deployment.
    ...(config === undefined ? [] : [{ name: 'the compressed configuration', bytes: deployedBytes(packConfig(config), LONGEST_HOST) }]),
    { name: `the command of ${of}`, bytes: deployedBytes(command) },
    {
      name: `the environment of ${of}`,
      bytes: deployedBytes(Object.entries(environment).map(([name, value]) => ({ name, value }))),
    },
    { name: `what the deployment tells ${of}`, bytes: deployedVariablesBytes(deployedEnvironment, weightedCallees) },
    { name: `the secrets of ${of}`, bytes: secretsBytes(secretNames) },
    { name: `the rest of ${of}`, bytes: deployedBytes([healthCheck, rest]) },
  ];
}
