import type { ContainerPlan, MountPlan } from '../system-plan';
import { APPLICATION_CONTAINER, COLLECTOR_CONTAINER, COLLECTOR_MEMORY_MIB, PROXY_CONTAINER } from '../../model/constants';
import type { ContainerSettings, ExtraContainer, Service, Topology } from '../../model/topology';
import { defined } from '../../defined';

export function application(service: Pick<Service, keyof ContainerSettings | 'stopTimeoutSeconds'>): ContainerPlan {
  return {
    name: APPLICATION_CONTAINER,
    role: 'application',
    essential: true,
    environment: service.environment,
    secretNames: service.secretNames,
    ...defined({ ownLogDriver: service.ownLogDriver }),
    ...commandOf(service),
    ...defined({ gpuCount: service.gpuCount }),
    readonlyRootFilesystem: service.readonlyRootFilesystem,
    initProcess: service.initProcess,
    dependsOn: [{ container: PROXY_CONTAINER, condition: 'HEALTHY' }],
    ports: [],
    stopTimeoutSeconds: service.stopTimeoutSeconds,
    restart: false,
  };
}

export function extra(container: ExtraContainer): ContainerPlan {
  return {
    name: container.name,
    role: 'extra',
    essential: container.essential,
    environment: container.environment,
    secretNames: container.secretNames,
    ...defined({ ownLogDriver: container.ownLogDriver }),
    ...commandOf(container),
    ...defined({ gpuCount: container.gpuCount }),
    readonlyRootFilesystem: container.readonlyRootFilesystem,
    initProcess: container.initProcess,
    dependsOn: [{ container: PROXY_CONTAINER, condition: 'HEALTHY' }],
    ports: [],
    ...defined({ cpu: container.cpu, memoryLimitMiB: container.memoryLimitMiB }),
    restart: false,
  };
}

function commandOf(container: ContainerSettings): Pick<ContainerPlan, 'command' | 'entryPoint' | 'user'> {
  const { command, entryPoint, user } = container;
  return defined({ command, entryPoint, user });
}

/**
 * The two directories in which the CloudWatch agent writes when it is in a container: its translated configuration, without
 * which it ends, and its process ID. They hide what the image has there, which it reads only outside of containers. Nothing
 * else is written, and root owns an empty volume, so root needs no capability for it.
 * https://github.com/aws/amazon-cloudwatch-agent/blob/v1.300062.0/cmd/start-amazon-cloudwatch-agent/path.go
 */
const COLLECTOR_MOUNTS: readonly MountPlan[] = ['etc', 'var'].map((name) => ({
  volume: `${COLLECTOR_CONTAINER}-${name}`,
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
