import type { ContainerPlan, DependencyPlan, MountPlan } from '../system-plan';
import { APPLICATION_CONTAINER, COLLECTOR_CONTAINER, COLLECTOR_VOLUMES, PROXY_CONTAINER } from '../../model/constants';
import type { TracingSettings } from '../../model/observability/tracing';
import { COLLECTOR_CONFIGURATION, hasCollector, OTLP_PORTS, sendsToXRay } from '../../model/observability/tracing';
import { collectorMemoryOf } from '../../model/task-footprint';
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

/** The volumes of the collector, if a task has one that writes. */
export function collectorVolumes({ tracing }: Pick<Topology, 'tracing'>): readonly string[] {
  return sendsToXRay(tracing) ? COLLECTOR_MOUNTS.map(({ volume }) => volume) : [];
}

/** What the CloudWatch agent collects. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-open-telemetry.html */
const COLLECTS = {
  xray: { xray: {} },
  openTelemetry: { otlp: { grpc_endpoint: `127.0.0.1:${OTLP_PORTS.grpc}`, http_endpoint: `127.0.0.1:${OTLP_PORTS.http}` } },
} as const;

type CollectorOptions = Pick<ContainerPlan, 'image' | 'command' | 'environment' | 'secretNames' | 'mounts'>;

function collectorOptions(tracing: TracingSettings): CollectorOptions {
  if (tracing.kind === 'openTelemetry' && tracing.collector.kind === 'sidecar') {
    const { configuration, environment, secretNames } = tracing.collector;
    return {
      command: [`--config=env:${COLLECTOR_CONFIGURATION}`],
      environment: { ...environment, [COLLECTOR_CONFIGURATION]: configuration },
      secretNames,
    };
  }
  const image =
    tracing.kind === 'xray' ? tracing.collectorImage : tracing.collector.kind === 'cloudWatchAgent' ? tracing.collector.image : undefined;
  return {
    ...defined({ image }),
    environment: { CW_CONFIG_CONTENT: JSON.stringify({ traces: { traces_collected: COLLECTS[tracing.kind] } }) },
    secretNames: [],
    mounts: COLLECTOR_MOUNTS,
  };
}

/**
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html
 * Losing it loses traces, not requests: it is not essential, and is restarted in place.
 */
export function collector({ tracing }: Pick<Topology, 'tracing'>): ContainerPlan[] {
  if (tracing === undefined || !hasCollector(tracing)) return [];
  const { image, command, environment, secretNames, mounts } = collectorOptions(tracing);
  return [
    {
      name: COLLECTOR_CONTAINER,
      role: 'collector',
      ...defined({ image, command }),
      essential: false,
      environment,
      secretNames,
      readonlyRootFilesystem: true,
      dropCapabilities: true,
      ...defined({ mounts }),
      dependsOn: [],
      ports: [],
      memoryReservationMiB: collectorMemoryOf(tracing),
      restart: true,
    },
  ];
}
