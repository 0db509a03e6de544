import type { MathExpression, Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { IConnectable, ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { BaseService, ContainerDefinition, IEcsLoadBalancerTarget, ScalableTaskCount, TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import type { IGrantable, IRole } from 'aws-cdk-lib/aws-iam';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { IConstruct } from 'constructs';

/**
 * Options of the metrics of a service.
 *
 * @example
 * const byUi: MeshMetricOptions = { caller: 'ui', period: Duration.minutes(1) };
 */
export interface MeshMetricOptions extends MetricOptions {
  /**
   * Name of a service or gateway that calls it. Then, the metric is what this caller's Envoys have counted: with requests that never
   * reached the service, and with the latency of all attempts.
   *
   * @default - what the service's own Envoys have counted, of all callers
   */
  readonly caller?: string;
}

/**
 * Handle of a service of the mesh, which connects it with the rest of an app. Grants go to its task role, and `connections` to its
 * security group. Its tasks run in one workload, or in one for each of its versions.
 *
 * @example
 * table.grantReadWriteData(shop.service('carts'));
 * database.connections.allowDefaultPortFrom(shop.service('orders'));
 */
export interface IMicroservice extends IConstruct, IGrantable, IConnectable {
  /** Name of the service in the mesh. */
  readonly serviceName: string;
  /**
   * URL at which declared callers reach the service, such as `http://catalog.shop.internal:15080`.
   *
   * For gRPC and TCP it is `host:port`. The DNS name exists only if another service declares a call. Empty for the gateway.
   *
   * It works only in tasks of services that list this one in `calls`: the name resolves to a loopback address, on which the Envoy of the
   * same task listens. For anything else, such as a Lambda function or an instance in the VPC, it leads nowhere: they are `clients`, whose
   * handle has an address for them, or they call by an edge. A warning, `virtual-name-outside-mesh`, finds it in variables of functions,
   * batch jobs and task definitions.
   */
  readonly url: string;
  /**
   * Returns the URL at which declared callers reach a port of the service beside its first one, such as
   * `orders-grpc.shop.internal:15080`. Like `url`, it works only in tasks of callers.
   *
   * @param name name of the port, as in `ports`
   * @throws if the service has no such port, or if it is opened past Envoy (`openTo`)
   */
  portUrl(name: string): string;
  /** Task role of the application, which all versions share. */
  readonly taskRole: IRole;
  /** Security group of the tasks of all versions. The mesh opens it to declared callers only. */
  readonly securityGroup: ISecurityGroup;
  /**
   * Returns the metric of the number of requests; of TCP, of connections. By default, it is the sum over 5 minutes.
   *
   * @example
   * const busy = shop.service('orders').metricRequests({ period: Duration.minutes(1) });
   *
   * @param options statistic, period, caller, and more
   * @throws if `observability.metrics` is off, or if the caller does not call the service
   */
  metricRequests(options?: MeshMetricOptions): Metric;

  /**
   * Returns the share of requests that fail with a status of 500 or more, in percent: an expression of two sums. By default, it is that
   * of 5 minutes. It has no value while there are no requests.
   *
   * @example
   * const failing = shop.service('orders').metricErrorRate().createAlarm(this, 'Failing', { threshold: 5, evaluationPeriods: 3 });
   *
   * @param options period, label, caller, and more
   * @throws if `observability.metrics` is off, or if the caller does not call the service
   */
  metricErrorRate(options?: MeshMetricOptions): MathExpression;

  /**
   * Returns the metric of the time from a request to its answer, in milliseconds: how long the application took. By default, it is the 99th
   * percentile over 5 minutes.
   *
   * @example
   * const median = shop.service('orders').metricLatency({ statistic: Stats.percentile(50) });
   *
   * @param options statistic, such as `p50`, period, caller, and more
   * @throws if `observability.metrics` is off, if the service speaks TCP, or if the caller does not call the service
   */
  metricLatency(options?: MeshMetricOptions): Metric;

  /** Workloads of the service: one, or one for each version, sorted by the name of the version. */
  readonly workloads: IWorkload[];

  /** What moves the weights of its versions, if the service has `shift`. */
  readonly shift?: IServiceShift;

  /**
   * Returns one of the workloads.
   *
   * @param version name of the version, as in `versions`; left out if there is only one workload
   * @throws if there is no such version, or if it is left out and there are several
   */
  workload(version?: string): IWorkload;
}

/**
 * Shifts of the weights of a service (`shift` of its props).
 *
 * @example
 * const takenBack = shop.service('orders').shift?.metricTakenBack();
 */
export interface IServiceShift {
  /**
   * State machine that moves weights, one for all services of the system. An execution has the name of the service in its input, and fails
   * with the error `ShiftTakenBack` and the reason when the weights go back.
   */
  readonly stateMachine: IStateMachine;

  /**
   * Returns the metric of shifts of this service that were taken back. By default, it is the sum over 5 minutes. An alarm on it must treat
   * missing data as not breaching.
   *
   * @param props statistic, period, and more
   */
  metricTakenBack(props?: MetricOptions): Metric;
}

/**
 * ECS service and task definition of a service of the mesh, or of one of its versions.
 *
 * @example
 * shop.service('orders').workload().container.addUlimits({ name: UlimitName.NOFILE, softLimit: 65536, hardLimit: 65536 });
 * const canary = shop.service('catalog').workload('v2').metricCpuUtilization({ period: Duration.minutes(1) });
 */
export interface IWorkload extends IConstruct {
  /** Name of the service in the mesh, which its versions share. */
  readonly serviceName: string;
  /** Name of the version, if the service has versions. */
  readonly version?: string;
  /** The ECS service: a `FargateService` on Fargate and Amazon ECS Managed Instances, an `Ec2Service` on EC2. */
  readonly ecsService: BaseService;
  /** The task definition; on Fargate a `FargateTaskDefinition`. */
  readonly taskDefinition: TaskDefinition;
  /** Container of the application; for the gateway, that of Envoy. */
  readonly container: ContainerDefinition;
  /** Container of Envoy. */
  readonly proxyContainer: ContainerDefinition;
  /**
   * The number of tasks, which takes further scaling policies. Undefined if the props set no `scaling`.
   *
   * @example
   * shop.service('orders').workload().scaling?.scaleToTrackCustomMetric('Lag', { metric: lag, targetValue: 1000 });
   */
  readonly scaling?: ScalableTaskCount;

  /**
   * Returns what `addTargets()` of a listener, or a target group, of `aws-elasticloadbalancingv2` takes to lead to the tasks. The
   * service needs `loadBalancerTarget`, which says of which kind the load balancer is.
   *
   * The security group of an Application Load Balancer is let in on the port of the target by the CDK; let in that of a Network Load
   * Balancer by `connections` of the target, whose default port it is. The ECS service waits until the listener and these rules are
   * there, and does not replace a task for its health checks until `startupTimeout` and 150 seconds are over. With several versions, a
   * listener's weighted target groups have one each.
   *
   * The stack of the load balancer is deployed before that of the mesh, so a load balancer in another stack must not refer to it.
   *
   * @example
   * listener.addTargets('Ui', {
   *   port: 80,
   *   targets: [shop.service('ui').workload().loadBalancerTarget()],
   *   healthCheck: { path: '/health' },
   * });
   *
   * @throws if the service has no `loadBalancerTarget`; when it is attached, if the load balancer is of the other kind, or if the
   * target group speaks another protocol
   */
  loadBalancerTarget(): IEcsLoadBalancerTarget;

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
   * CloudWatch Container Insights measures it (namespace `ECS/ContainerInsights`). A cluster that `Microservices` creates has
   * Container Insights. With a cluster of your own that does not have it, the metric has no data: an alarm on it stays in
   * `INSUFFICIENT_DATA`.
   *
   * @param props statistic, period, and more
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html
   */
  metricRunningTaskCount(props?: MetricOptions): Metric;

  /**
   * Returns the metric of the number of requests; of TCP, of connections. By default, it is the sum over 5 minutes.
   *
   * @example
   * const busy = shop.service('orders').metricRequests({ period: Duration.minutes(1) });
   *
   * @param options statistic, period, and more
   * @throws if `observability.metrics` is off, or if the service takes no requests
   */
  metricRequests(options?: MetricOptions): Metric;

  /**
   * Returns the share of requests that fail with a status of 500 or more, in percent: an expression of two sums. By default, it is that
   * of 5 minutes. It has no value while there are no requests.
   *
   * @example
   * const failing = shop.service('orders').metricErrorRate().createAlarm(this, 'Failing', { threshold: 5, evaluationPeriods: 3 });
   *
   * @param options period, label, and more
   * @throws if `observability.metrics` is off, or if the service takes no requests
   */
  metricErrorRate(options?: MetricOptions): MathExpression;

  /**
   * Returns the metric of the time from a request to its answer, in milliseconds: how long the application took. By default, it is the 99th
   * percentile over 5 minutes.
   *
   * @example
   * const median = shop.service('orders').metricLatency({ statistic: Stats.percentile(50) });
   *
   * @param options statistic, such as `p50`, period, and more
   * @throws if `observability.metrics` is off, if the service speaks TCP, or if the service takes no requests
   */
  metricLatency(options?: MetricOptions): Metric;
}
