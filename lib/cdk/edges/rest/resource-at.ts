import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import type { Construct } from 'constructs';

/** The resource of a path, which is made with those above it that are not there yet. */
export function resourceAt(api: apigateway.RestApi, path: string): apigateway.ResourceBase {
  const { root } = api;
  if (!(root instanceof apigateway.ResourceBase)) throw new Error('bug: the root of an API is no resource');
  return path
    .split('/')
    .filter((part) => part !== '')
    .reduce(childOf, root);
}

function childOf(parent: apigateway.ResourceBase, part: string): apigateway.ResourceBase {
  // The parent keeps them in a plain object, which also has what objects inherit.
  const known = parent.getResource(part);
  if (known instanceof apigateway.ResourceBase && known.parentResource === parent) return known;
  return makeResource(parent, parent, part);
}

/** @param scope where it stands: its parent, or a nested stack */
export function makeResource(scope: Construct, parent: apigateway.IResource, part: string): apigateway.Resource {
  return new apigateway.Resource(scope, constructId(parent, part), { parent, pathPart: part });
}

/** Of what the CDK puts below a resource, besides those of parts of paths: its methods, and what it renders. */
const TAKEN = ['Resource', 'Default', 'ANY', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

/** Of what stands below the API: the logical IDs of what is below its root do not name the root. */
const TAKEN_AT_ROOT = /^(Cors[45]xx|DeploymentStage\..+)$/;

/** The part itself, as the CDK has it, unless that would be the ID of something else. No path has a tilde. */
function constructId(parent: apigateway.IResource, part: string): string {
  const taken = TAKEN.includes(part) || part in {} || (parent.parentResource === undefined && TAKEN_AT_ROOT.test(part));
  return taken ? `~${part}` : part;
}
