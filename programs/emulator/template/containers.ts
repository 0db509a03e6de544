import type { Fields } from './fields';
import { order } from './container-order';
import type {
  ContainerModel,
  Dependency,
  DependencyCondition,
  FileSystemModel,
  HealthCheckModel,
  LaunchType,
  RestartPolicyModel,
  TaskModel,
} from './system';

const CONDITIONS: readonly string[] = ['START', 'HEALTHY', 'SUCCESS', 'COMPLETE'];

/** A resolved AWS::ECS::TaskDefinition as a model. The defaults are those of ECS on Fargate. */
export function readTaskDefinition(definition: Fields): TaskModel {
  for (const volume of definition.objects('Volumes')) {
    for (const unsupported of ['FSxWindowsFileServerVolumeConfiguration', 'DockerVolumeConfiguration']) {
      if (volume.has(unsupported)) throw new Error(`${volume.path}: the runner has only bind mounts and Amazon EFS, not ${unsupported}`);
    }
  }
  const fileSystems = definition.objects('Volumes').flatMap(readFileSystem);
  const volumes = definition.objects('Volumes').map((volume) => volume.text('Name'));
  const logPrefix = definition
    .objects('ContainerDefinitions')
    .map((container) => container.child('LogConfiguration')?.child('Options')?.optionalText('awslogs-stream-prefix'))
    .find((prefix) => prefix !== undefined);
  const containers = definition.objects('ContainerDefinitions').map(readContainer);
  for (const container of containers) {
    for (const mount of container.mounts) {
      if (!volumes.includes(mount.volume))
        throw new Error(
          `${definition.path}: container "${container.name}" mounts the volume "${mount.volume}", which the task does not have`,
        );
    }
    for (const dependency of container.dependsOn) checkDependency(container, dependency, containers, definition.path);
  }
  order(containers); // throws on a cycle
  return {
    family: definition.optionalText('Family') ?? definition.path,
    launchType: readLaunchType(definition),
    containers,
    volumes: volumes.filter((name) => !fileSystems.some(({ volume }) => volume === name)),
    fileSystems,
    ...(logPrefix === undefined ? {} : { logPrefix }),
  };
}

/**
 * Each task has a network namespace of its own here, which on EC2 only `awsvpc` gives it: "The default is bridge."
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters_ec2.html#network_mode
 */
function readLaunchType(definition: Fields): LaunchType {
  const [launchType = 'FARGATE', ...others] = definition.texts('RequiresCompatibilities');
  const { path } = definition;
  if ((launchType !== 'FARGATE' && launchType !== 'EC2') || others.length > 0)
    throw new Error(`${path}.RequiresCompatibilities: the runner knows FARGATE or EC2, not ${[launchType, ...others].join(', ')}`);
  const mode = definition.optionalText('NetworkMode') ?? (launchType === 'EC2' ? 'bridge' : 'awsvpc');
  if (mode !== 'awsvpc') throw new Error(`${path}.NetworkMode: the runner has no networks that are ${mode}`);
  return launchType;
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-efs-config.html */
function readFileSystem(volume: Fields): readonly FileSystemModel[] {
  const configuration = volume.child('EFSVolumeConfiguration');
  if (configuration === undefined) return [];
  const authorization = configuration.child('AuthorizationConfig');
  const accessPoint = authorization?.optionalText('AccessPointId');
  const byRole = authorization?.optionalText('IAM') === 'ENABLED';
  const directory = configuration.optionalText('RootDirectory') ?? '/';
  // "If an EFS access point is specified in the authorizationConfig, the root directory parameter must either be omitted or set to /"
  if (accessPoint !== undefined && directory !== '/')
    throw new Error(`${configuration.path}.RootDirectory: with an access point it must be /, not ${directory}`);
  // "Transit encryption must be turned on if Amazon EFS IAM authorization is used", and "if an access point is used":
  // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EFSAuthorizationConfig.html
  if ((byRole || accessPoint !== undefined) && configuration.optionalText('TransitEncryption') !== 'ENABLED')
    throw new Error(`${configuration.path}.TransitEncryption: it must be ENABLED for IAM and for access points`);
  return [
    {
      volume: volume.text('Name'),
      fileSystem: configuration.text('FilesystemId'),
      directory,
      byRole,
      ...(accessPoint === undefined ? {} : { accessPoint }),
    },
  ];
}

function checkDependency(container: ContainerModel, dependency: Dependency, all: readonly ContainerModel[], path: string): void {
  const target = all.find((other) => other.name === dependency.container);
  const claim = `${path}: container "${container.name}" depends on "${dependency.container}"`;
  if (target === undefined) throw new Error(`${claim}, which the task does not have`);
  if (dependency.condition === 'HEALTHY' && target.healthCheck === undefined)
    throw new Error(`${claim} being HEALTHY, but that has no health check`);
  if (['SUCCESS', 'COMPLETE'].includes(dependency.condition) && target.essential) {
    throw new Error(`${claim} being ${dependency.condition}, but an essential container that exits stops the task`);
  }
}

function readContainer(container: Fields): ContainerModel {
  const linux = container.child('LinuxParameters');
  const entryPoint = container.has('EntryPoint') ? container.texts('EntryPoint') : undefined;
  const user = container.optionalText('User');
  const workingDirectory = container.optionalText('WorkingDirectory');
  const healthCheck = readHealthCheck(container);
  const restartPolicy = readRestartPolicy(container);
  return {
    name: container.text('Name'),
    image: container.text('Image'),
    command: container.texts('Command'),
    readonlyRoot: container.flag('ReadonlyRootFilesystem', false),
    essential: container.flag('Essential', true),
    environment: pairs(container.objects('Environment'), 'Name', 'Value'),
    secrets: pairs(container.objects('Secrets'), 'Name', 'ValueFrom'),
    dependsOn: container.objects('DependsOn').map(readDependency),
    stopTimeoutMs: container.number('StopTimeout', 30) * 1000,
    mounts: container.objects('MountPoints').map((mount) => ({
      volume: mount.text('SourceVolume'),
      path: mount.text('ContainerPath'),
      readOnly: mount.flag('ReadOnly', false),
    })),
    tmpfs: (linux?.objects('Tmpfs') ?? []).map((mount) => ({ path: mount.text('ContainerPath'), sizeMiB: mount.number('Size') })),
    sysctls: pairs(container.objects('SystemControls'), 'Namespace', 'Value'),
    ports: container.objects('PortMappings').map((port) => port.number('ContainerPort')),
    dropCapabilities: linux?.child('Capabilities')?.texts('Drop') ?? [],
    initProcess: linux?.flag('InitProcessEnabled', false) ?? false,
    ...(entryPoint && { entryPoint }),
    ...(user !== undefined && { user }),
    ...(workingDirectory !== undefined && { workingDirectory }),
    ...(healthCheck && { healthCheck }),
    ...(restartPolicy && { restartPolicy }),
  };
}

function readDependency(dependency: Fields): Dependency {
  const condition = dependency.text('Condition');
  if (!CONDITIONS.includes(condition)) throw new Error(`${dependency.path}.Condition: "${condition}" is none of ${CONDITIONS.join(', ')}`);
  return { container: dependency.text('ContainerName'), condition: condition as DependencyCondition };
}

function readHealthCheck(container: Fields): HealthCheckModel | undefined {
  const check = container.child('HealthCheck');
  if (check === undefined) return undefined;
  const [kind, ...rest] = check.texts('Command');
  if (kind === 'NONE') return undefined;
  if (kind !== 'CMD' && kind !== 'CMD-SHELL')
    throw new Error(`${check.path}.Command starts with "${kind ?? ''}": expected CMD or CMD-SHELL`);
  return {
    argv: kind === 'CMD' ? rest : ['/bin/sh', '-c', ...rest],
    intervalMs: check.number('Interval', 30) * 1000,
    timeoutMs: check.number('Timeout', 5) * 1000,
    retries: check.number('Retries', 3),
    startPeriodMs: check.number('StartPeriod', 0) * 1000,
  };
}

function readRestartPolicy(container: Fields): RestartPolicyModel | undefined {
  const policy = container.child('RestartPolicy');
  if (policy === undefined || !policy.flag('Enabled', false)) return undefined;
  return {
    ignoredExitCodes: policy.texts('IgnoredExitCodes').map(Number),
    attemptPeriodMs: policy.number('RestartAttemptPeriod', 300) * 1000,
  };
}

function pairs(list: readonly Fields[], key: string, value: string): Readonly<Record<string, string>> {
  return Object.fromEntries(list.map((item) => [item.text(key), item.text(value)]));
}
