import type { CertificateSettings, Sizing, Warning } from '../model/topology';
import type { AppMeshPlan } from './app-mesh';

/**
 * The plan: what to create, as plain data that names no construct. A mesh provider makes it out of the
 * topology; render turns it into constructs one to one. What only CDK can hold (images, secrets, health check
 * objects) is looked up by container when rendering.
 */
export interface SystemPlan {
  /** One ECS service each, sorted by service and version; the gateway, if there is one, last. */
  readonly workloads: readonly WorkloadPlan[];
  /** Weights of versions; absent if no service has any. */
  readonly weights?: readonly WeightsPlan[];
  /** Names of virtual services in the private zone of the mesh. */
  readonly records: readonly RecordPlan[];
  /** Everything that is opened between tasks; what is not here is closed. */
  readonly ingress: readonly IngressPlan[];
  /** Absent: plain text. */
  readonly certificates?: CertificatePlan;
  /** Of a mesh that is App Mesh's. */
  readonly appMesh?: AppMeshPlan;
  readonly warnings: readonly Warning[];
}

/** The authorities of the mesh; the certificates themselves are those of the tasks. */
export interface CertificatePlan {
  readonly trustDomain: string;
  readonly settings: Exclude<CertificateSettings, { readonly kind: 'none' }>;
}

/** Parameters that callers' agents read while they run: what stands in them is in no task definition. */
export interface WeightsPlan {
  readonly service: string;
  readonly text: string;
  /** A regular expression that says what may be written in place of it. */
  readonly pattern: string;
}

export interface WorkloadPlan {
  /** Its name in Cloud Map: that of its service, or `<service>-<version>`. */
  readonly name: string;
  /** The version that it runs of a service that has several; identity, role and security group are the service's. */
  readonly version?: VersionPlan;
  /** Services whose weights the task's agent reads, sorted; absent if none. */
  readonly weightedCallees?: readonly string[];
  /** The names in the task's certificate; absent without certificates. */
  readonly identity?: IdentityPlan;
  /** Cloud Map services, by name, whose instances the task's agent lists. */
  readonly discovers: readonly string[];
  /** Names of directories that containers of the task share. */
  readonly volumes: readonly string[];
  readonly sizing: Sizing;
  /** In the order in which they are defined; start order comes from `dependsOn`. */
  readonly containers: readonly ContainerPlan[];
  readonly registration: RegistrationPlan;
  /** Whether tasks send traces. */
  readonly traced: boolean;
  /** What the task is to a control plane; absent if there is none. */
  readonly endpoint?: MeshEndpointPlan;
  /** Absent: applications reach Envoy by its addresses. */
  readonly interception?: InterceptionPlan;
}

/** A virtual node or the virtual gateway of App Mesh. */
export interface MeshEndpointPlan {
  readonly kind: 'virtualNode' | 'virtualGateway';
  readonly name: string;
  /** Certificates of ACM that its Envoy exports. Text in which CloudFormation may fill in tokens. */
  readonly certificateArns: readonly string[];
  /** Authorities of AWS Private CA whose certificates its Envoy reads. */
  readonly authorityArns: readonly string[];
}

/** ECS leads the traffic of a task through a container. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ProxyConfiguration.html */
export interface InterceptionPlan {
  readonly container: string;
  readonly appPorts: readonly number[];
  readonly ingressPort: number;
  readonly egressPort: number;
  /** Whose traffic passes by. */
  readonly ignoredUser: number;
  readonly ignoredGroup: number;
  readonly ignoredIps: readonly string[];
  readonly ignoredPorts: readonly number[];
}

export interface VersionPlan {
  readonly service: string;
  readonly name: string;
}

export interface IdentityPlan {
  readonly uri: string;
  readonly dnsName: string;
}

export type ContainerRole = 'init' | 'proxy' | 'application' | 'extra' | 'agent' | 'collector';

/**
 * What only a deployment knows: the ARN of the task's certificate secret, the ID of its Cloud Map service, the names of the
 * parameters with the weights that it reads, with commas, the ARN of its endpoint in App Mesh.
 */
export type DeployedValue = 'certificateSecretArn' | 'discoveryServiceId' | 'weightsParameterNames' | 'endpointArn';

export interface ContainerPlan {
  readonly name: string;
  readonly role: ContainerRole;
  /** A registry image, unless the user's props hold an image for this container. */
  readonly image?: string;
  /** Whether tasks get a copy of the image, which the deployment makes in the account's registry. */
  readonly copyImage?: boolean;
  readonly essential: boolean;
  readonly command?: readonly string[];
  readonly entryPoint?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Environment variables that render fills in. */
  readonly deployedEnvironment?: Readonly<Record<string, DeployedValue>>;
  readonly secretNames: readonly string[];
  readonly user?: string;
  readonly readonlyRootFilesystem: boolean;
  /** Whether it has no Linux capability at all. */
  readonly dropCapabilities?: boolean;
  readonly mounts?: readonly MountPlan[];
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

export interface MountPlan {
  readonly volume: string;
  readonly path: string;
  readonly readOnly: boolean;
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
  readonly condition: 'START' | 'HEALTHY' | 'SUCCESS';
}

/** The service that a task belongs to. */
export function serviceOf(task: WorkloadPlan): string {
  return task.version?.service ?? task.name;
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
  /** Or external service. */
  readonly service: string;
  readonly host: string;
  readonly address: string;
}

export interface IngressPlan {
  readonly to: string;
  readonly from: string;
  readonly port: number;
}
