import type { ContainerPlan, DependencyPlan, MountPlan } from '../system-plan';
import {
  APPLICATION_CONTAINER,
  COLLECTOR_CONTAINER,
  COLLECTOR_MEMORY_MIB,
  COLLECTOR_VOLUMES,
  PROXY_CONTAINER,
} from '../../model/constants';
import type { ContainerOptions, ContainerSettings, ExtraContainer, Service, Topology } from '../../model/topology';
import { defined } from '../../defined';

export function application(service: Pick<Service, keyof ContainerSettings | 'stopTimeoutSeconds' | 'extraContainers'>): ContainerPlan {
  return {
    name: APPLICATION_CONTAINER,
    role: 'application',
    essential: true,
    environment: service.environment,
    secretNames: service.secretNames,
    ...optionsOf(service),
    readonlyRootFilesystem: service.readonlyRootFilesystem,
    initProcess: service.initProcess,
    dependsOn: [...AFTER_PROXY, ...afterFirst(service.extraContainers)],
    ports: [],
    stopTimeoutSeconds: service.stopTimeoutSeconds,
    restart: false,
  };
}

/** The containers beside the application, and those that run before it. */
export function extras(containers: readonly ExtraContainer[]): readonly ContainerPlan[] {
  return containers.map((container) => extra(container, container.runsBeforeApplication === true ? [] : afterFirst(containers)));
}

/** Calls go through Envoy. */
const AFTER_PROXY: readonly DependencyPlan[] = [{ container: PROXY_CONTAINER, condition: 'HEALTHY' }];

/** What waits for the containers that run before the application. */
function afterFirst(containers: readonly ExtraContainer[]): readonly DependencyPlan[] {
  return containers
    .filter(({ runsBeforeApplication }) => runsBeforeApplication === true)
    .map(({ name }) => ({ container: name, condition: 'SUCCESS' }));
}

function extra(container: ExtraContainer, after: readonly DependencyPlan[]): ContainerPlan {
  return {
    name: container.name,
    role: 'extra',
    essential: container.essential,
    environment: container.environment,
    secretNames: container.secretNames,
    ...optionsOf(container),
    readonlyRootFilesystem: container.readonlyRootFilesystem,
    initProcess: container.initProcess,
    ...(container.runsBeforeApplication === true ? { ends: true } : {}),
    dependsOn: [...AFTER_PROXY, ...after],
    ports: [],
    ...defined({ cpu: container.cpu, memoryLimitMiB: container.memoryLimitMiB }),
    restart: false,
  };
}

const OPTIONS: Readonly<Record<keyof ContainerOptions, true>> = {
  command: true,
  entryPoint: true,
  user: true,
  workingDirectory: true,
  interactive: true,
  pseudoTerminal: true,
  dockerLabels: true,
  ulimits: true,
  gpuCount: true,
  systemControls: true,
  linux: true,
  mounts: true,
  environmentFiles: true,
  ownLogDriver: true,
};

/** Of a container, whose settings stand beside what it or its task is otherwise. */
function optionsOf(container: ContainerOptions): ContainerOptions {
  return Object.fromEntries(Object.entries(container).filter(([name, value]) => Object.hasOwn(OPTIONS, name) && value !== undefined));
}

/**
 * The two directories in which the CloudWatch agent writes when it is in a container: its translated configuration, without
 * which it ends, and its process ID. They hide what the image has there, which it reads only outside of containers. Nothing
 * else is written, and root owns an empty volume, so root needs no capability for it.
 * https://github.com/aws/amazon-cloudwatch-agent/blob/v1.300062.0/cmd/start-amazon-cloudwatch-agent/path.go
 */
const COLLECTOR_MOUNTS: readonly MountPlan[] = Object.entries(COLLECTOR_VOLUMES).map(([name, volume]) => ({
  volume,
  path: `/opt/aws/amazon-cloudwatch-agent/${name}`,
  readOnly: false,
}));

/** The volumes of the collector, if a task has one. */
export function collectorVolumes({ tracing }: Pick<Topology, 'tracing'>): readonly string[] {
  return tracing === undefined ? [] : COLLECTOR_MOUNTS.map(({ volume }) => volume);
}

/**
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html
 * Losing it loses traces, not requests: it is not essential, and is restarted in place.
 */
export function collector(topology: Topology): ContainerPlan[] {
  if (topology.tracing === undefined) return [];
  return [
    {
      name: COLLECTOR_CONTAINER,
      role: 'collector',
      image: topology.tracing.collectorImage,
      essential: false,
      environment: { CW_CONFIG_CONTENT: JSON.stringify({ traces: { traces_collected: { xray: {} } } }) },
      secretNames: [],
      readonlyRootFilesystem: true,
      dropCapabilities: true,
      mounts: COLLECTOR_MOUNTS,
      dependsOn: [],
      ports: [],
      memoryReservationMiB: COLLECTOR_MEMORY_MIB,
      restart: true,
    },
  ];
}
