import type { IRole } from 'aws-cdk-lib/aws-iam';

/**
 * IAM roles of one's own for the tasks of a service or a job, where a company makes roles apart from applications.
 *
 * Roles are in the account of the stack, and `ecs-tasks.amazonaws.com` may assume them.
 *
 * @example
 * const roles: RoleProps = { taskRole: Role.fromRoleName(this, 'OrdersRole', 'orders-tasks') };
 */
export interface RoleProps {
  /**
   * Existing task role: by it the application, the mesh agent and the collector call AWS, and tasks prove their identity. So no two
   * services or jobs share one, and it is the execution role of no other one. The library adds a policy to it, and the tags of the
   * identity where the role is a resource of the same stack.
   *
   * To a role that is imported, the warning `role-without-identity` says which tags it needs; to one that takes no policies
   * (`Role.fromRoleArn(…, { mutable: false })`), `role-without-policy` says which statements.
   *
   * @default - a role is created, and grants go to it
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
   */
  readonly taskRole?: IRole;

  /**
   * Existing execution role, by which Amazon ECS pulls images, reads secrets and writes logs. Several services may share one.
   *
   * @default - a role is created; services whose secrets or log drivers need it have one of their own, all others share one
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
   */
  readonly executionRole?: IRole;
}
