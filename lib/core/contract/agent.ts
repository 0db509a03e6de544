/** What the agent's program does. `init` ends before Envoy starts, `run` ends with the task. */
export const AGENT_COMMANDS = ['init', 'run'] as const;
export type AgentCommand = (typeof AGENT_COMMANDS)[number];

/** Variables by which the agent is configured: those of its environment, and those that `MESH_CONFIG` holds. */
export const MESH_VARIABLES = [
  /** What `init` unpacks: Envoy's configuration and settings of the agent (task-config.ts). */
  'MESH_CONFIG',
  /** Settings that only a deployment knows, and that all tasks of the mesh have in common: `SharedVariables` as JSON. */
  'MESH_SHARED',
  /** The volume that it shares with Envoy. @default - MESH_DIRECTORY of files.ts */
  'MESH_DIRECTORY',

  /** The SPIFFE ID of the task's service; absent in a mesh without certificates. */
  'MESH_IDENTITY',
  /** The scope of the mesh (scope.ts), which stands in the proof of the identity and is the dimension of its metrics. */
  'MESH_SCOPE',
  /** The ARN of the key by which the task proves its identity. */
  'MESH_IDENTITY_KEY_ARN',
  /** The ARN of the function that issues its certificate. */
  'MESH_ISSUER_ARN',
  /** A `CertificateFormat`. @default sds */
  'MESH_CERTIFICATE_FORMAT',
  /** The age at which a certificate is replaced. @default - RENEW_AFTER_SECONDS of issuing.ts */
  'MESH_RENEW_SECONDS',
  /** How often the agent checks whether the authorities have changed. @default - CHECK_SECONDS of issuing.ts */
  'MESH_CHECK_SECONDS',
  /** How long `init` waits for what it needs. */
  'MESH_WAIT_SECONDS',

  /** Callees for which `init` waits until one of their tasks is found by DNS: a JSON list of `AwaitedCallee`. @default - none */
  'MESH_AWAITED',
  /** How long `init` waits for them, before it continues without them. @default 60 */
  'MESH_AWAIT_SECONDS',

  /** Callees whose tasks Cloud Map's API names: a JSON list of `DiscoveryTarget`. */
  'MESH_DISCOVERY',
  /** The namespace of them all, by the name that the API takes: its HttpName. */
  'MESH_NAMESPACE',
  /** The name of the task's own Cloud Map service. */
  'MESH_OWN_SERVICE',
  /** The same, by id: the task leaves it when it stops. */
  'MESH_CLOUD_MAP_SERVICE_ID',
  /** The shortest time between two requests for the revision of a callee. */
  'MESH_POLL_SECONDS',
  /** The shortest time between two lists of the tasks of a callee. */
  'MESH_LIST_SECONDS',

  /** Callees with versions: a JSON list of `WeightedService`. */
  'MESH_WEIGHTS',
  /** Names of the parameters with their weights, in the same order, with commas. */
  'MESH_WEIGHTS_PARAMETERS',
  /** How often parameters are read. */
  'MESH_WEIGHTS_SECONDS',

  /** The application whose port the task waits for: an `ApplicationStart` as JSON; absent if it waits for none. */
  'MESH_APPLICATION',

  /** Whose requests the task reports as a metric: a `CountedRequests` as JSON. @default - it reports none */
  'MESH_REQUESTS',
  /** How often it does. @default - REQUESTS_SECONDS of metric.ts */
  'MESH_REQUESTS_SECONDS',

  /** What the task reports of the statistics of its Envoy: a `TaskMetrics` as JSON. @default - nothing */
  'MESH_METRICS',
  /** How often it does. @default - METRICS_SECONDS of metric.ts */
  'MESH_METRICS_SECONDS',

  /** `true` if the Envoy of the task announces to callers that it stops. @default - it does not */
  'MESH_ANNOUNCES_STOP',
  /** After this long, whoever calls the task has noticed that it leaves. */
  'MESH_REFRESH_SECONDS',
  /** How long the task may take to leave. */
  'MESH_STOP_SECONDS',
] as const;
export type MeshVariable = (typeof MESH_VARIABLES)[number];

/** Variables with their values, or with what stands for values that only a deployment knows. */
export type MeshVariables<Value extends string = string> = Readonly<Partial<Record<MeshVariable, Value>>>;

/**
 * Variables of the agent that are spread into others: TypeScript checks the names of a literal that is handed on, but not of
 * one that is spread.
 */
export function meshVariables<Value extends string = string>(variables: MeshVariables<Value>): MeshVariables<Value> {
  return variables;
}

/** In `MESH_SHARED`. */
export type SharedVariables = Pick<MeshVariables, 'MESH_SCOPE' | 'MESH_IDENTITY_KEY_ARN' | 'MESH_ISSUER_ARN'>;

/** The longest pause of an agent, in its pauses as they are meant. */
export const MAX_JITTER = 1.2;

/** How often an agent looks whether tasks of a callee came or went while nothing happens, by how often it may look. */
export function idlePollSeconds(pollSeconds: number): number {
  return Math.max(pollSeconds, Math.min(4 * pollSeconds, 8));
}

/** By which share of its greatest age a list of tasks may be requested earlier, where callers do not notice that a task stops. */
export const MAX_EARLY_SILENT = 0.2;

/** The mean time between two of these lists, by their greatest age. */
export function meanSilentListSeconds(silentListSeconds: number): number {
  return silentListSeconds * (1 - MAX_EARLY_SILENT / 2);
}

/** How a certificate stands on the disk. */
export type CertificateFormatName = 'sds' | 'pem';

/** A callee that stands in another stack, which may be deployed later. */
export interface AwaitedCallee {
  readonly service: string;
  /** Names by which its tasks, or those of its versions, are found in DNS: one of them is enough. */
  readonly hosts: readonly string[];
}

export interface DiscoveryTarget {
  /** In Cloud Map. */
  readonly serviceName: string;
  /** Envoy's; it names the file of its endpoints. */
  readonly cluster: string;
  readonly port: number;
  /** How old a list of its tasks may be. @default - any age, since they announce that they stop */
  readonly listSeconds?: number;
}

/** The start of an application: the task counts as healthy once it has opened its port. */
export interface ApplicationStart {
  /** The name of its container. */
  readonly container: string;
  readonly port: number;
  /** How long it may take. */
  readonly startupSeconds: number;
}

/** By which the metric of a task's requests is known, beside the scope of the mesh. */
export interface CountedRequests {
  readonly service: string;
  /** Absent: the service has no versions. */
  readonly version?: string;
}

/** What a task reports as SERVICE_METRICS and CALL_METRICS of metric.ts. */
export interface TaskMetrics {
  /** By which it is known as a caller: its service, or its gateway. */
  readonly name: string;
  /** Absent: the service has no versions. */
  readonly version?: string;
  /** Services whose requests arrive at it: its own, and those of its further ports. @default - those that arrive are not reported */
  readonly serves?: readonly string[];
  /** @default - what it calls is not reported */
  readonly calls?: readonly MeasuredCall[];
  /** Whether requests and server errors of its calls are reported by callee, too, of all callers together. @default false */
  readonly totals?: boolean;
}

/** A callee, or an external service. */
export interface MeasuredCall {
  readonly service: string;
  /** @default - it has none, and the cluster has its name */
  readonly versions?: readonly WeightedVersion[];
  /** Whether nothing is reported of the pair of caller and callee. @default false */
  readonly versionsOnly?: boolean;
  /** Whether connections are counted. @default false */
  readonly tcp?: boolean;
}

/** A callee whose calls are divided among versions by weight. */
export interface WeightedService {
  readonly service: string;
  /** In the order of Envoy's configuration. */
  readonly versions: readonly WeightedVersion[];
  /** Routes with weights of their own. @default - none */
  readonly routes?: readonly string[];
  /** @default false */
  readonly tcp?: boolean;
}

export interface WeightedVersion {
  readonly name: string;
  readonly cluster: string;
}
