import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { IConnectable, ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { ContainerDefinition, FargateService, FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import type { IGrantable, IRole } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/**
 * A service of the mesh, to connect it with the rest of an app: as a grantable it is its task role, as a
 * connectable its security group. Its tasks run in one workload, or in one for each of its versions.
 *
 * @example
 * table.grantReadWriteData(shop.service('carts'));
 * database.connections.allowDefaultPortFrom(shop.service('orders'));
 */
export interface IMicroservice extends IConstruct, IGrantable, IConnectable {
  /** The name of the service in the mesh. */
  readonly serviceName: string;
  /**
   * The URL at which declared callers reach the service, such as `http://catalog.shop.internal:15080`; `host:port` for gRPC and
   * TCP. The name is created only if a service calls it. Empty for the gateway.
   */
  readonly url: string;
  /** The role that the application has, in all versions. */
  readonly taskRole: IRole;
  /** The security group of the tasks of all versions. The mesh opens it to declared callers only. */
  readonly securityGroup: ISecurityGroup;
  /** One workload, or one for each version, sorted by the name of the version. */
  readonly workloads: IWorkload[];

  /**
   * Returns one of the workloads.
   *
   * @param version as in `versions`, or nothing if there is only one workload
   * @throws if there is no such version, or if it is left out and there are several
   */
  workload(version?: string): IWorkload;
}

/**
 * An ECS service with its task definition: of a service of the mesh, or of one of its versions.
 *
 * @example
 * shop.service('orders').workload().container.addUlimits({ name: UlimitName.NOFILE, softLimit: 65536, hardLimit: 65536 });
 * const canary = shop.service('catalog').workload('v2').metricCpuUtilization({ period: Duration.minutes(1) });
 */
export interface IWorkload extends IConstruct {
  /** The name of the service in the mesh; versions share it. */
  readonly serviceName: string;
  /** The name of the version, if the service has versions. */
  readonly version?: string;
  /** The ECS service. */
  readonly ecsService: FargateService;
  /** The task definition. */
  readonly taskDefinition: FargateTaskDefinition;
  /** The application's container; of the gateway, Envoy's. */
  readonly container: ContainerDefinition;
  /** Envoy's container. */
  readonly proxyContainer: ContainerDefinition;

  /**
   * Returns a metric of the ECS service in the namespace `AWS/ECS`, with the dimensions `ClusterName` and `ServiceName`. By
   * default, it is the average over 5 minutes.
   *
   * @param metricName such as `CPUUtilization`
   * @param props statistic, period, and more
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html
   */
  metric(metricName: string, props?: MetricOptions): Metric;

  /**
   * Returns the metric of the CPU that all containers of a task use, in percent of what the task has, such as 60: the mean
   * of the tasks. By default, it is the average over 5 minutes.
   *
   * @param props statistic, period, and more
   */
  metricCpuUtilization(props?: MetricOptions): Metric;

  /**
   * Returns the metric of the memory that all containers of a task use, in percent of what the task has, such as 60: the mean
   * of the tasks. By default, it is the average over 5 minutes.
   *
   * @param props statistic, period, and more
   */
  metricMemoryUtilization(props?: MetricOptions): Metric;

  /**
   * Returns the metric of the number of running tasks. By default, it is the average over 5 minutes.
   *
   * CloudWatch Container Insights measures it (namespace `ECS/ContainerInsights`). A cluster that `Microservices` makes has
   * Container Insights. With a cluster of your own that does not, the metric has no data: an alarm on it stays in
   * `INSUFFICIENT_DATA`.
   *
   * @param props statistic, period, and more
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html
   */
  metricRunningTaskCount(props?: MetricOptions): Metric;
}
