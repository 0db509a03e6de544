import type { CfnResource } from 'aws-cdk-lib';

/**
 * Explicit dependencies. Where a resource is only referenced, CloudFormation begins before it has returned a success, and a load
 * balancer or a VPC link is not active by then.
 * https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1951
 */
export function waitFor(resource: CfnResource, others: readonly CfnResource[]): void {
  for (const other of others) resource.addResourceDependency(other);
}
