import type { RemovalPolicy } from 'aws-cdk-lib';
import type { IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { CapacityProviderStrategy, CpuArchitecture, ICluster } from 'aws-cdk-lib/aws-ecs';
import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import type { ILogGroupRef, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IPrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import type { Certificates } from './security/certificates';
import type { Edge } from './edge/edge';
import type { Egress } from './security/egress';
import type { ExternalServiceProps } from './service/external-service-props';
import type { Mesh } from './mesh/mesh';
import type { ServiceProps } from './service/service-props';
import type { Tracing } from './observability/tracing';

/**
 * Where containers, Envoy and API Gateway log.
 *
 * @example
 * const logs: LogProps = { retention: RetentionDays.ONE_YEAR, removalPolicy: RemovalPolicy.RETAIN };
 */
export interface LogProps {
  /**
   * A log group of your own, such as a `LogGroup` or a `CfnLogGroup`. It must let `delivery.logs.amazonaws.com` write, if
   * API Gateway logs to it.
   *
   * @default - one is made
   */
  readonly logGroup?: ILogGroupRef;

  /**
   * How long the log groups that are made here keep logs.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly retention?: RetentionDays;

  /**
   * A key of your own for encryption, such as a `Key` or a `CfnKey`. Its policy must let CloudWatch Logs use it.
   *
   * @default - encrypted with a key that CloudWatch Logs owns
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
   */
  readonly encryptionKey?: IKeyRef;

  /**
   * What happens to the log group when the stack is deleted: all but `SNAPSHOT`, which log groups do not have.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;
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
   * most 63. `gateway`, `tasks` and `constructor` are taken.
   */
  readonly services: { readonly [name: string]: ServiceProps };

  /**
   * Services outside of the mesh, by name: services that list a name in `calls` call it as they call each other. External
   * services and those of the mesh have different names. The edge has no routes to them.
   *
   * @default - none
   */
  readonly external?: { readonly [name: string]: ExternalServiceProps };

  /**
   * Where tasks may connect to.
   *
   * @default Egress.declared()
   */
  readonly egress?: Egress;

  /**
   * The way in for clients outside: the short form of `edges` for one edge, which is called `default`. Not together with `edges`.
   *
   * @default - none: the services are reached by each other alone
   */
  readonly edge?: Edge;

  /**
   * Several ways in for clients outside, by name: each has an API and a gateway service (`gateway-<name>`) of its own. A name is a
   * DNS label of at most 55 characters. The edge that is called `default` has the resources of the prop `edge`, and its gateway
   * service is `gateway`: so a system that gets a second edge keeps the URL of its first one.
   *
   * @default - none
   */
  readonly edges?: { readonly [name: string]: Edge };

  /**
   * What carries the calls between services.
   *
   * @default Mesh.envoy()
   */
  readonly mesh?: Mesh;

  /**
   * Who issues the certificates with which services prove to each other who they are: every call inside the mesh is
   * mutual TLS 1.3.
   *
   * @default Certificates.kms()
   */
  readonly certificates?: Certificates;

  /**
   * The name of the mesh, a DNS label.
   *
   * @default - the construct's id in kebab case
   */
  readonly name?: string;

  /**
   * The domain of the virtual names: services are called `<service>.<domain>`. A private hosted zone for it is made, so inside
   * the VPC it hides a public domain of the same name. It may not be a name of AWS, or above or below one. At least two labels,
   * at most 180 characters.
   *
   * @default - `<name>.internal`
   */
  readonly domain?: string;

  /**
   * A Cloud Map namespace of your own, in the same VPC, for the tasks to register in. Its name must be known at
   * synth and must not be `domain`. Two meshes cannot share one if both have a service of the same name, or an edge.
   *
   * @default - a namespace `tasks.<domain>` is made
   */
  readonly namespace?: IPrivateDnsNamespace;

  /**
   * The VPC. It needs private subnets with a way to the images (NAT or VPC endpoints), and DNS support and host
   * names switched on. Meshes of one VPC need different domains.
   *
   * @default - that of the cluster; if there is none, a VPC over two availability zones with flow logs is made
   */
  readonly vpc?: IVpc;

  /**
   * The subnets of the tasks and of the way in from API Gateway.
   *
   * @default - the private subnets with a way out; if there are none, the isolated ones
   */
  readonly vpcSubnets?: SubnetSelection;

  /**
   * The ECS cluster; it brings its VPC.
   *
   * @default - a cluster with Fargate capacity providers and Container Insights is made
   */
  readonly cluster?: ICluster;

  /**
   * Distributed tracing.
   *
   * @default Tracing.xray()
   */
  readonly tracing?: Tracing;

  /**
   * Logs.
   *
   * @default - one log group, kept for a month
   */
  readonly logs?: LogProps;

  /**
   * The processor of every service that does not choose its own.
   *
   * @default - ARM64 (Graviton): images must be built for it, or set CpuArchitecture.X86_64
   */
  readonly cpuArchitecture?: CpuArchitecture;

  /**
   * The capacity providers of every service that does not choose its own.
   *
   * @default - plain FARGATE
   */
  readonly capacityProviderStrategies?: CapacityProviderStrategy[];

  /**
   * Whether `aws ecs execute-command` may open a shell in the tasks of services that do not choose: in containers
   * whose root file system can be written to, so not in Envoy's.
   *
   * @default false
   */
  readonly enableExecuteCommand?: boolean;
}
