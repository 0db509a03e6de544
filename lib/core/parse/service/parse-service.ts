import {
  FIRST_UNPRIVILEGED_PORT,
  GATEWAY_NAME,
  LOG_ROUTER_CONTAINER,
  LOG_ROUTER_MEMORY_MIB,
  MAX_STARTUP_SECONDS,
} from '../../model/constants';
import { ECS, FARGATE } from '../../limits/ecs';
import { rangeOf } from '../../limits/limit';
import { LABEL, checkLabel } from '../../reading/check-label';
import { Opaque, Unresolved, counted, displayValue } from '../../reading/input';
import type { ContainerSettings, ExtraContainer, ProtocolId, Service, Sizing } from '../../model/topology';
import type { DraftRule, NamedCallers } from '../security/parse-allow';
import { parseAllow } from '../security/parse-allow';
import type { DraftVersion, TaskParts } from '../workload/parse-versions';
import { VERSION_FIELDS, parseVersions } from '../workload/parse-versions';
import { containerMemory, parseGpuCount } from '../workload/parse-capacity';
import type { MeshDefaults } from '../workload/parse-sizing';
import { SIZING_FIELDS, parseSizing } from '../workload/parse-sizing';
import { DEFAULT_STARTUP_SECONDS, defaultCallPolicy } from '../../model/defaults';
import type { TaskFootprint } from '../../model/task-footprint';
import { reservedContainers } from '../../model/task-footprint';
import type { GrpcApi } from '../../grpc/grpc-api';
import { parseGrpcApi } from './parse-grpc-api';
import { footprintWith, parseLoadBalancerTarget } from './parse-load-balancer-target';
import { CALL_POLICY_FIELDS, parseCallPolicy } from '../traffic/parse-call-policy';
import { SERVICE_POLICY_FIELDS, parseServicePolicy } from '../traffic/parse-service-policy';
import type { Reader } from '../../reading/reader';
import { STRINGS, suggest } from '../../reading/reader';
import { defined } from '../../defined';

/** A service as far as it can be read without knowing the others. */
export interface DraftService extends Omit<
  Service,
  | 'address'
  | 'virtualHost'
  | 'discoveryHost'
  | 'calls'
  | 'callers'
  | 'callsExternal'
  | 'versions'
  | 'gateways'
  | 'discovery'
  | 'allow'
  | 'callOverrides'
> {
  readonly at: Reader;
  readonly versions?: readonly DraftVersion[];
  readonly rules: readonly DraftRule[] | undefined;
  /** Of a gRPC service; only routes of edges are made of it. */
  readonly grpcApi?: GrpcApi | undefined;
  /** Whom rate limits and faults name. */
  readonly namedCallers: readonly NamedCallers[];
  readonly calls: readonly { readonly at: Reader; readonly name: string }[];
  /** Read when the called services are known, whose protocols decide what may be said. */
  readonly overrides: readonly { readonly at: Reader; readonly callee: string }[];
}

const CONTAINER_FIELDS = [
  'image',
  'environment',
  'secrets',
  'command',
  'entryPoint',
  'user',
  'readonlyRootFilesystem',
  'initProcess',
  'healthCheck',
  'logging',
  'gpuCount',
] as const;
/** What the tasks of a service, or of one of its versions, are like. */
const TASK_FIELDS = [...CONTAINER_FIELDS, ...SIZING_FIELDS, 'stopTimeout', 'startupTimeout', 'extraContainers'] as const;
export const SERVICE_FIELDS = [
  ...TASK_FIELDS,
  'port',
  'virtualPort',
  'protocol',
  'grpcApi',
  'group',
  'calls',
  'allow',
  'loadBalancerTarget',
  'callPolicies',
  ...VERSION_FIELDS,
  ...CALL_POLICY_FIELDS,
  ...SERVICE_POLICY_FIELDS,
] as const;

const SERVICE_EXAMPLE = 'such as { image, port: 8080 }';

/**
 * When the application gets SIGTERM, its requests are over, so it may end at once. What an extra container does for it until then is
 * not known.
 */
const INIT_OF_APPLICATIONS = true;
const INIT_OF_OTHERS = false;

/** Small enough to be cheap, large enough for a JVM beside Envoy and the collector. */
const DEFAULT_SIZE = { cpu: 512, memoryMiB: 1024, desiredCount: 1 };

/** Names under the mesh's domain that mean something else. */
const RESERVED_NAMES: ReadonlyMap<string, string> = new Map([
  [GATEWAY_NAME, 'the service behind API Gateway'],
  ['tasks', 'the zone in which tasks register'],
  // `constructs` looks children up in a plain object, in which this is taken.
  ['constructor', 'JavaScript'],
]);

export function checkReserved(name: string, at: Reader): void {
  const reserved = RESERVED_NAMES.get(name);
  if (reserved !== undefined)
    at.fail('RESERVED_NAME', `the name "${name}" is taken by ${reserved}`, { got: null, fix: 'choose another name' });
}

/** Names that a container's construct cannot have: it stands beside CDK's own constructs of a task definition. */
function isTakenByCdk(name: string): boolean {
  return name === 'Resource' || Object.hasOwn(Object.prototype, name);
}

/** @param footprint what stands in each of its tasks beside its own containers */
export function parseService(name: string, at: Reader, mesh: MeshDefaults, footprint: TaskFootprint): DraftService | undefined {
  checkLabel(name, at, 'a service');
  checkReserved(name, at);
  at.required('an object with at least image and port', SERVICE_EXAMPLE);
  if (!at.checkFields(SERVICE_FIELDS)) return undefined;

  const protocol = parseProtocol(at.field('protocol'));
  const rules = parseAllow(at.field('allow'), protocol);
  const loadBalancerTarget = parseLoadBalancerTarget(at.field('loadBalancerTarget'), protocol, rules);
  const ofTask = footprintWith(loadBalancerTarget, footprint);
  const port = parsePort(at.field('port').required('the port on which the application listens', 'such as port: 8080'), ofTask, 1);
  const parseTask = (taskAt: Reader, isService = false): TaskParts => {
    const sizing = parseSizing(taskAt, DEFAULT_SIZE, mesh);
    return {
      ...parseContainer(taskAt, 'the application', INIT_OF_APPLICATIONS, !isService || taskAt.field('versions').absent),
      ...defined({ gpuCount: parseGpuCount(taskAt.field('gpuCount'), sizing) }),
      startupTimeoutSeconds: taskAt.field('startupTimeout').seconds({ min: 0, max: MAX_STARTUP_SECONDS }) ?? DEFAULT_STARTUP_SECONDS,
      stopTimeoutSeconds: taskAt.field('stopTimeout').seconds(rangeOf(ECS.stopTimeout)) ?? 30,
      extraContainers: parseExtraContainers(taskAt, port, sizing, withLogRouter(taskAt, ofTask)),
      ...sizing,
    };
  };
  const virtualPort = parseVirtualPort(at, footprint, protocol, port);
  const group = at.field('group').string();
  const callPolicy = { ...defaultCallPolicy(protocol), ...parseCallPolicy(at, protocol) };
  const namedCallers: NamedCallers[] = [];
  // What is invalid has its issue by now; reading goes on with a port that nothing clashes with.
  return {
    at,
    name,
    protocol,
    port: port ?? 0,
    virtualPort: virtualPort ?? 0,
    ...parseTask(at, true),
    ...parseVersions(at, {
      service: name,
      protocol,
      taskFields: TASK_FIELDS,
      checkName: (version, versionAt) => {
        checkVersionName(name, version, versionAt);
      },
      parseTask,
    }),
    calls: at
      .field('calls')
      .items(STRINGS)
      .flatMap((item) => {
        const call = item.required('the name of a service', 'remove the entry, or name a service').string();
        return call === undefined ? [] : [{ at: item, name: call }];
      }),
    rules,
    ...defined({ loadBalancerTarget, group }),
    grpcApi: parseGrpcApi(at.field('grpcApi'), protocol),
    callPolicy,
    policy: parseServicePolicy(at, protocol, namedCallers),
    namedCallers,
    overrides: [...at.field('callPolicies').entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([callee, item]) => ({ at: item, callee })),
  };
}

export function parseProtocol(at: Reader): ProtocolId {
  return (
    at.oneOf(['http', 'http2', 'grpc', 'tcp'], 'a Protocol', ['Protocol.HTTP', 'Protocol.HTTP2', 'Protocol.GRPC', 'Protocol.TCP']) ?? 'http'
  );
}

function checkVersionName(service: string, name: string, at: Reader): void {
  if (name === 'constructor')
    at.fail('RESERVED_NAME', `the name "${name}" is taken by JavaScript`, { got: null, fix: 'choose another name' });
  if (!checkLabel(name, at, 'a version')) return;
  const workloadName = `${service}-${name}`;
  if (LABEL.test(service) && workloadName.length > 63)
    at.fail('INVALID_NAME', `its tasks register as "${workloadName}", which has ${workloadName.length} characters`, {
      got: null,
      allowed: 'at most 63 characters together with the name of the service and a hyphen',
      fix: 'shorten one of the two',
    });
}

function parsePort(at: Reader, { ports }: TaskFootprint, min: number, fix?: string): number | undefined {
  const port = at.number({ min, max: 65535, ...defined({ fix }) });
  const owner = port === undefined ? undefined : ports.get(port);
  if (owner === undefined) return port;
  return at.fail('RESERVED_PORT', `port ${port} is taken inside every task by ${owner}`, {
    allowed: `any port but ${[...ports.keys()].join(', ')}`,
    fix: 'choose another port',
  });
}

/** @param port that of the application, or of the external service: a TCP service is called on it, if nothing else is said */
export function parseVirtualPort(at: Reader, footprint: TaskFootprint, protocol: ProtocolId, port: number | undefined): number | undefined {
  const field = at.field('virtualPort');
  const reason =
    "choose any port from 1024 up: only callers' URLs name it. Envoy listens there, and is not root, so it cannot bind a lower one";
  if (!field.absent) return parsePort(field, footprint, FIRST_UNPRIVILEGED_PORT, reason);
  if (protocol !== 'tcp') return footprint.virtualPort;
  if (port !== undefined && port < FIRST_UNPRIVILEGED_PORT) {
    return field.fail('MISSING', `a TCP service that listens on port ${port} needs a virtualPort`, {
      allowed: `a whole number from ${FIRST_UNPRIVILEGED_PORT} to 65535`,
      fix: reason,
    });
  }
  const owner = port === undefined ? undefined : footprint.ports.get(port);
  if (owner !== undefined)
    return field.fail('MISSING', `port ${port ?? ''} is taken inside every task by ${owner}, so callers need another one`, { fix: reason });
  return port;
}

function parseContainer(at: Reader, what: string, initProcess: boolean, needsImage = true): ContainerSettings {
  const image = at.field('image');
  const registry = typeof image.value === 'string' && /^[\w./:@-]{1,80}$/.test(image.value) ? image.value : '...';
  const imageFix = `use ecs.ContainerImage.fromRegistry('${registry}') or another ecs.ContainerImage`;
  if (needsImage) image.required(`the image of ${what}`, imageFix);
  image.checkInstance('an ecs.ContainerImage', ['bind()'], imageFix);
  at.field('logging').checkInstance('an ecs.LogDriver', ['bind()'], 'use ecs.LogDrivers');
  checkHealthCheck(at.field('healthCheck'));
  const secrets = at.field('secrets').entries();
  for (const [name, secret] of secrets) {
    checkVariableName(name, secret);
    const fix = 'use ecs.Secret.fromSecretsManager() or ecs.Secret.fromSsmParameter()';
    // Without the value, which may be the secret itself and does not belong in a log.
    if (typeof secret.value === 'string') secret.fail('WRONG_TYPE', 'must be an ecs.Secret', { got: 'a string', fix });
    else secret.required('an ecs.Secret', `remove the variable, or ${fix}`).checkInstance('an ecs.Secret', ['arn', 'grantRead()'], fix);
  }
  const variables = at.field('environment').entries();
  const environment = parseEnvironment(variables);
  for (const [name, secret] of secrets) {
    if (Object.hasOwn(environment, name))
      secret.fail('CONFLICT', `${displayValue(name)} is both a secret and an environment variable`, {
        got: null,
        fix: 'remove one of the two',
      });
  }
  checkVariableCount(at, variables.length, secrets.length);
  const command = parseCommand(at.field('command'));
  const entryPoint = parseCommand(at.field('entryPoint'));
  const user = at.field('user').text();
  return {
    environment,
    secretNames: secrets.map(([name]) => name).sort(),
    ...defined({ command, entryPoint, user }),
    readonlyRootFilesystem: at.field('readonlyRootFilesystem').boolean() ?? false,
    initProcess: at.field('initProcess').boolean() ?? initProcess,
    ...(at.field('logging').absent ? {} : { ownLogDriver: true as const }),
  };
}

const HEALTH_CHECK_EXAMPLE = "write a command, such as ['CMD-SHELL', 'curl -f http://localhost:8080/health || exit 1']";

function checkHealthCheck(at: Reader): void {
  if (!at.checkFields(['command', 'interval', 'timeout', 'retries', 'startPeriod'])) return;
  const command = at.field('command').required('the command of the health check', HEALTH_CHECK_EXAMPLE);
  // The CDK puts CMD before it, which it cannot with a token for the whole list.
  const parts = command.value instanceof Unresolved ? command.items(STRINGS) : parseCommand(command, HEALTH_CHECK_EXAMPLE);
  if (Array.isArray(command.value) && parts?.length === 0)
    command.fail('MISSING', 'the command of the health check is empty', { fix: HEALTH_CHECK_EXAMPLE });
  const interval = at.field('interval').seconds(rangeOf(ECS.healthInterval));
  const timeout = at.field('timeout').seconds(rangeOf(ECS.healthTimeout));
  if (interval !== undefined && timeout !== undefined && interval < timeout) {
    at.field('interval').fail(
      'OUT_OF_RANGE',
      `the interval of ${counted(interval, 'second')} is shorter than the timeout of ${counted(timeout, 'second')}`,
      { allowed: `at least ${counted(timeout, 'second')}`, fix: 'raise interval or lower timeout' },
    );
  }
  at.field('retries').number(rangeOf(ECS.healthRetries));
  at.field('startPeriod').seconds(rangeOf(ECS.healthStartPeriod));
}

function checkVariableName(name: string, at: Reader): void {
  if (!/^[^=\s]+$/.test(name))
    at.fail('INVALID_NAME', `${displayValue(name)} cannot be the name of an environment variable`, {
      got: null,
      allowed: 'at least one character, no spaces and no "="',
    });
}

function checkVariableCount(container: Reader, plain: number, secret: number): void {
  const total = plain + secret;
  if (total <= ECS.variables.value) return;
  const from = plain === 0 ? ', all from secrets' : secret === 0 ? '' : `: ${plain} in plain text, and ${secret} from secrets`;
  // Where it stands: a version may have only one of them for itself.
  const fields = [container.field('environment'), container.field('secrets')].filter((field) => !field.absent);
  const own = fields.find((field) => field.path.startsWith(`${container.path}.`)) ?? fields[0];
  const most = ECS.variables.value;
  own?.fail('TOO_MANY_VARIABLES', `the container has ${total} environment variables${from}`, {
    got: null,
    allowed: `at most ${most} in all`,
    fix: `remove ${total - most}, or put several into one as JSON, or let the application read a file or AWS Systems Manager`,
  });
}

function parseEnvironment(variables: readonly (readonly [string, Reader])[]): Readonly<Record<string, string>> {
  const environment: Record<string, string> = {};
  // Sorted, since a task definition is replaced if its variables change their order.
  for (const [name, value] of [...variables].sort(([a], [b]) => (a < b ? -1 : 1))) {
    checkVariableName(name, value);
    const text = parseVariable(value);
    // Own property even for "__proto__", which plain assignment would swallow.
    if (text !== undefined) Object.defineProperty(environment, name, { value: text, enumerable: true, configurable: true, writable: true });
  }
  return environment;
}

function parseVariable(at: Reader): string | undefined {
  if (at.absent) return at.fail('MISSING', 'a value must be given', { fix: 'give a string, or remove the variable' });
  const { value } = at;
  if (typeof value === 'number' || typeof value === 'boolean')
    return at.fail('WRONG_TYPE', 'must be a string', { fix: `write '${String(value)}', with quotes` });
  return at.text();
}

function parseCommand(at: Reader, example?: string): readonly string[] | undefined {
  if (typeof at.value !== 'string') return at.texts();
  return at.wrongType(STRINGS, example ?? `write ${shortList(at.value)}`);
}

function shortList(command: string): string {
  const words = command.trim().split(/\s+/);
  return words.length > 5 ? "['program', 'argument', ...]" : `[${words.map((word) => `'${word}'`).join(', ')}]`;
}

/** The CDK adds a log router to a task in which a container logs with FireLens. */
function withLogRouter(service: Reader, footprint: TaskFootprint): TaskFootprint {
  const drivers = [service, ...service.field('extraContainers').values()].map((container) => container.field('logging').value);
  if (!drivers.some(usesFireLens)) return footprint;
  return { ...footprint, containers: [...footprint.containers, { name: LOG_ROUTER_CONTAINER, memoryMiB: LOG_ROUTER_MEMORY_MIB }] };
}

/** By its class, or by the name that `ecs.GenericLogDriver` was given: binding it is render's business. */
function usesFireLens(driver: unknown): boolean {
  return driver instanceof Opaque && (driver.className.endsWith('.FireLensLogDriver') || driver.read('logDriver') === 'awsfirelens');
}

function parseExtraContainers(
  service: Reader,
  applicationPort: number | undefined,
  task: Sizing,
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
    if (!item.checkFields([...CONTAINER_FIELDS, 'essential', 'ports', 'cpu', 'memoryLimitMiB'])) continue;
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
      essential: item.field('essential').boolean() ?? true,
      ports,
      ...parseContainer(item, `the container "${name}"`, INIT_OF_OTHERS),
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

function checkContainerCount(at: Reader, own: number, others: readonly string[]): void {
  const total = own + others.length;
  if (total <= ECS.containers.value) return;
  at.fail('TOO_MANY_CONTAINERS', `the task has ${total} containers: these and ${others.join(', ')}`, {
    got: null,
    allowed: `at most ${ECS.containers.value} in all, so ${ECS.containers.value - others.length} here`,
    fix: `remove ${total - ECS.containers.value}, or move some into a service of their own`,
  });
}

export function unknownService(at: Reader, name: string, known: readonly string[]): void {
  at.fail(
    'UNKNOWN_SERVICE',
    `there is no service ${displayValue(name)}`,
    known.length === 0 ? { fix: 'remove it: there is no other service to call' } : suggest(name, known),
  );
}
