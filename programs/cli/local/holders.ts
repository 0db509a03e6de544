import { FIRST_UNPRIVILEGED_PORT } from '../../../lib/core/model/constants';
import { AWS_HOST, CONTROL_PORT, FRAMEWORK_DIRECTORY, PROGRAMS_DIRECTORY, SYSTEM_DIRECTORY, TASK_VARIABLE } from '../../local/local-system';
import type { ComposeService } from './engine/compose-file';
import type { LocalImage } from './images';
import { ROLE_LABEL, TASK_LABEL } from './engine/labels';
import type { LocalOptions, PlannedCallee, PlannedTask } from './local-plan';
import type { SynthesizedSystem } from './read-local-system';

/** The network on which all tasks are. */
export const NETWORK = 'mesh';

export type Unnamed = Omit<ComposeService, 'container_name'>;

function mounts(options: LocalOptions): readonly string[] {
  return [`./system:${SYSTEM_DIRECTORY}:${readOnly(options)}`, `./programs:${PROGRAMS_DIRECTORY}:${readOnly(options)}`];
}

/** `z`: several containers may read it. https://docs.docker.com/engine/storage/bind-mounts/#configure-the-selinux-label */
export function readOnly({ traits: { labelsFiles } }: LocalOptions): string {
  return labelsFiles ? 'ro,z' : 'ro';
}

/** Paths that the image of the agent declares as volumes: without a place for them there would be one without a name for each. */
const OWN_VOLUMES = ['/run/mesh', '/run/app-mesh'];

/** The container `aws`, which has all that tasks know of AWS, and the edges. */
export function awsContainer(image: LocalImage, { description }: SynthesizedSystem, options: LocalOptions): Unnamed {
  const { edgePorts, controlPort } = options;
  const edges = description.edges.flatMap(({ name }) => edgePorts.get(name) ?? []);
  return {
    ...image,
    entrypoint: ['node', `${PROGRAMS_DIRECTORY}/aws.js`],
    // Of the same user as the agent; all that it has is in memory.
    user: '101:101',
    read_only: true,
    cap_drop: ['ALL'],
    init: true,
    networks: { [NETWORK]: { aliases: [AWS_HOST] } },
    ports: [...edges.map((port) => `127.0.0.1:${port}:${port}`), `127.0.0.1:${controlPort}:${CONTROL_PORT}`],
    volumes: [...mounts(options), `./provider-framework:${FRAMEWORK_DIRECTORY}:${readOnly(options)}`],
    tmpfs: [...OWN_VOLUMES],
    restart: 'on-failure',
    stop_grace_period: '1s',
    labels: { [ROLE_LABEL]: 'aws' },
  };
}

/** The container that holds the network of a task. */
export function holder(
  task: PlannedTask,
  { model }: SynthesizedSystem,
  image: LocalImage,
  callees: readonly PlannedCallee[],
  options: LocalOptions,
): Unnamed {
  const { traits } = options;
  const { service } = task.workload;
  const names = service.registries.flatMap(({ discovery }) => model.discovery.find(({ logicalId }) => logicalId === discovery)?.name ?? []);
  // Names of issuers lead to this container, which passes on what comes to ports such as 443.
  const issuers = [...new Set(task.keys.map(({ host }) => `${host}:127.0.0.1`))];
  const lowest = Math.min(...task.keys.map(({ port }) => port), FIRST_UNPRIVILEGED_PORT);
  const sysctls = Object.assign(
    lowest < FIRST_UNPRIVILEGED_PORT ? { 'net.ipv4.ip_unprivileged_port_start': String(lowest) } : {},
    ...service.task.containers.map((container) => container.sysctls),
  ) as Record<string, string>;
  const hosts = model.zones.flatMap(({ records }) =>
    records
      .filter(({ type, name }) => type === 'A' && !name.startsWith('*'))
      .flatMap(({ name, values }) => values.map((value) => `${name}:${value}`)),
  );
  const onHost = task.swap === undefined || !traits.hostIsGiven ? [] : [`${task.swap.host}:host-gateway`];
  return {
    ...image,
    entrypoint: ['node', `${PROGRAMS_DIRECTORY}/task.js`],
    environment: { [TASK_VARIABLE]: task.id },
    user: '101:101',
    read_only: true,
    cap_drop: ['ALL'],
    init: true,
    networks: { [NETWORK]: { aliases: [...new Set(names)].sort() } },
    extra_hosts: [...hosts, ...issuers, ...onHost],
    ...(Object.keys(sysctls).length > 0 && { sysctls }),
    ...(callees.length > 0 && { ports: callees.map(({ port }) => `127.0.0.1:${port}:${port}`) }),
    volumes: mounts(options),
    tmpfs: [...OWN_VOLUMES],
    stop_grace_period: '1s',
    labels: { [ROLE_LABEL]: 'task', [TASK_LABEL]: task.id },
  };
}
