import type { KnownValues } from '../emulator/template/intrinsics';
import type { Template } from '../emulator/template/template';

/** What the command `local` tells the container `aws`: the content of `SYSTEM_FILE`, which takes its place when it changes. */
export interface LocalSystem {
  /** All stacks of the system as one template. */
  readonly template: Template;
  /** Region, account, name of the stack. */
  readonly values: KnownValues;
  /** Those that containers hold open, by their IDs such as `catalog-1`. */
  readonly tasks: readonly LocalTask[];
  /** Tasks of no service, which run when somebody starts them. @default - none */
  readonly jobs?: readonly LocalJobTask[];
  readonly edges: readonly LocalEdge[];
  /** Issuers of tokens whose keys gateway services fetch. @default - none does */
  readonly issuers?: LocalIssuers;
}

/** In the place of which issuers the container `aws` answers. */
export interface LocalIssuers {
  /** A file beside that of the system: `IssuerIdentities`. */
  readonly file: string;
  /** URLs of their keys. */
  readonly urls: readonly string[];
}

/** What it shows that it is a host, in PEM, by the names of hosts. */
export type IssuerIdentities = Readonly<Record<string, { readonly certificate: string; readonly key: string }>>;

export interface LocalTask {
  readonly id: string;
  /** Logical ID of its ECS service in the template. */
  readonly service: string;
  /** Name of its workload in the description of the system, such as `catalog`. */
  readonly workload: string;
}

export interface LocalJobTask {
  readonly id: string;
  /** Logical ID of its task definition in the template. */
  readonly taskDefinition: string;
  /** Name of the job. */
  readonly workload: string;
}

export interface LocalEdge {
  /** As in the description of the system. */
  readonly name: string;
  /** Where clients call it, in the container and on the host. */
  readonly port: number;
}

/** Directory that the command writes, and its file for the container `aws`. */
export const SYSTEM_DIRECTORY = '/system';
export const SYSTEM_FILE = 'system.json';
/** Where the programs of this folder are. */
export const PROGRAMS_DIRECTORY = '/local';
/** Where the containers have the framework for custom resources of aws-cdk-lib. */
export const FRAMEWORK_DIRECTORY = '/provider-framework';

/** Name of the container `aws` on the network, where it answers tasks: AWS's API, task metadata, their leases. */
export const AWS_HOST = 'aws';
export const AWS_PORT = 8000;
/** Where it answers the host: tasks, statistics of Envoys, tokens. */
export const CONTROL_PORT = 8001;
/** Where it answers gateway services in the place of issuers, by HTTPS. */
export const ISSUER_PORT = 8002;

/** By which the holder of a task says of which task a call is. */
export const TASK_HEADER = 'x-local-task';
/** `POST <this>/<id>`: a response without an end that lasts for as long as the task is there; each line of the request is its health. */
export const LEASES_PATH = '/leases';

/** Where the holder of a task has, on loopback, all that `aws` answers tasks. */
export const TASK_AWS_PORT = 15790;
/** Where it passes on to `aws` what Envoy's admin interface answers. */
export const TASK_ADMIN_PORT = 15791;

/** Directory below `SYSTEM_DIRECTORY` with a file `<task>.json` for the holder of each task: `TaskSettings`. */
export const TASKS_DIRECTORY = 'tasks';
/** Directory below `SYSTEM_DIRECTORY` with files of `IssuerIdentities`. */
export const ISSUERS_DIRECTORY = 'issuers';
/** In the environment of a task's holder: its ID. */
export const TASK_VARIABLE = 'LOCAL_TASK';

/** What the holder of a task does beside holding its network. It reads them again when they change. */
export interface TaskSettings {
  /** Where the application listens: a task whose application takes no connections there is not healthy. */
  readonly applicationPorts: readonly number[];
  /** Answer in place of the application. */
  readonly standIns: readonly StandInSettings[];
  /** Connections that it passes on. */
  readonly relays: readonly Relay[];
}

export interface StandInSettings {
  readonly port: number;
  readonly protocol: 'http' | 'http2' | 'grpc' | 'tcp';
  /** The first that fits. */
  readonly answers: readonly StandInAnswer[];
}

export interface StandInAnswer {
  /** @default - every method */
  readonly method?: string;
  /** A path, or the beginning of one and `*`. @default - every path */
  readonly path?: string;
  /** @default 200 */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text, or what is sent as JSON. @default - what was requested, as JSON */
  readonly body?: unknown;
  /** Milliseconds before the answer. @default 0 */
  readonly delayMs?: number;
}

export interface Relay {
  readonly port: number;
  /** @default - loopback alone */
  readonly everywhere?: boolean;
  readonly toHost: string;
  readonly toPort: number;
}
