import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledge } from '../acknowledge';

/** X-Ray knows no resources to name. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html */
const ACTIONS = [
  'xray:GetSamplingRules',
  'xray:GetSamplingStatisticSummaries',
  'xray:GetSamplingTargets',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
];

/** What the tracing collectors may do, once for all task roles. */
export function tracesPolicy(scope: Construct): iam.ManagedPolicy {
  const policy = new iam.ManagedPolicy(scope, 'TracesPolicy', {
    description: 'Lets the tracing collectors of a mesh send segments to AWS X-Ray',
    statements: [new iam.PolicyStatement({ actions: ACTIONS, resources: ['*'] })],
  });
  acknowledge(policy, ['traces']);
  return policy;
}
