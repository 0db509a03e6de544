import { NestedStack } from 'aws-cdk-lib';
import type * as apigateway from 'aws-cdk-lib/aws-apigateway';
import type { Construct } from 'constructs';
import type { NestedPathPlan } from '../../../core/edges/rest/nested-paths';
import { makeResource, resourceAt } from './resource-at';

/**
 * Puts the resources of paths into nested stacks of their own. What is made below one of them from then on, methods included, stands in
 * the same stack; the resource that it is below stands where it would without it. A nested stack takes few values from the others: the
 * API, the parent, the load balancer, the VPC link, authorizers.
 */
export function nestPaths(scope: Construct, api: apigateway.RestApi, paths: readonly NestedPathPlan[] = []): readonly NestedStack[] {
  return paths.map(({ path, id }) => {
    const stack = new NestedStack(scope, id, { description: `${path} of the API of ${scope.node.path}` });
    const [, parentPath = '', pathPart = ''] = /^(.*)\/([^/]+)$/.exec(path) ?? [];
    // The parent knows it from then on, and hands it out by its path.
    makeResource(stack, resourceAt(api, parentPath), pathPart);
    return stack;
  });
}
