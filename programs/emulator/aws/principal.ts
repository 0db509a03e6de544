import type { RequestContext } from './conditions';
import type { Statement } from './policy';

/** Who calls AWS, and what its role allows. */
export interface Principal {
  /** The task's ID, or the function's logical ID. */
  readonly name: string;
  /** Absent: no role. */
  readonly roleArn?: string;
  readonly statements: () => readonly Statement[];
  /** Of the role. */
  readonly tags: () => Readonly<Record<string, string>>;
}

/**
 * What IAM knows of every call of a role. Nobody has tags of a session here: neither ECS nor Lambda gives a role any.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
 */
export function contextOf({ roleArn, tags }: Omit<Principal, 'statements'>): RequestContext {
  return {
    ...(roleArn === undefined ? {} : { 'aws:PrincipalArn': roleArn, 'aws:PrincipalAccount': accountOf(roleArn) }),
    ...Object.fromEntries(Object.entries(tags()).map(([key, value]) => [`aws:PrincipalTag/${key}`, value])),
  };
}

export function accountOf(arn: string): string {
  return arn.split(':')[4] ?? '';
}
