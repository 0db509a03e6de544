import type { Reader } from '../../reading/reader';

export const ROLE_FIELDS = ['taskRole', 'executionRole'] as const;

/** Roles of the user's own, which only render looks into. */
export function checkRoles(at: Reader): void {
  for (const field of ROLE_FIELDS)
    at.field(field).checkInstance('an iam.IRole', ['roleArn', 'grant()'], 'use new iam.Role(), or import one by iam.Role.fromRoleName()');
}
