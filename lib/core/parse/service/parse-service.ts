import { FIRST_UNPRIVILEGED_PORT, GATEWAY_NAME, MAX_STARTUP_SECONDS } from '../../model/constants';
import { ECS } from '../../limits/ecs';
import { rangeOf } from '../../limits/limit';
import { LABEL, checkLabel } from '../../reading/check-label';
import { displayValue } from '../../reading/input';
import type { ProtocolId, Service } from '../../model/topology';
import { launchTypeOf } from '../../model/topology';
import type { DraftRule, NamedCallers } from '../security/parse-allow';
import { parseAllow } from '../security/parse-allow';
import type { DraftVersion, TaskParts } from '../workload/parse-versions';
import { VERSION_FIELDS, parseVersions } from '../workload/parse-versions';
import { parseGpuCount } from '../workload/parse-capacity';
import { CONTAINER_FIELDS, INIT_OF_APPLICATIONS, parseContainer } from '../workload/parse-container';
import { parseExtraContainers, withLogRouter } from '../workload/parse-extra-containers';
import { parseSidecarLogging } from '../workload/parse-log-driver';
import { parsePort } from '../workload/parse-port';
import type { MeshDefaults } from '../workload/parse-sizing';
import type { CalledBy } from '../workload/parse-scaling';
import { SIZING_FIELDS, parseSizing } from '../workload/parse-sizing';
import { STORAGE_FIELDS, parseStorage } from '../workload/parse-volumes';
import { DEFAULT_STARTUP_SECONDS, defaultCallPolicy } from '../../model/defaults';
import type { TaskFootprint } from '../../model/task-footprint';
import type { GrpcApi } from '../../grpc/grpc-api';
import { parseGrpcApi } from './parse-grpc-api';
import { footprintWith, parseLoadBalancerTarget } from './parse-load-balancer-target';
import { checkWorker } from './check-worker';
import { CALL_POLICY_FIELDS, parseCallPolicy } from '../traffic/parse-call-policy';
import { SERVICE_POLICY_FIELDS, parseServicePolicy } from '../traffic/parse-service-policy';
import { ROLE_FIELDS, checkRoles } from '../workload/parse-roles';
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

/** What the tasks of a service, or of one of its versions, are like. */
const TASK_FIELDS = [...CONTAINER_FIELDS, ...SIZING_FIELDS, ...STORAGE_FIELDS, 'stopTimeout', 'startupTimeout', 'extraContainers'] as const;
export const SERVICE_FIELDS = [
  ...TASK_FIELDS,
  ...ROLE_FIELDS,
  'port',
  'ports',
  'virtualPort',
  'protocol',
  'grpcApi',
  'sidecarLogging',
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

/** @param footprint what stands in each of its tasks beside its own containers */
export function parseService(name: string, at: Reader, mesh: MeshDefaults, footprint: TaskFootprint): DraftService | undefined {
  checkLabel(name, at, 'a service');
  checkReserved(name, at);
  at.required('an object with at least image', SERVICE_EXAMPLE);
  if (!at.checkFields(SERVICE_FIELDS)) return undefined;

  checkRoles(at);
  const protocol = parseProtocol(at.field('protocol'));
  const rules = parseAllow(at.field('allow'), protocol);
  const loadBalancerTarget = parseLoadBalancerTarget(at.field('loadBalancerTarget'), protocol, rules);
  const ofTask = footprintWith(loadBalancerTarget, footprint);
  const port = parsePort(at.field('port'), ofTask, 1);
  if (at.field('port').absent) checkWorker(name, at);
  const parseTask = (taskAt: Reader, isService = false): TaskParts =>
    parseTaskParts(taskAt, {
      mesh,
      footprint: ofTask,
      port,
      called: at.field('port').absent ? 'never' : protocol,
      hasVersions: isService && !taskAt.field('versions').absent,
    });
  const virtualPort = parseVirtualPort(at, footprint, protocol, port);
  const group = at.field('group').string();
  const callPolicy = { ...defaultCallPolicy(protocol), ...parseCallPolicy(at, protocol) };
  const namedCallers: NamedCallers[] = [];
  // What is invalid has its issue by now; reading goes on with a port that nothing clashes with.
  return {
    at,
    name,
    protocol,
    path: at.path,
    ...(at.field('port').absent ? {} : { port: port ?? 0 }),
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
    calls: parseCalls(at),
    rules,
    ...defined({ loadBalancerTarget, group }),
    grpcApi: parseGrpcApi(at.field('grpcApi'), protocol),
    callPolicy,
    policy: parseServicePolicy(at, protocol, namedCallers),
    namedCallers,
    overrides: parseOverrides(at),
  };
}

/** What the tasks of a service, a version or a job are like. */
export function parseTaskParts(
  at: Reader,
  of: {
    readonly mesh: MeshDefaults;
    readonly footprint: TaskFootprint;
    readonly port: number | undefined;
    readonly called?: CalledBy;
    /** Whether each version may have an image of its own. */
    readonly hasVersions: boolean;
  },
): TaskParts {
  const sizing = parseSizing(at, DEFAULT_SIZE, of.mesh, of.called);
  const storage = parseStorage(at, launchTypeOf(sizing));
  return {
    ...parseContainer(at, { what: 'the application', initProcess: INIT_OF_APPLICATIONS, storage, needsImage: !of.hasVersions }),
    ...defined({ gpuCount: parseGpuCount(at.field('gpuCount'), sizing) }),
    startupTimeoutSeconds: at.field('startupTimeout').seconds({ min: 0, max: MAX_STARTUP_SECONDS }) ?? DEFAULT_STARTUP_SECONDS,
    stopTimeoutSeconds: at.field('stopTimeout').seconds(rangeOf(ECS.stopTimeout)) ?? 30,
    ...defined({ sidecarLogDriver: parseSidecarLogging(at.field('sidecarLogging')) }),
    extraContainers: parseExtraContainers(at, of.port, { ...sizing, ...storage }, withLogRouter(at, of.footprint)),
    ...sizing,
    ...storage,
  };
}

export function parseCalls(at: Reader): DraftService['calls'] {
  return at
    .field('calls')
    .items(STRINGS)
    .flatMap((item) => {
      const call = item.required('the name of a service', 'remove the entry, or name a service').string();
      return call === undefined ? [] : [{ at: item, name: call }];
    });
}

export function parseOverrides(at: Reader): DraftService['overrides'] {
  return [...at.field('callPolicies').entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([callee, item]) => ({ at: item, callee }));
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

export function unknownService(at: Reader, name: string, known: readonly string[]): void {
  at.fail(
    'UNKNOWN_SERVICE',
    `there is no service ${displayValue(name)}`,
    known.length === 0 ? { fix: 'remove it: there is no other service to call' } : suggest(name, known),
  );
}
