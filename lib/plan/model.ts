import type { Sizing, Warning } from '../topology/model';

/**
 * The plan: what to create, as plain data that names no construct. A mesh provider makes it out of the
 * topology; render turns it into constructs one to one. What only CDK can hold (images, secrets, health check
 * objects) is looked up by container when rendering.
 */
export interface SystemPlan {
  /** One ECS service each, sorted by name; the gateway, if there is one, last. */
  readonly tasks: readonly TaskPlan[];
  /** Names of virtual services in the private zone of the mesh. */
  readonly records: readonly RecordPlan[];
  /** Everything that is opened between tasks; what is not here is closed. */
  readonly ingress: readonly IngressPlan[];
  readonly warnings: readonly Warning[];
}

export interface TaskPlan {
  readonly name: string;
  readonly sizing: Sizing;
  /** In the order in which they are defined; start order comes from `dependsOn`. */
  readonly containers: readonly ContainerPlan[];
  readonly registration: RegistrationPlan;
  /** Whether tasks send traces. */
  readonly traced: boolean;
}

export type ContainerRole = 'proxy' | 'application' | 'extra' | 'collector';

export interface ContainerPlan {
  readonly name: string;
  readonly role: ContainerRole;
  /** A registry image, unless the user's props hold an image for this container. */
  readonly image?: string;
  readonly essential: boolean;
  readonly command?: readonly string[];
  readonly entryPoint?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly secretNames: readonly string[];
  readonly user?: string;
  readonly readonlyRootFilesystem: boolean;
  /** Of a container that the mesh adds; the user's own health checks are passed on by render. */
  readonly healthCheck?: HealthCheckPlan;
  readonly dependsOn: readonly DependencyPlan[];
  readonly ports: readonly number[];
  readonly cpu?: number;
  readonly memoryReservationMiB?: number;
  readonly memoryLimitMiB?: number;
  readonly stopTimeoutSeconds?: number;
  /** Restarted in place when it exits, without replacing the task. */
  readonly restart: boolean;
}

export interface HealthCheckPlan {
  readonly command: readonly string[];
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly retries: number;
  readonly startPeriodSeconds: number;
}

export interface DependencyPlan {
  readonly container: string;
  readonly condition: 'START' | 'HEALTHY';
}

/** How tasks register in Cloud Map. */
export interface RegistrationPlan {
  readonly recordType: 'A' | 'SRV';
  readonly ttlSeconds: number;
  /** SRV records name a port; Cloud Map learns it from this container. */
  readonly container?: string;
  readonly port?: number;
}

export interface RecordPlan {
  readonly service: string;
  readonly host: string;
  readonly address: string;
}

export interface IngressPlan {
  readonly to: string;
  readonly from: string;
  readonly port: number;
}
