import { Stack } from 'aws-cdk-lib';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type { WorkloadPlan } from '../../core/plan/system-plan';

/**
 * What OpenTelemetry knows of tasks, as OTEL_RESOURCE_ATTRIBUTES has it.
 * https://opentelemetry.io/docs/specs/semconv/resource/cloud-provider/aws/ecs/
 */
export function resourceAttributesOf(
  taskDefinition: ecs.TaskDefinition,
  { resourceAttributes }: WorkloadPlan,
  { clusterName }: ecs.ICluster,
): string | undefined {
  if (resourceAttributes === undefined) return undefined;
  const stack = Stack.of(taskDefinition);
  const deployed = {
    'cloud.account.id': stack.account,
    'cloud.region': stack.region,
    'aws.ecs.cluster.arn': stack.formatArn({ service: 'ecs', resource: 'cluster', resourceName: clusterName }),
    'aws.ecs.task.family': taskDefinition.family,
  };
  return Object.entries({ ...deployed, ...resourceAttributes })
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}
