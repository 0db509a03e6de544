import { Duration } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { defined } from '../../core/defined';
import { environmentOf } from '../../core/plan/pack-config';
import { launchTypeOf } from '../../core/plan/system-plan';
import type { ArchitectureId, ContainerPlan, DeployedValue, InterceptionPlan, WorkloadPlan } from '../../core/plan/system-plan';
import { buildImagesFor } from '../containers/built-images';
import { readableSecrets } from '../containers/encrypted-secret';
import { readableFiles } from '../containers/environment-files';
import { LinuxParametersOfTask, ulimitsOf } from '../containers/linux-parameters';
import type { ContainerProps } from '../../props/service/container-props';
import { addFileSystems, fileSystemVolumes } from './file-systems';
import { weightsParameters } from './identity';
import { limitVariables } from '../containers/limit-variables';
import { acknowledgeOwnEnvironment } from '../containers/own-environment';
import { MeshLogDriver } from '../containers/mesh-log-driver';
import { resourceAttributesOf } from '../containers/resource-attributes';
import type { WorkloadContext } from './workload';

/** What the tasks of a task definition are given that other resources make. */
export interface TaskResources {
  readonly taskRole: iam.IRole;
  readonly executionRole: iam.IRole;
  /** Where they register. */
  readonly discoveryServiceId: string | undefined;
}

export interface RenderedTask {
  readonly taskDefinition: ecs.TaskDefinition;
  /** By name, in the order of the plan. */
  readonly containers: ReadonlyMap<string, ecs.ContainerDefinition>;
  /** That of the application; in the tasks of a gateway that of Envoy. */
  readonly container: ecs.ContainerDefinition;
  readonly proxyContainer: ecs.ContainerDefinition;
}

/** A task definition with its containers, be it of a service's tasks or of others. */
export function renderTaskDefinition(
  scope: Construct,
  plan: WorkloadPlan,
  context: WorkloadContext,
  { taskRole, executionRole, discoveryServiceId }: TaskResources,
): RenderedTask {
  const taskDefinition = ofLaunchType(scope, plan, { taskRole, executionRole });
  buildImagesFor(plan.sizing.architecture, taskDefinition, context.wrongPlatform);
  for (const name of plan.volumes) taskDefinition.addVolume({ name });
  addFileSystems(taskDefinition, fileSystemVolumes([plan], context.fileSystem));
  const containers = renderContainers(scope, taskDefinition, plan, context, {
    discoveryServiceId,
    shared: context.sharedVariables,
    namespaceHttpName: context.namespaceHttpName,
    weightsParameterNames: weightsParameters(plan, context)
      .map((parameter) => parameter.parameterName)
      .join(','),
    meshScope: context.scaling.meshScope,
    endpointArn: plan.endpoint === undefined ? undefined : context.endpointArn(plan.endpoint),
    resourceAttributes: resourceAttributesOf(taskDefinition, plan, context.foundation.cluster),
  });
  const proxyContainer = find(plan, containers, 'proxy');
  const hasApplication = plan.containers.some(({ role }) => role === 'application');
  const container = hasApplication ? find(plan, containers, 'application') : proxyContainer;
  // By default it is the first essential one, which is Envoy.
  taskDefinition.defaultContainer = container;
  acknowledgeOwnEnvironment(taskDefinition, plan);
  return { taskDefinition, containers, container, proxyContainer };
}

function find(
  plan: WorkloadPlan,
  containers: ReadonlyMap<string, ecs.ContainerDefinition>,
  role: ContainerPlan['role'],
): ecs.ContainerDefinition {
  const name = plan.containers.find((container) => container.role === role)?.name;
  const found = name === undefined ? undefined : containers.get(name);
  if (found === undefined) throw new Error(`bug: the plan of ${plan.name} has no ${role} container`);
  return found;
}

/**
 * Every task has a network namespace of its own (awsvpc): the virtual names resolve to loopback addresses, on which its Envoy alone
 * listens.
 */
function ofLaunchType(
  scope: Construct,
  { sizing, ephemeralStorageGiB, interception: intercepted }: WorkloadPlan,
  roles: Pick<TaskResources, 'taskRole' | 'executionRole'>,
): ecs.TaskDefinition {
  const { cpu, memoryMiB } = sizing;
  const launchType = launchTypeOf(sizing);
  const common = {
    ...roles,
    ...defined({ proxyConfiguration: intercepted === undefined ? undefined : interception(intercepted) }),
  };
  const runtimePlatform = {
    cpuArchitecture: architecture(sizing.architecture),
    operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
  };
  if (launchType === 'FARGATE')
    return new ecs.FargateTaskDefinition(scope, 'TaskDefinition', {
      ...{ cpu, memoryLimitMiB: memoryMiB, runtimePlatform },
      ...common,
      ...defined({ ephemeralStorageGiB }),
    });
  return new ecs.TaskDefinition(scope, 'TaskDefinition', {
    compatibility: launchType === 'EC2' ? ecs.Compatibility.EC2 : ecs.Compatibility.MANAGED_INSTANCES,
    networkMode: ecs.NetworkMode.AWS_VPC,
    cpu: String(cpu),
    memoryMiB: String(memoryMiB),
    // Instances of the user's own are of one kind already.
    ...(launchType === 'EC2' ? {} : { runtimePlatform }),
    ...common,
  });
}

function interception({
  container,
  appPorts,
  ingressPort,
  egressPort,
  ignoredUser,
  ignoredGroup,
  ignoredIps,
  ignoredPorts,
}: InterceptionPlan): ecs.ProxyConfiguration {
  return new ecs.AppMeshProxyConfiguration({
    containerName: container,
    properties: {
      appPorts: [...appPorts],
      proxyIngressPort: ingressPort,
      proxyEgressPort: egressPort,
      ignoredUID: ignoredUser,
      ignoredGID: ignoredGroup,
      egressIgnoredIPs: [...ignoredIps],
      ...(ignoredPorts.length === 0 ? {} : { egressIgnoredPorts: [...ignoredPorts] }),
    },
  });
}

type DeployedValues = Readonly<Record<DeployedValue, string | undefined>>;

function renderContainers(
  scope: Construct,
  taskDefinition: ecs.TaskDefinition,
  plan: WorkloadPlan,
  context: WorkloadContext,
  deployed: DeployedValues,
): ReadonlyMap<string, ecs.ContainerDefinition> {
  const containers = new Map<string, ecs.ContainerDefinition>();
  const linux = new LinuxParametersOfTask(scope);
  for (const container of plan.containers) {
    const definition = taskDefinition.addContainer(container.name, {
      ...containerOptions(taskDefinition, plan, container, context),
      environment: {
        ...environmentOf(container),
        ...deployedEnvironment(container, deployed),
      },
      ...defined({ linuxParameters: linux.of(container) }),
    });
    definition.addMountPoints(
      ...(container.mounts ?? []).map(({ volume, path, readOnly }) => ({ sourceVolume: volume, containerPath: path, readOnly })),
    );
    limitVariables(definition);
    containers.set(container.name, definition);
  }
  for (const container of plan.containers) {
    for (const dependency of container.dependsOn) {
      const other = containers.get(dependency.container);
      if (other === undefined) continue;
      containers
        .get(container.name)
        ?.addContainerDependencies({ container: other, condition: ecs.ContainerDependencyCondition[dependency.condition] });
    }
  }
  return containers;
}

function deployedEnvironment(
  { name, deployedEnvironment: variables = {} }: ContainerPlan,
  deployed: DeployedValues,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).map(([variable, value]) => {
      const text = deployed[value];
      if (text === undefined) throw new Error(`bug: the container ${name} wants the ${value} that its task does not have`);
      return [variable, text];
    }),
  );
}

function loggingOf(
  { systemLogDriver, ownLogDriver }: ContainerPlan,
  props: ContainerProps | undefined,
  { logDriver, sidecarLogDriver }: WorkloadContext,
): ecs.LogDriver | undefined {
  if (systemLogDriver === true) return logDriver;
  return props?.logging ?? (ownLogDriver === true ? sidecarLogDriver : undefined);
}

function containerOptions(
  taskDefinition: ecs.TaskDefinition,
  plan: WorkloadPlan,
  container: ContainerPlan,
  context: WorkloadContext,
): ecs.ContainerDefinitionOptions {
  const props = context.containerProps(container);
  const check = container.healthCheck;
  const healthCheck: ecs.HealthCheck | undefined =
    props?.healthCheck ??
    (check === undefined
      ? undefined
      : {
          command: [...check.command],
          interval: Duration.seconds(check.intervalSeconds),
          timeout: Duration.seconds(check.timeoutSeconds),
          retries: check.retries,
          startPeriod: Duration.seconds(check.startPeriodSeconds),
        });
  return {
    image: props?.image ?? context.meshImage(container) ?? ecs.ContainerImage.fromRegistry(container.image ?? ''),
    essential: container.essential,
    readonlyRootFilesystem: container.readonlyRootFilesystem,
    logging: loggingOf(container, props, context) ?? new MeshLogDriver(context.foundation.logGroup, plan.name),
    ...secretsOf(taskDefinition, props?.secrets ?? context.meshSecrets(container)),
    ...(props?.environmentFiles === undefined
      ? {}
      : { environmentFiles: readableFiles(taskDefinition.obtainExecutionRole(), props.environmentFiles) }),
    ...defined({
      command: container.command === undefined ? undefined : [...container.command],
      entryPoint: container.entryPoint === undefined ? undefined : [...container.entryPoint],
      user: container.user,
      workingDirectory: container.workingDirectory,
      interactive: container.interactive,
      pseudoTerminal: container.pseudoTerminal,
      dockerLabels: container.dockerLabels,
      ulimits: ulimitsOf(container),
      systemControls: container.systemControls?.map(([namespace, value]) => ({ namespace, value })),
      gpuCount: container.gpuCount,
      healthCheck,
      cpu: container.cpu,
      memoryLimitMiB: container.memoryLimitMiB,
      memoryReservationMiB: container.memoryReservationMiB,
      stopTimeout: container.stopTimeoutSeconds === undefined ? undefined : Duration.seconds(container.stopTimeoutSeconds),
    }),
    ...(container.restart ? { enableRestartPolicy: true, restartAttemptPeriod: Duration.minutes(1) } : {}),
    portMappings: container.ports.map((containerPort) => ({ containerPort })),
  };
}

function secretsOf(
  scope: Construct,
  secrets: Readonly<Record<string, ecs.Secret>> | undefined,
): Pick<ecs.ContainerDefinitionOptions, 'secrets'> {
  return secrets === undefined ? {} : { secrets: readableSecrets(scope, secrets) };
}

function architecture(id: ArchitectureId): ecs.CpuArchitecture {
  return id === 'ARM64' ? ecs.CpuArchitecture.ARM64 : ecs.CpuArchitecture.X86_64;
}
