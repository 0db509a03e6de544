import type { IResource } from 'aws-cdk-lib';
import { Token } from 'aws-cdk-lib';

/** What `Vpc.fromLookup()` has in place of the ID until the CDK has looked it up: that of any VPC. */
const NOT_LOOKED_UP = 'vpc-12345';

/**
 * Whether two constructs are the same resource of AWS, as when it is imported twice. The account is that of the stack that imports it,
 * so it says nothing about one that accounts share; a Region does.
 */
export function isSameResource<T extends IResource>(one: T | undefined, other: T | undefined, idOf: (resource: T) => string): boolean {
  if (one === undefined || other === undefined) return false;
  if (one === other) return true;
  const id = idOf(one);
  return id === idOf(other) && id !== NOT_LOOKED_UP && !differ(one.env.region, other.env.region);
}

function differ(one: string, other: string): boolean {
  return !Token.isUnresolved(one) && !Token.isUnresolved(other) && one !== other;
}
