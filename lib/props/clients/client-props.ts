import type { IConnectable } from 'aws-cdk-lib/aws-ec2';
import type { IRole } from 'aws-cdk-lib/aws-iam';

/**
 * Caller outside of the mesh that has an IAM role and is in the VPC, such as a Lambda function, an EC2 instance or a batch job. It calls
 * through the client gateway, by mutual TLS, with a certificate for which its role proves its identity.
 *
 * @example
 * const client: ClientProps = { role: handler.role!, connections: handler, calls: ['orders'] };
 */
export interface ClientProps {
  /**
   * Role by which the client proves its identity. It may then use the identity key of the mesh for its own identity, and invoke the
   * function that issues certificates, and it gets two tags. Whoever can act in this role is this client, so use it for nothing else, and
   * for one client alone.
   *
   * A role that this app does not make gets no tags; the warning `role-without-identity` says which it needs. The stack of the role must
   * not be deployed before that of the system.
   */
  readonly role: IRole;

  /**
   * Network of the client: a Lambda function in a VPC, an instance, or a security group. It is let in to the client gateway, and to
   * nothing else; where its own security group restricts what it may connect to, that is opened to the client gateway, too.
   */
  readonly connections: IConnectable;

  /**
   * Names of the HTTP and gRPC services that the client calls. Requests to other services get 403.
   */
  readonly calls: string[];
}
