import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledge } from '../acknowledge';

/** X-Ray knows no resources to name. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html */
const TRACES_ACTIONS = [
  'xray:GetSamplingRules',
  'xray:GetSamplingStatisticSummaries',
  'xray:GetSamplingTargets',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
];

export interface TasksPolicyProps {
  /** The function that issues certificates; absent without certificates. */
  readonly issuerArn: string | undefined;
  /** Whether tasks send traces. */
  readonly traced: boolean;
  /** What a collector of the user's own may do. */
  readonly ofCollector: readonly iam.PolicyStatement[];
}

/** What all tasks of a mesh may do, once for all of their roles; undefined if that is nothing. */
export function tasksPolicy(scope: Construct, props: TasksPolicyProps): iam.ManagedPolicy | undefined {
  const statements = tasksStatements(props);
  if (statements.length === 0) return undefined;
  const policy = new iam.ManagedPolicy(scope, 'TasksPolicy', {
    // Always the same: a change would replace the policy, which stacks of groups may import.
    description: 'What all tasks of a mesh may do',
    statements: [...statements],
  });
  if (props.traced) acknowledge(policy, ['traces']);
  return policy;
}

export function tasksStatements({ issuerArn, traced, ofCollector }: TasksPolicyProps): readonly iam.PolicyStatement[] {
  return [
    ...(issuerArn === undefined ? [] : [new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [issuerArn] })]),
    ...(traced ? [new iam.PolicyStatement({ actions: TRACES_ACTIONS, resources: ['*'] })] : []),
    ...ofCollector,
  ];
}
