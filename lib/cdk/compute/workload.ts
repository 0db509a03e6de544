import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as servicediscovery from 'aws-cdk-lib/aws-servicediscovery';
import type * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import type { IWorkload, MeshMetricOptions } from '../../microservice';
import type { MetricsContext } from '../observability/service-metrics';
import { ServiceMetrics } from '../observability/service-metrics';
import type { ContainerPlan, MeshEndpointPlan, WorkloadPlan } from '../../core/plan/system-plan';
import { serviceOf } from '../../core/plan/system-plan';
import type { ContainerProps } from '../../props/service/container-props';
import type { RoleProps } from '../../props/service/role-props';
import { executionRoleOf } from './execution-role-of';
import type { FileSystemsOf } from './file-systems';
import type { Identity } from './identity';
import { renderDiscovery, renderIdentity } from './identity';
import { renderTaskDefinition } from './task-definition';
import type { TaskService } from './task-service';
import { renderTaskService } from './task-service';
import type { Foundation } from './network';
import type { Issuing } from '../certificates/proven-identity';
import type { ScalingContext } from '../scaling/policies';
import { renderPolicies } from '../scaling/policies';
import { defined } from '../../core/defined';

/** Everything that rendering a task needs beside its plan. */
export interface WorkloadContext {
  readonly foundation: Foundation;
  readonly sharedExecutionRole: () => iam.IRole;
  /** What all tasks may do; absent if that is nothing. */
  readonly tasksPolicy: iam.IManagedPolicy | undefined;
  readonly tasksStatements: readonly iam.PolicyStatement[];
  /** Roles of the user's own, and where they stand in the props. */
  readonly ownRoles: RoleProps & { readonly path: string };
  /** Settings that all tasks have in common (shared-variables.ts); absent without certificates. */
  readonly sharedVariables: string | undefined;
  /** The user's props of a container, for what the plan cannot hold; undefined for the mesh's own containers. */
  readonly containerProps: (container: ContainerPlan) => ContainerProps | undefined;
  /** The log driver that the user gave to the system; absent: none. */
  readonly logDriver?: ecs.LogDriver;
  /** The one that the user gave to what the mesh adds to these tasks; absent: none. */
  readonly sidecarLogDriver?: ecs.LogDriver;
  /** The user's props of volumes that are file systems. */
  readonly fileSystem: FileSystemsOf;
  /** Images of the mesh's own containers, where they are not the plan's. */
  readonly meshImage: (container: ContainerPlan) => ecs.ContainerImage | undefined;
  /** Secrets of the mesh's own containers; undefined: none. */
  readonly meshSecrets: (container: ContainerPlan) => Readonly<Record<string, ecs.Secret>> | undefined;
  /** Takes up that an image is built for another processor than that of the tasks. */
  readonly wrongPlatform: (container: IConstruct, platform: string) => void;
  /** Alarms that end a deployment. */
  readonly alarms: readonly cloudwatch.IAlarmRef[];
  /** The parameter with the weights of a service's versions. */
  readonly weights: (service: string) => ssm.IStringParameter;
  /** The security group of the tasks, if it stands in another stack; undefined: one is made. */
  readonly securityGroup: (scope: Construct) => ec2.ISecurityGroup | undefined;
  /** Where tasks get their certificates; absent without certificates. */
  readonly issuing?: Issuing;
  /** By which Cloud Map's API knows the namespace; absent if nobody asks it. */
  readonly namespaceHttpName?: string;
  /** By which an Envoy is known to a control plane. */
  readonly endpointArn: (endpoint: MeshEndpointPlan) => string;
  readonly metrics: MetricsContext;
  /** What its scaling needs that the plan cannot hold. */
  readonly scaling: ScalingContext;
  readonly url?: string;
  readonly portUrls?: Readonly<Record<string, string>>;
  /** That the tasks have beside their own; absent: none. */
  readonly callersGroup?: ec2.ISecurityGroup;
}

/** One ECS service with all that belongs to it. Its resources depend on nothing of another workload. */
export class Workload extends Construct implements IWorkload {
  readonly serviceName: string;
  readonly version?: string;
  readonly ecsService: TaskService;
  readonly taskDefinition: ecs.TaskDefinition;
  readonly container: ecs.ContainerDefinition;
  readonly proxyContainer: ecs.ContainerDefinition;
  readonly scaling?: ecs.ScalableTaskCount;
  /** Absent: its tasks register nowhere. */
  readonly discoveryService: servicediscovery.Service | undefined;
  protected readonly identity: Identity;
  private readonly metrics: ServiceMetrics;

  /** @param of the service of which this is a version; absent: it is none, and has an identity of its own */
  constructor(
    scope: Construct,
    id: string,
    plan: WorkloadPlan,
    context: WorkloadContext,
    of?: { readonly identity: Identity; readonly discoveryService: servicediscovery.Service | undefined },
  ) {
    super(scope, id);
    this.serviceName = serviceOf(plan);
    if (plan.version !== undefined) this.version = plan.version.name;
    this.metrics = new ServiceMetrics(this, context.metrics, { service: this.serviceName, ...defined({ version: plan.version?.name }) });
    this.discoveryService = of?.discoveryService ?? renderDiscovery(this, 'Discovery', plan, context);
    this.identity = of?.identity ?? renderIdentity(this, [plan], [this.discoveryService ?? []].flat(), context);
    const { taskRole, securityGroup } = this.identity;
    const execution = executionRoleOf(this, plan, context);

    const { taskDefinition, containers, container, proxyContainer } = renderTaskDefinition(this, plan, context, {
      taskRole,
      executionRole: execution.role,
      discoveryServiceId: this.discoveryService?.serviceId,
    });
    this.taskDefinition = taskDefinition;
    this.container = container;
    this.proxyContainer = proxyContainer;

    this.ecsService = renderService(this, plan, context, this.taskDefinition, securityGroup);
    this.register(plan, containers);
    const { scaling } = plan.sizing;
    if (scaling !== undefined) {
      this.scaling = this.ecsService.scaleTaskCount(scaling);
      renderPolicies(this.scaling, plan, scaling, context.scaling);
    }
    // A task that starts before its execution role may write logs would not start.
    this.ecsService.node.addDependency(execution.role, ...[execution.permissions ?? [], this.identity.permissions ?? []].flat());
    // Nor one that mounts a file system which does not let it in.
    this.ecsService.node.defaultChild?.node.addDependency(...this.identity.fileSystemsOpen);
  }

  private register({ registration }: WorkloadPlan, containers: ReadonlyMap<string, ecs.ContainerDefinition>): void {
    if (registration === undefined || this.discoveryService === undefined) return;
    const container = containers.get(registration.container ?? '');
    const { port } = registration;
    this.ecsService.associateCloudMapService({
      service: this.discoveryService,
      ...(container === undefined || port === undefined ? {} : { container, containerPort: port }),
    });
  }

  metricRequests(options?: MeshMetricOptions): cloudwatch.Metric {
    return this.metrics.requests(options);
  }

  metricErrorRate(options?: MeshMetricOptions): cloudwatch.MathExpression {
    return this.metrics.errorRate(options);
  }

  metricLatency(options?: MeshMetricOptions): cloudwatch.Metric {
    return this.metrics.latency(options);
  }

  loadBalancerTarget(): ecs.IEcsLoadBalancerTarget {
    return this.ecsService.meshTarget('loadBalancerTarget()');
  }

  metric(metricName: string, props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.ecsService.metric(metricName, props);
  }

  metricCpuUtilization(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.ecsService.metricCpuUtilization(props);
  }

  metricMemoryUtilization(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.ecsService.metricMemoryUtilization(props);
  }

  metricRunningTaskCount(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const { cluster, serviceName } = this.ecsService;
    return new cloudwatch.Metric({
      namespace: 'ECS/ContainerInsights',
      metricName: 'RunningTaskCount',
      dimensionsMap: { ClusterName: cluster.clusterName, ServiceName: serviceName },
      ...props,
    }).attachTo(this.ecsService);
  }
}

function renderService(
  scope: Construct,
  plan: WorkloadPlan,
  { foundation, alarms, callersGroup }: WorkloadContext,
  taskDefinition: ecs.TaskDefinition,
  securityGroup: ec2.ISecurityGroup,
): TaskService {
  const { sizing } = plan;
  const { minHealthyPercent, maxHealthyPercent, rollback } = sizing.replacement;
  const service = renderTaskService(scope, 'Service', plan, securityGroup, {
    cluster: foundation.cluster,
    taskDefinition,
    securityGroups: [securityGroup, ...(callersGroup === undefined ? [] : [callersGroup])],
    ...defined({ vpcSubnets: foundation.vpcSubnets }),
    assignPublicIp: false,
    circuitBreaker: { enable: true, rollback },
    minHealthyPercent,
    maxHealthyPercent,
    ...(alarms.length === 0
      ? {}
      : {
          deploymentAlarms: {
            alarmNames: alarms.map((alarm) => alarm.alarmRef.alarmName),
            behavior: rollback ? ecs.AlarmBehavior.ROLLBACK_ON_ALARM : ecs.AlarmBehavior.FAIL_ON_ALARM,
          },
        }),
    enableExecuteCommand: sizing.enableExecuteCommand,
    // The tags of the stack reach the tasks, which are what costs.
    propagateTags: ecs.PropagatedTagSource.SERVICE,
    enableECSManagedTags: true,
    ...defined({
      desiredCount: sizing.desiredCount,
      availabilityZoneRebalancing:
        sizing.zoneRebalancing === undefined ? undefined : ecs.AvailabilityZoneRebalancing[sizing.zoneRebalancing],
    }),
    ...(sizing.capacityProviders.length === 0
      ? {}
      : {
          capacityProviderStrategies: sizing.capacityProviders.map(({ name, base, weight }) => ({
            capacityProvider: foundation.capacity.providerName(name),
            base,
            weight,
          })),
        }),
  });
  service.node.defaultChild?.node.addDependency(foundation.endpoints);
  if (sizing.capacityProviders.length > 0) service.node.addDependency(...foundation.capacity.providersOf(sizing));
  return service;
}
