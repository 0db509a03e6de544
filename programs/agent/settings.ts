import type {
  ApplicationStart,
  AwaitedCallee,
  CertificateFormatName,
  CountedRequests,
  DiscoveryTarget,
  MeshVariable,
  TaskMetrics,
  WeightedService,
} from '../../lib/core/contract/agent';
import { MESH_DIRECTORY } from '../../lib/core/contract/files';
import { identityParts } from '../../lib/core/contract/identity';
import { CHECK_SECONDS, LIFETIME_SECONDS, RENEW_AFTER_SECONDS } from '../../lib/core/contract/issuing';
import { METRICS_SECONDS, REQUESTS_SECONDS } from '../../lib/core/contract/metric';
import type { Unread } from '../../lib/core/contract/unread';
import type { ServiceName } from './endpoints/cloud-map';
import { isRecord, jsonOf } from './json';
import { isLabel, versionsOf } from './labels';
import { taskMetricsOf } from './metrics/task-metrics';

/** The agent's settings, all of them by environment variables. */
export interface Settings {
  /** Undefined in a mesh without certificates. */
  readonly certificate: CertificateSettings | undefined;
  readonly region: string;
  /** The volume that Envoy reads. */
  readonly directory: string;
  /** Callees whose tasks are found by Cloud Map's API; the others are found by DNS. */
  readonly discovery: readonly EndpointTarget[];
  /** This service in Cloud Map by name: whether its own zone may be preferred depends on the zones of its tasks. */
  readonly ownService: ServiceName | undefined;
  /** This service in Cloud Map by id, to leave it; undefined if the task is not registered. */
  readonly cloudMapServiceId: string | undefined;
  readonly metadataUri: string | undefined;
  /** Whether Envoy announces to callers that the task stops. */
  readonly announcesStop: boolean;
  /** After this long, callers of this task have noticed that it leaves. */
  readonly refreshMs: number;
  /** The shortest time between two lists of the tasks of a callee. */
  readonly listMs: number;
  /** Between SIGTERM and SIGKILL. */
  readonly stopMs: number;
  readonly waitMs: number;
  /** The age at which a certificate is replaced. */
  readonly renewMs: number;
  /** How often the agent checks whether authorities have changed. */
  readonly checkMs: number;
  /** The shortest time between two requests for the revision of a callee. */
  readonly pollMs: number;
  /** Callees with versions, whose weights are found in parameters. */
  readonly weights: readonly WeightsTarget[];
  readonly weightsMs: number;
  /** Callees in other stacks, which `init` waits for. */
  readonly awaited: readonly AwaitedCallee[];
  readonly awaitMs: number;
  /** Undefined: the task is healthy whatever its application does. */
  readonly application: ApplicationStart | undefined;
  /** Whose requests it reports; undefined: it reports none. */
  readonly requests: ReportedRequests | undefined;
  readonly requestsMs: number;
  /** What it reports of the statistics of Envoy; undefined: nothing. */
  readonly metrics: ReportedMetrics | undefined;
  readonly metricsMs: number;
}

export interface ReportedMetrics extends TaskMetrics {
  /** Of the mesh: see lib/core/contract/scope.ts. */
  readonly scope: string;
}

export interface ReportedRequests extends CountedRequests {
  /** Of the mesh: see lib/core/contract/scope.ts. */
  readonly scope: string;
}

/** A callee whose tasks the agent finds. */
export type EndpointTarget = DiscoveryTarget & ServiceName;

export interface WeightsTarget extends Required<WeightedService> {
  /** The name of the parameter of Systems Manager. */
  readonly parameter: string;
}

export interface CertificateSettings {
  readonly identity: Identity;
  /** Of the mesh: see lib/core/contract/scope.ts. */
  readonly scope: string;
  /** Of KMS: proves the identity. */
  readonly identityKeyArn: string;
  /** The function that issues. */
  readonly issuerArn: string;
  readonly format: CertificateFormatName;
}

export interface Identity {
  readonly uri: string;
  readonly trustDomain: string;
  readonly service: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** What the agent reads: what the plan of its task says, and what ECS does. */
type Variable = MeshVariable | 'AWS_REGION' | 'ECS_CONTAINER_METADATA_URI_V4';

export class InvalidSettings extends Error {
  constructor(readonly issues: readonly string[]) {
    super(
      `${issues.length === 1 ? 'an environment variable is' : `${issues.length} environment variables are`} wrong: ${issues.join('; ')}`,
    );
  }
}

/** Every mistake at once. */
export function readSettings(environment: Environment): Settings {
  const read = new Variables(environment);
  const identity = read.optional('MESH_IDENTITY', IDENTITY_FORM, identityOf);
  // Metrics are reported in meshes without certificates, too.
  const reports = read.has('MESH_REQUESTS') || read.has('MESH_METRICS');
  const certified = GO_TOGETHER.some((name) => read.has(name) && !(name === 'MESH_SCOPE' && reports));
  const issuing = certified ? issuingSettings(read) : undefined;
  const format = read.optional('MESH_CERTIFICATE_FORMAT', 'sds or pem', formatOf) ?? 'sds';
  const region = issuing?.region ?? read.optional('AWS_REGION', 'a region', (text) => (/^[a-z0-9-]+$/.test(text) ? text : undefined));
  if (region === undefined && !certified) read.missing('AWS_REGION', 'ECS sets it on Fargate');
  const discovery = read.parsed(
    'MESH_DISCOVERY',
    'a JSON list of { cluster, serviceName, port, listSeconds? }, each cluster once',
    discoveryOf,
    '[]',
  );
  const ownService = read.optional('MESH_OWN_SERVICE', 'the name of a Cloud Map service', nameOf);
  const namespaceName = read.optional('MESH_NAMESPACE', 'the HttpName of a Cloud Map namespace', nameOf);
  if (!read.has('MESH_NAMESPACE') && (ownService !== undefined || (discovery !== undefined && discovery.length > 0)))
    read.missing('MESH_NAMESPACE', 'it must be the HttpName of the Cloud Map namespace of MESH_DISCOVERY and MESH_OWN_SERVICE');
  const cloudMapServiceId = read.optional('MESH_CLOUD_MAP_SERVICE_ID', 'the id of a Cloud Map service (srv-…)', (text) =>
    /^srv-[a-z0-9]+$/.test(text) ? text : undefined,
  );
  const metadataUri = read.optional('ECS_CONTAINER_METADATA_URI_V4', 'an http:// URL (ECS sets it)', (text) =>
    /^http:\/\/[^\s]+$/.test(text) ? text : undefined,
  );
  if (cloudMapServiceId !== undefined && metadataUri === undefined)
    read.missing('ECS_CONTAINER_METADATA_URI_V4', 'ECS sets it; the task is found in Cloud Map by its id');
  const announcesStop = read.optional('MESH_ANNOUNCES_STOP', 'true', (text) => (text === 'true' ? true : undefined)) ?? false;
  const settings = {
    announcesStop,
    directory: read.parsed('MESH_DIRECTORY', 'an absolute path', directoryOf, MESH_DIRECTORY),
    refreshMs: read.seconds('MESH_REFRESH_SECONDS', 5),
    listMs: read.seconds('MESH_LIST_SECONDS', 2),
    stopMs: read.seconds('MESH_STOP_SECONDS', 30),
    waitMs: read.seconds('MESH_WAIT_SECONDS', 600),
    renewMs: read.seconds('MESH_RENEW_SECONDS', RENEW_AFTER_SECONDS),
    checkMs: read.seconds('MESH_CHECK_SECONDS', CHECK_SECONDS),
    pollMs: read.seconds('MESH_POLL_SECONDS', 2),
    weightsMs: read.seconds('MESH_WEIGHTS_SECONDS', 15),
    awaitMs: read.seconds('MESH_AWAIT_SECONDS', 60),
    requestsMs: read.seconds('MESH_REQUESTS_SECONDS', REQUESTS_SECONDS),
    metricsMs: read.seconds('MESH_METRICS_SECONDS', METRICS_SECONDS),
  };
  const awaited = read.parsed('MESH_AWAITED', 'a JSON list of { service, hosts }, with at least one host each', awaitedOf, '[]');
  const application = read.optional('MESH_APPLICATION', 'JSON: { container, port, startupSeconds }', applicationOf);
  const counted = read.optional('MESH_REQUESTS', 'JSON: { service, version? }', countedOf);
  const metrics = read.optional(
    'MESH_METRICS',
    'JSON: { name, version?, serves?, calls?: [{ service, versions?: [{ name, cluster }], versionsOnly?, tcp? }] }',
    taskMetricsOf,
  );
  const scope =
    counted === undefined && metrics === undefined ? undefined : read.parsed('MESH_SCOPE', 'the scope of the mesh', (text) => text);
  const weights = read.parsed(
    'MESH_WEIGHTS',
    'a JSON list of { service, versions: [{ name, cluster }], routes?, tcp? }, each service once',
    weightsOf,
    '[]',
  );
  const parameters = read.parsed('MESH_WEIGHTS_PARAMETERS', 'names of parameters, with commas', parametersOf, ',');
  if (weights !== undefined && parameters !== undefined && weights.length !== parameters.length)
    read.missing(
      'MESH_WEIGHTS_PARAMETERS',
      `it must name as many parameters as MESH_WEIGHTS names services (${weights.length}), not ${parameters.length}`,
    );
  if (
    read.issues.length > 0 ||
    region === undefined ||
    discovery === undefined ||
    weights === undefined ||
    awaited === undefined ||
    parameters === undefined ||
    settings.directory === undefined
  )
    throw new InvalidSettings(read.issues);
  const certificate = identity === undefined || issuing === undefined ? undefined : { identity, ...issuing.settings, format };
  return {
    ...settings,
    directory: settings.directory,
    certificate,
    region,
    ...namesIn(namespaceName, discovery, ownService),
    cloudMapServiceId,
    metadataUri,
    application,
    requests: counted === undefined || scope === undefined ? undefined : { ...counted, scope },
    metrics: metrics === undefined || scope === undefined ? undefined : { ...metrics, scope },
    awaited,
    weights: weights.map((target, index) => ({ ...target, parameter: parameters[index] ?? '' })),
  };
}

/** All of them or none, so that a misspelt name does not switch certificates off. */
const GO_TOGETHER = ['MESH_IDENTITY', 'MESH_SCOPE', 'MESH_IDENTITY_KEY_ARN', 'MESH_ISSUER_ARN'] as const;

/** Nothing takes longer than a certificate lives. */
const MAX_SECONDS = LIFETIME_SECONDS;

class Variables {
  readonly issues: string[] = [];

  constructor(private readonly environment: Environment) {}

  has(name: Variable): boolean {
    return (this.environment[name] ?? '') !== '';
  }

  optional<T>(name: Variable, allowed: string, parse: (text: string) => T | undefined): T | undefined {
    const text = this.environment[name] ?? '';
    if (text === '') return undefined;
    const value = parse(text);
    if (value === undefined) this.issues.push(`${name} is "${text}", it must be ${allowed}`);
    return value;
  }

  parsed<T>(name: Variable, allowed: string, parse: (text: string) => T | undefined, fallback?: string): T | undefined {
    const text = this.environment[name] ?? '';
    if (text !== '') return this.optional(name, allowed, parse);
    if (fallback !== undefined) return parse(fallback);
    this.missing(name, `it must be ${allowed}`);
    return undefined;
  }

  /** In milliseconds. */
  seconds(name: Variable, fallback: number): number {
    const positive = (text: string): number | undefined =>
      /^\d+(\.\d+)?$/.test(text) && Number(text) > 0 && Number(text) <= MAX_SECONDS ? Number(text) : undefined;
    return (this.optional(name, `a number of seconds, above 0 and at most ${MAX_SECONDS}`, positive) ?? fallback) * 1000;
  }

  missing(name: Variable, why: string): void {
    this.issues.push(`${name} is missing, ${why}`);
  }
}

const IDENTITY_FORM = 'spiffe://<trust domain>/<service>';

function identityOf(uri: string): Identity | undefined {
  const parts = identityParts(uri);
  return parts === undefined ? undefined : { uri, ...parts };
}

/** What goes with an identity. The region is the function's own, which not every launch type sets in a variable. */
function issuingSettings(
  read: Variables,
): { readonly settings: Omit<CertificateSettings, 'identity' | 'format'>; readonly region: string } | undefined {
  if (!read.has('MESH_IDENTITY')) read.missing('MESH_IDENTITY', `it must be ${IDENTITY_FORM}`);
  const scope = read.parsed('MESH_SCOPE', 'the scope of the mesh', (text) => text);
  const identityKeyArn = read.parsed('MESH_IDENTITY_KEY_ARN', 'the ARN of a key of KMS', (text) =>
    /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/\S+$/.test(text) ? text : undefined,
  );
  const issuer = read.parsed('MESH_ISSUER_ARN', 'the ARN of a Lambda function', (text) => {
    const region = /^arn:aws[a-z-]*:lambda:([a-z0-9-]+):\d{12}:function:\S+$/.exec(text)?.[1];
    return region === undefined ? undefined : { arn: text, region };
  });
  if (scope === undefined || identityKeyArn === undefined || issuer === undefined) return undefined;
  return { settings: { scope, identityKeyArn, issuerArn: issuer.arn }, region: issuer.region };
}

function formatOf(text: string): CertificateFormatName | undefined {
  return text === 'sds' || text === 'pem' ? text : undefined;
}

function directoryOf(path: string): string | undefined {
  return /^\/\S*$/.test(path) ? path.replace(/(?<=.)\/+$/, '') : undefined;
}

function discoveryOf(text: string): readonly DiscoveryTarget[] | undefined {
  const list = jsonOf(text);
  if (!Array.isArray(list)) return undefined;
  const targets = list.map(targetOf);
  const valid = targets.filter((target) => target !== undefined);
  const distinct = new Set(valid.map(({ cluster }) => cluster)).size === targets.length;
  return valid.length === targets.length && distinct ? valid : undefined;
}

function targetOf(value: unknown): DiscoveryTarget | undefined {
  if (!isRecord(value)) return undefined;
  const { cluster, serviceName, port, listSeconds }: Unread<DiscoveryTarget> = value;
  if (typeof serviceName !== 'string' || nameOf(serviceName) === undefined) return undefined;
  // The cluster names a file.
  if (typeof cluster !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$/.test(cluster)) return undefined;
  if (listSeconds !== undefined && (typeof listSeconds !== 'number' || !(listSeconds > 0) || listSeconds > MAX_SECONDS)) return undefined;
  return isPort(port) ? { serviceName, cluster, port, ...(listSeconds === undefined ? {} : { listSeconds }) } : undefined;
}

function isPort(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535;
}

function applicationOf(text: string): ApplicationStart | undefined {
  const value = jsonOf(text);
  if (!isRecord(value)) return undefined;
  const { container, port, startupSeconds }: Unread<ApplicationStart> = value;
  if (typeof container !== 'string' || container === '' || !isPort(port)) return undefined;
  return typeof startupSeconds === 'number' && startupSeconds > 0 && startupSeconds <= MAX_SECONDS
    ? { container, port, startupSeconds }
    : undefined;
}

function countedOf(text: string): CountedRequests | undefined {
  const value = jsonOf(text);
  if (!isRecord(value)) return undefined;
  const { service, version }: Unread<CountedRequests> = value;
  if (!isLabel(service)) return undefined;
  if (version === undefined) return { service };
  return isLabel(version) ? { service, version } : undefined;
}

function weightsOf(text: string): readonly Omit<WeightsTarget, 'parameter'>[] | undefined {
  const list = jsonOf(text);
  if (!Array.isArray(list)) return undefined;
  const targets = list.map(weightsTargetOf).filter((target) => target !== undefined);
  return targets.length === list.length && new Set(targets.map(({ service }) => service)).size === list.length ? targets : undefined;
}

function weightsTargetOf(value: unknown): Omit<WeightsTarget, 'parameter'> | undefined {
  if (!isRecord(value)) return undefined;
  const { service, versions, routes = [], tcp = false }: Unread<WeightedService> = value;
  if (
    !isLabel(service) ||
    !Array.isArray(versions) ||
    versions.length === 0 ||
    !Array.isArray(routes) ||
    !routes.every(isLabel) ||
    typeof tcp !== 'boolean'
  )
    return undefined;
  const known = versionsOf(versions);
  return known === undefined ? undefined : { service, versions: known, routes, tcp };
}

function awaitedOf(text: string): readonly AwaitedCallee[] | undefined {
  const list = jsonOf(text);
  if (!Array.isArray(list)) return undefined;
  const isHost = (host: unknown): host is string => typeof host === 'string' && /^[a-z0-9.-]+$/i.test(host);
  const known = list.flatMap((each: unknown): AwaitedCallee[] => {
    const { service, hosts }: Unread<AwaitedCallee> = isRecord(each) ? each : {};
    return isLabel(service) && Array.isArray(hosts) && hosts.length > 0 && hosts.every(isHost) ? [{ service, hosts }] : [];
  });
  return known.length === list.length ? known : undefined;
}

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html */
function parametersOf(text: string): readonly string[] | undefined {
  const names = text.split(',').filter((name) => name !== '');
  return names.every((name) => /^[A-Za-z0-9/_.-]+$/.test(name)) ? names : undefined;
}

/** https://docs.aws.amazon.com/cloud-map/latest/api/API_DiscoverInstances.html */
function nameOf(text: string): string | undefined {
  return /^[!-~]{1,1024}$/.test(text) ? text : undefined;
}

function namesIn(
  namespaceName = '',
  discovery: readonly DiscoveryTarget[],
  ownService: string | undefined,
): Pick<Settings, 'discovery' | 'ownService'> {
  return {
    discovery: discovery.map((target) => ({ ...target, namespaceName })),
    ownService: ownService === undefined ? undefined : { namespaceName, serviceName: ownService },
  };
}
