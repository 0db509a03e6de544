import { defined } from '../../defined';
import { ECS, FARGATE } from '../../limits/ecs';
import { LOG_ROUTER_CONTAINER, LOG_ROUTER_MEMORY_MIB } from '../../model/constants';
import type { TaskFootprint } from '../../model/task-footprint';
import { reservedContainers } from '../../model/task-footprint';
import type { ExtraContainer, Sizing, TaskStorage } from '../../model/topology';
import { Opaque, counted, displayValue } from '../../reading/input';
import type { Reader } from '../../reading/reader';
import { containerMemory, parseGpuCount } from './parse-capacity';
import { CONTAINER_FIELDS, INIT_OF_OTHERS, parseContainer } from './parse-container';
import { parsePort } from './parse-port';

export const EXTRA_CONTAINER_FIELDS = [
  ...CONTAINER_FIELDS,
  'essential',
  'runsBeforeApplication',
  'ports',
  'cpu',
  'memoryLimitMiB',
] as const;

/** Names that a container's construct cannot have: it stands beside CDK's own constructs of a task definition. */
function isTakenByCdk(name: string): boolean {
  return name === 'Resource' || Object.hasOwn(Object.prototype, name);
}

/** The CDK adds a log router to a task in which a container logs with FireLens. */
export function withLogRouter(service: Reader, footprint: TaskFootprint): TaskFootprint {
  const own = [service, ...service.field('extraContainers').values()].map((container) => container.field('logging').value);
  if (![...own, service.field('sidecarLogging').value].some(usesFireLens)) return footprint;
  return footprintWithLogRouter(footprint);
}

/** A task has one, however many of its containers log with FireLens. */
export function footprintWithLogRouter(footprint: TaskFootprint): TaskFootprint {
  if (footprint.containers.some(({ name }) => name === LOG_ROUTER_CONTAINER)) return footprint;
  return { ...footprint, containers: [...footprint.containers, { name: LOG_ROUTER_CONTAINER, memoryMiB: LOG_ROUTER_MEMORY_MIB }] };
}

/** By its class, or by the name that `ecs.GenericLogDriver` was given: binding it is render's business. */
export function usesFireLens(driver: unknown): boolean {
  return driver instanceof Opaque && (driver.className.endsWith('.FireLensLogDriver') || driver.read('logDriver') === 'awsfirelens');
}

export function parseExtraContainers(
  service: Reader,
  applicationPort: number | undefined,
  task: Sizing & TaskStorage,
  footprint: TaskFootprint,
): readonly ExtraContainer[] {
  const at = service.field('extraContainers');
  const taken = new Map<number, string>(applicationPort === undefined ? [] : [[applicationPort, 'the application']]);
  const containers: ExtraContainer[] = [];
  let cpuLeft = task.cpu;
  let memoryLeft = footprint.containers.reduce((left, { memoryMiB }) => left - memoryMiB, task.memoryMiB);
  const reserved = reservedContainers(footprint);
  for (const [name, item] of [...at.entries()].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const valid = /^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(name) && name.length <= ECS.containerName.value;
    if (!valid)
      item.fail('INVALID_NAME', `${displayValue(name)} cannot be the name of a container`, {
        got: null,
        allowed: `letters, digits, hyphens and underscores, starting with a letter or digit, at most ${ECS.containerName.value}`,
      });
    if (isTakenByCdk(name)) item.fail('RESERVED_NAME', `the name "${name}" is taken by the CDK`, { got: null, fix: 'choose another name' });
    if (reserved.includes(name))
      item.fail('RESERVED_NAME', `the name "${name}" is taken by a container that the mesh or the CDK adds`, {
        got: null,
        allowed: `any name but ${reserved.join(', ')}`,
      });
    item.required('an object with at least image', 'remove it, or write { image }');
    if (!item.checkFields(EXTRA_CONTAINER_FIELDS)) continue;
    const ports = item
      .field('ports')
      .items()
      .flatMap((portAt) => {
        const port = parsePort(portAt.required('a port', 'remove the entry, or give a port'), footprint, 1);
        const owner = port === undefined ? undefined : taken.get(port);
        if (port === undefined) return [];
        if (owner !== undefined) {
          portAt.fail('PORT_CLASH', `${owner} of this task already listens on port ${port}`, {
            fix: 'containers of one task share a network namespace: choose another port',
          });
        }
        taken.set(port, `the container "${name}"`);
        return [port];
      });
    const cpu = item.field('cpu').number({ min: 1, max: Math.max(FARGATE.taskCpu.value, task.cpu), unit: 'CPU units' });
    const memoryLimitMiB = item.field('memoryLimitMiB').number(containerMemory(task));
    if (cpu !== undefined && cpu > cpuLeft) {
      item
        .field('cpu')
        .fail(
          'TASK_SIZE',
          `${counted(cpu, 'CPU unit')} ${cpu === 1 ? 'is' : 'are'} more than the task has left: ${cpuLeft} of ${task.cpu}`,
          { allowed: `at most ${cpuLeft}`, fix: 'reserve less, or raise cpu of the service' },
        );
    } else cpuLeft -= cpu ?? 0;
    // ECS counts a limit as a reservation. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
    if (memoryLimitMiB !== undefined && memoryLimitMiB > memoryLeft) {
      item
        .field('memoryLimitMiB')
        .fail('TASK_SIZE', `${memoryLimitMiB} MiB are more than the task has left: ${memoryLeft} of ${task.memoryMiB}`, {
          allowed: `at most ${memoryLeft} MiB`,
          fix: 'lower it, or raise memoryLimitMiB of the service',
        });
    } else memoryLeft -= memoryLimitMiB ?? 0;
    if (!valid) continue;
    containers.push({
      name,
      ...parseLifetime(item),
      ports,
      ...parseContainer(item, { what: `the container "${name}"`, initProcess: INIT_OF_OTHERS, storage: task }),
      ...defined({ gpuCount: parseGpuCount(item.field('gpuCount'), task) }),
      ...defined({ cpu, memoryLimitMiB }),
    });
  }
  checkContainerCount(
    at,
    containers.length,
    footprint.containers.map(({ name }) => name),
  );
  return containers;
}

/** How long a container runs, and what becomes of the task when it ends. */
function parseLifetime(at: Reader): Pick<ExtraContainer, 'essential' | 'runsBeforeApplication'> {
  const essential = at.field('essential').boolean();
  if (at.field('runsBeforeApplication').boolean() !== true) return { essential: essential ?? true };
  if (essential === true)
    at.field('essential').fail('CONFLICT', 'the task would stop when the container has run, before the application starts', {
      fix: 'remove it: if the container fails, the application does not start',
    });
  for (const field of ['ports', 'healthCheck'])
    if (!at.field(field).absent)
      at.field(field).fail('CONFLICT', 'the container has ended when the application starts, so nobody asks it anything', {
        got: null,
        fix: `remove ${field}, or runsBeforeApplication`,
      });
  return { essential: false, runsBeforeApplication: true };
}

function checkContainerCount(at: Reader, own: number, others: readonly string[]): void {
  const total = own + others.length;
  if (total <= ECS.containers.value) return;
  at.fail('TOO_MANY_CONTAINERS', `the task has ${total} containers: these and ${others.join(', ')}`, {
    got: null,
    allowed: `at most ${ECS.containers.value} in all, so ${ECS.containers.value - others.length} here`,
    fix: `remove ${total - ECS.containers.value}, or move some into a service of their own`,
  });
}
