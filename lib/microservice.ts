import type { IConnectable, ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { ContainerDefinition, FargateService, FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import type { IGrantable, IRole } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/**
 * A service of the mesh, to connect it with the rest of an app: as a grantable it is its task role, as a
 * connectable its security group.
 *
 * @example
 * table.grantReadWriteData(shop.service('carts'));
 * database.connections.allowDefaultPortFrom(shop.service('orders'));
 * const canary = shop.service('catalog').version('v2').service;
 */
export interface IMicroservice extends IConstruct, IGrantable, IConnectable {
  /** The name of the service in the mesh. */
  readonly serviceName: string;
  /** Where declared callers reach it (a name that exists if there are any; empty for the gateway), such as `http://catalog.shop.internal:15080`; `host:port` for gRPC and TCP. */
  readonly url: string;
  /**
   * The ECS service. Of a service with versions each has its own, as it has what follows up to `taskRole`: ask `version()`, since
   * this throws.
   */
  readonly service: FargateService;
  /** The task definition. */
  readonly taskDefinition: FargateTaskDefinition;
  /** The application's container; of the gateway, Envoy's. */
  readonly container: ContainerDefinition;
  /** Envoy's container. */
  readonly proxyContainer: ContainerDefinition;
  /** The role that the application has. */
  readonly taskRole: IRole;
  /** The security group of the tasks. The mesh opens it to declared callers only. */
  readonly securityGroup: ISecurityGroup;

  /**
   * The handle of a version. Its role, security group and URL are those of the service.
   *
   * @param name as in `versions`
   * @throws if there is no version of that name
   */
  version(name: string): IMicroservice;
}
