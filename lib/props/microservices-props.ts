import type { RemovalPolicy } from 'aws-cdk-lib';
import type { IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { CapacityProviderStrategy, CpuArchitecture, ICluster, LogDriver } from 'aws-cdk-lib/aws-ecs';
import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import type { ILogGroupRef, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IHostedZone } from 'aws-cdk-lib/aws-route53';
import type { IPrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import type { ClientProps } from './clients/client-props';
import type { Certificates } from './security/certificates';
import type { Edge } from './edge/edge';
import type { Egress } from './security/egress';
import type { Capacity } from './service/capacity';
import type { ExternalServiceProps } from './service/external-service-props';
import type { JobProps } from './service/job-props';
import type { Mesh } from './mesh/mesh';
import type { Placement } from './placement';
import type { ServiceProps } from './service/service-props';
import type { SizingProps } from './service/sizing-props';
import type { ObservabilityProps } from './observability/observability-props';
import type { Tracing } from './observability/tracing';

/**
 * Log groups of containers, Envoy and API Gateway.
 *
 * @example
 * const logs: LogProps = { retention: RetentionDays.ONE_YEAR, removalPolicy: RemovalPolicy.RETAIN };
 */
export interface LogProps {
  /**
   * Existing log group, such as a `LogGroup` or a `CfnLogGroup`, for containers, Envoy and API Gateway. With an HTTP API its name should
   * begin with `/aws/vendedlogs/`: to the ARN of any other one API Gateway gives a place in a resource policy of the account and Region
   * that takes 5,120 characters. The warning `access-log-group` says so.
   *
   * @default - one is created, and one more for the access log of each HTTP API, which is called
   * `/aws/vendedlogs/ecs-microservices/<stack>/<ID of the API>`
   */
  readonly logGroup?: ILogGroupRef;

  /**
   * Retention period of the log groups that are created here.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly retention?: RetentionDays;

  /**
   * Customer managed key for encryption, such as a `Key` or a `CfnKey`. Its policy must let CloudWatch Logs use it.
   *
   * @default - encrypted with a key that CloudWatch Logs owns
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
   */
  readonly encryptionKey?: IKeyRef;

  /**
   * Removal policy of the log groups when the stack is deleted: any but `SNAPSHOT`, which log groups do not have. No retained log group
   * is in the way of a stack of the same name: names are made by CloudFormation, or have the ID of the API.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Log driver of the containers that the mesh adds to tasks: Envoy with its access log, the mesh agent, the collector. With
   * `LogDrivers.firelens()` the CDK adds a container `log-router` to every task, which reserves 50 MiB and counts as one of its ten
   * containers. Give `LogDrivers.awsLogs()` a `logGroup`: without one the CDK makes a log group for each container.
   *
   * @default - the log group, without blocking containers
   */
  readonly driver?: LogDriver;

  /**
   * Makes `driver` that of applications and extra containers that have no `logging`, too.
   *
   * @default false
   */
  readonly driverForApplications?: boolean;
}

/**
 * Props of `Microservices`.
 *
 * @example
 * const props: MicroservicesProps = {
 *   services: {
 *     ui: { image, port: 8080, calls: ['catalog'] },
 *     catalog: { image, port: 8080 },
 *   },
 *   edge: Edge.httpApi({ authorizer: Authorizer.none(), routes: { 'ANY /{proxy+}': { service: 'ui' } } }),
 * };
 */
export interface MicroservicesProps {
  /**
   * The services, by name. A name is a DNS label: lower-case letters, digits and hyphens, starting with a letter, at
   * most 63 characters. `gateway`, `tasks` and `constructor` are reserved.
   */
  readonly services: { readonly [name: string]: ServiceProps };

  /**
   * Jobs, by name: tasks that run to an end. Names are as those of services, from which they differ.
   *
   * @default - none
   */
  readonly jobs?: { readonly [name: string]: JobProps };

  /**
   * Services outside of the mesh, by name: services that list a name in `calls` call it as they call each other. External
   * services and those of the mesh have different names. The edge has no routes to them.
   *
   * @default - none
   */
  readonly external?: { readonly [name: string]: ExternalServiceProps };

  /**
   * Callers outside of the mesh that have an IAM role and are in the VPC, by name: such as Lambda functions, EC2 instances and batch
   * jobs. A name is a DNS label, and none of a service, a job or an external service; `client-gateway` and `load-balancer` are reserved.
   * With clients there is one more service, the client gateway, through which they call.
   *
   * @default - none: only services, edges and load balancers can call
   */
  readonly clients?: { readonly [name: string]: ClientProps };

  /**
   * Size and number of tasks of the client gateway, through which clients call.
   *
   * @default - two tasks with 256 CPU units and 512 MiB
   */
  readonly clientGateway?: SizingProps;

  /**
   * Destinations to which tasks may connect.
   *
   * @default Egress.declared()
   */
  readonly egress?: Egress;

  /**
   * API for clients outside of the mesh: the short form of `edges` for one edge, which is called `default`. Not together with
   * `edges`.
   *
   * @default - none: only services can reach each other
   */
  readonly edge?: Edge;

  /**
   * APIs for clients outside of the mesh, by name: each has a gateway service (`gateway-<name>`) of its own. A name is a
   * DNS label of at most 55 characters. The edge that is called `default` has the resources of the prop `edge`, and its gateway
   * service is `gateway`: so a system that gets a second edge keeps the URL of its first one.
   *
   * @default - none
   */
  readonly edges?: { readonly [name: string]: Edge };

  /**
   * Where the groups of services and edges stand, by name: each is a nested stack, or a stack of your own. A name is a DNS label.
   * Services and edges say by `group` in which one they are. What has no group stands in the stack of the system.
   *
   * Nothing moves by itself: where a stack would be larger than AWS CloudFormation takes, synthesis fails and says which groups would fit.
   *
   * @default - none: everything stands in one stack
   */
  readonly groups?: { readonly [name: string]: Placement };

  /**
   * Mesh provider, which carries the calls between services.
   *
   * @default Mesh.envoy()
   */
  readonly mesh?: Mesh;

  /**
   * Issuer of the certificates by which services authenticate each other: every call inside the mesh uses mutual TLS 1.3.
   *
   * @default Certificates.kms()
   */
  readonly certificates?: Certificates;

  /**
   * Name of the mesh, a DNS label.
   *
   * @default - the construct's id in kebab case
   */
  readonly name?: string;

  /**
   * Domain of the virtual names: services are called `<service>.<domain>`. A private hosted zone for it is created, unless `zone` names
   * one, so inside the VPC it hides a public domain of the same name. It may not be a name of AWS, or above or below one. At least two
   * labels, at most 180 characters.
   *
   * @default - the name of `zone`; without one, `<name>.internal`
   */
  readonly domain?: string;

  /**
   * Existing private hosted zone, in which the virtual names are written, such as for a VPC that another account shares, or where a
   * company makes zones centrally. Its name must be known at synthesis, and be `domain` or a domain above it. It must be in the account of
   * the stack, since AWS CloudFormation writes records nowhere else, and associated with the VPC.
   *
   * To change it for a system that is deployed changes what the roles of its tasks are tagged with (the mesh is known by its zone), so
   * tasks get no new certificates until all of its stacks are updated.
   *
   * @default - a private hosted zone of `domain` is created
   * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-associate-vpcs-different-accounts.html
   */
  readonly zone?: IHostedZone;

  /**
   * Existing AWS Cloud Map namespace, in the same VPC, in which the tasks register. Its name must be known at
   * synthesis and must not be `domain`. Two meshes cannot share one if both have a service of the same name, or an edge.
   *
   * @default - a namespace `tasks.<domain>` is created
   */
  readonly namespace?: IPrivateDnsNamespace;

  /**
   * VPC. It needs private subnets with a route to the images (NAT or VPC endpoints), and DNS support and DNS host
   * names enabled. Meshes in one VPC need different domains. Beside `cluster` only if that does not know its VPC, as one of
   * `Cluster.fromClusterArn()`.
   *
   * @default - that of the cluster; if there is none, a VPC with two Availability Zones and flow logs is created
   */
  readonly vpc?: IVpc;

  /**
   * Subnets of the tasks and of API Gateway's VPC link.
   *
   * @default - the private subnets with egress; if there are none, the isolated ones
   */
  readonly vpcSubnets?: SubnetSelection;

  /**
   * ECS cluster; its VPC is used, if it knows one (see `vpc`).
   *
   * @default - a cluster with Fargate capacity providers and Container Insights is created
   */
  readonly cluster?: ICluster;

  /**
   * Distributed tracing.
   *
   * @default Tracing.xray()
   */
  readonly tracing?: Tracing;

  /**
   * Metrics of services and calls, a dashboard, and alarms.
   *
   * @default - none
   */
  readonly observability?: ObservabilityProps;

  /**
   * Log settings.
   *
   * @default - one log group, and one more for the access log of each HTTP API, with a retention of one month
   */
  readonly logs?: LogProps;

  /**
   * CPU architecture of every service that does not set its own.
   *
   * @default - ARM64 (Graviton): images must be built for it, as those of `ContainerImage.fromAsset()` are, or set CpuArchitecture.X86_64
   */
  readonly cpuArchitecture?: CpuArchitecture;

  /**
   * Capacity beside AWS Fargate, by names of your own, at most 18: EC2 instances and Amazon ECS Managed Instances, to which
   * `capacityProviderStrategies` refer.
   *
   * @default - FARGATE and FARGATE_SPOT, which need no entry
   */
  readonly capacityProviders?: { readonly [name: string]: Capacity };

  /**
   * Capacity providers of every service that does not set its own: FARGATE, FARGATE_SPOT, or names of `capacityProviders`. Gateway
   * services inherit those that are not Spot; if there is none, they run on FARGATE.
   *
   * @default - FARGATE
   */
  readonly capacityProviderStrategies?: CapacityProviderStrategy[];

  /**
   * Enables ECS Exec (`aws ecs execute-command`) for every service that does not set its own: in containers whose root
   * file system can be written to, so not in Envoy's.
   *
   * @default false
   */
  readonly enableExecuteCommand?: boolean;
}
