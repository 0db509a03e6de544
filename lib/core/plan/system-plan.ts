import type {
  ArchitectureId,
  ContainerOptions,
  CertificateSettings,
  Group,
  Job,
  LoadBalancerTarget,
  Mount,
  OpenPort,
  MetricScaling,
  ProtocolId,
  QueueScaling,
  Scaling,
  Sizing,
  TaskReplacement,
  Warning,
} from '../model/topology';
import type { ShiftPace } from '../contract/weight-shift';
import type { TaskConfig } from '../contract/task-config';
import type { LimitUse } from '../limits/use';
import type { EdgePlan } from './edge-plan';
import type { ObservabilityPlan } from './observability/observability-plan';

/**
 * The plan: what to create, whole, as plain data that names no construct. Nothing is decided after it: render turns it into
 * constructs one to one. What only CDK can hold (images, secrets, health check objects) is looked up in the props by
 * service, version and container.
 */
export interface SystemPlan extends Omit<MeshPlan, 'workloads' | 'virtualAddresses' | 'settleSeconds' | 'discoversByName' | 'uses'> {
  /** The name of the mesh. */
  readonly name: string;
  /** By which the mesh is rendered: the ID of its provider. */
  readonly provider: string;
  readonly namespace: NamespacePlan;
  readonly zone: ZonePlan;
  /** One ECS service each, sorted by service and version; gateways last. */
  readonly workloads: readonly WorkloadPlan[];
  /** Absent: each caller has rules of its own. What they open is not in `ingress`. */
  readonly callersGroups?: readonly CallersGroupPlan[];
  /** Names of virtual services in the private zone of the mesh. */
  readonly records: readonly RecordPlan[];
  /** Of external services; absent if all are known. */
  readonly externalHosts?: readonly ExternalHostPlan[];
  readonly deploymentOrder: readonly DeploymentOrderPlan[];
  /** Absent: plain text. */
  readonly certificates?: CertificatePlan;
  readonly edges: readonly EdgePlan[];
  /** What is made of the metrics of tasks; absent: they report none. */
  readonly observability?: ObservabilityPlan;
  /** Absent: there are none. */
  readonly clients?: ClientsPlan;
  /** Services and edges with a stack of their own, sorted by name; absent: everything stands in one. */
  readonly groups?: readonly Group[];
  /** How much of each limit of AWS the system takes, as far as the plan tells. Warnings and issues say of those that are exceeded. */
  readonly uses: readonly LimitUse[];
}

/** Callers outside of the mesh. */
export interface ClientsPlan {
  /** The name of the service through which they call. */
  readonly gateway: string;
  /** Where it listens. */
  readonly port: number;
  /** The hosts by which they call, as a name with a wildcard, and the name under which Cloud Map has the tasks. */
  readonly record: { readonly host: string; readonly target: string; readonly ttlSeconds: number };
  /** Sorted by name. */
  readonly clients: readonly ClientPlan[];
}

export interface ClientPlan {
  readonly name: string;
  /** Where it stands in the props. */
  readonly path: string;
  readonly identity: IdentityPlan;
  /** Where it reaches the services that it calls, by their names. */
  readonly urls: Readonly<Record<string, string>>;
  /** The age at which it replaces its certificate; absent: as usual. */
  readonly renewSeconds?: number;
}

/** What a mesh provider makes of a topology. */
export interface MeshPlan {
  readonly workloads: readonly MeshWorkloadPlan[];
  /** Weights of versions; absent if no service has any. */
  readonly weights?: readonly WeightsPlan[];
  /** Everything that is opened between tasks; what is not here is closed. */
  readonly ingress: readonly IngressPlan[];
  /** What the virtual names resolve to, in words. */
  readonly virtualAddresses: string;
  /** How long proxies may use certificates and authorities of before, where that is longer than it takes agents to get others. */
  readonly settleSeconds?: number;
  /** Whether its control plane asks Cloud Map's API for tasks. @default false */
  readonly discoversByName?: boolean;
  /** Resources of a control plane, which the provider's own renderer knows; absent if there is none. */
  readonly resources?: unknown;
  /** How much of the limits of AWS its control plane or its agents take; absent: nothing that is counted. */
  readonly uses?: readonly LimitUse[];
  readonly warnings: readonly Warning[];
}

/** The Cloud Map namespace in which tasks register, if the user brings none. */
export interface NamespacePlan {
  readonly name: string;
  readonly description: string;
  /** How long resolvers remember that a service has no task. */
  readonly ttlSeconds: number;
  /** Whether somebody asks Cloud Map's API for tasks, which takes the HttpName of the namespace. */
  readonly discoveredByName: boolean;
}

/** The private zone of the virtual names. */
export interface ZonePlan {
  readonly name: string;
  readonly comment: string;
}

/** A caller whose new tasks are to start only when those of a callee's versions run. */
export interface DeploymentOrderPlan {
  readonly caller: string;
  readonly callee: string;
}

/** The authorities of the mesh, which issue certificates to its tasks. */
export interface CertificatePlan {
  readonly meshName: string;
  readonly trustDomain: string;
  /** How long after a change of authorities tasks may use those of before; absent: no longer than their agents take to hear of it. */
  readonly settleSeconds?: number;
  readonly settings: Exclude<CertificateSettings, { readonly kind: 'none' }>;
}

/** Parameters that callers' agents read while they run: what stands in them is in no task definition. */
export interface WeightsPlan {
  readonly service: string;
  readonly text: string;
  /** A regular expression that says what may be written in place of it. */
  readonly pattern: string;
  /** How they go where they are to be; absent: at once. */
  readonly shift?: ShiftPace;
}

/** A workload whole. */
export interface WorkloadPlan extends MeshWorkloadPlan {
  /** Where callers reach its service; empty for a gateway. */
  readonly url: string;
  /** Where callers reach its ports beside the first one, by their names; absent: there are none. */
  readonly portUrls?: Readonly<Record<string, string>>;
  /** Whether its tasks start with an execution role of their own, so that no other service can read their secrets at start. */
  readonly ownExecutionRole: boolean;
  /** TCP ports to which its tasks may connect, sorted; absent: to everything. */
  readonly egressPorts?: readonly number[];
  /** In whose stack it stands; absent: in that of the system. */
  readonly group?: string;
  /** Whether its tasks have a security group that callers of services with very many callers share. */
  readonly inCallersGroup?: true;
}

/** What the mesh decides of a workload. */
export interface MeshWorkloadPlan {
  /** Its name in Cloud Map: that of its service, or `<service>-<version>`. */
  readonly name: string;
  /** The edge of which it is the gateway service; absent: it is a service of the user's. */
  readonly edge?: string;
  /** Whether it is the service through which clients call. */
  readonly clientGateway?: true;
  /** The version that it runs of a service that has several; identity, role and security group are the service's. */
  readonly version?: VersionPlan;
  /** Services whose weights the task's agent reads, sorted; absent if none. */
  readonly weightedCallees?: readonly string[];
  /** What the task's certificate says; absent without certificates. */
  readonly identity?: IdentityPlan;
  /** Cloud Map services, by name, whose instances the task's agent lists. */
  readonly discovers: readonly string[];
  /** Names of directories that containers of the task share. */
  readonly volumes: readonly string[];
  /** Volumes that are file systems, which the user's props hold, by name; absent: none. */
  readonly fileSystems?: readonly FileSystemPlan[];
  /** Absent: what every task has. */
  readonly ephemeralStorageGiB?: number;
  readonly sizing: SizingPlan;
  /** In the order in which they are defined; start order comes from `dependsOn`. */
  readonly containers: readonly ContainerPlan[];
  /** Absent: nobody calls its tasks, which register nowhere. */
  readonly registration?: RegistrationPlan;
  /** Ports that are opened to others past Envoy. */
  readonly openPorts?: readonly OpenPort[];
  /** Where scrapers of the user's read the metrics of its tasks; absent: nowhere. */
  readonly prometheusPort?: number;
  /** Present: its tasks run to an end. */
  readonly job?: Job;
  /** How load balancers of the user's own reach its tasks; absent: they do not. */
  readonly loadBalancerTarget?: LoadBalancerTargetPlan;
  /** Whether tasks send traces to AWS X-Ray. */
  readonly traced: boolean;
  /** What OpenTelemetry calls its tasks, but for their place in AWS; absent: they have no such traces. */
  readonly resourceAttributes?: Readonly<Record<string, string>>;
  /** What the task is to a control plane; absent if there is none. */
  readonly endpoint?: MeshEndpointPlan;
  /** Absent: applications reach Envoy by its addresses. */
  readonly interception?: InterceptionPlan;
}

/** A volume that is a file system of Amazon EFS. */
export interface FileSystemPlan {
  /** The name of the volume. */
  readonly volume: string;
  /** Absent: `/`, or that of the access point. */
  readonly rootDirectory?: string;
  /** What clients of Amazon EFS may do: the part of the action after `elasticfilesystem:`. */
  readonly permissions: readonly ('ClientMount' | 'ClientWrite' | 'ClientRootAccess')[];
}

/** What load balancers of the user's own may lead to. */
export interface LoadBalancerTargetPlan {
  readonly kind: LoadBalancerTarget['kind'];
  /** What the application speaks. */
  readonly protocol: ProtocolId;
  readonly container: string;
  readonly port: number;
  /** How long after its start Amazon ECS does not replace a task that load balancers find unhealthy. */
  readonly graceSeconds: number;
}

/** What a workload is to the control plane of its mesh. */
export interface MeshEndpointPlan {
  /** In the provider's own words, such as `virtualNode`. */
  readonly kind: string;
  readonly name: string;
  /** What its tasks' role may do. */
  readonly permissions: readonly EndpointPermission[];
}

export interface EndpointPermission {
  readonly action: string;
  /** ARNs, in which CloudFormation may fill in tokens; absent: the endpoint itself. */
  readonly resources?: readonly string[];
}

/**
 * ECS leads the traffic of a task through a container.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ProxyConfiguration.html
 */
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
}

export type ContainerRole = 'init' | 'proxy' | 'application' | 'extra' | 'agent' | 'aggregator' | 'collector';

/**
 * What only a deployment knows: settings that all tasks of the mesh have in common (`SharedVariables`), the ID of the task's Cloud Map
 * service, the HttpName of its namespace, the names of the parameters with the weights that it reads, with commas, the ARN of its endpoint
 * in the mesh, all that OpenTelemetry knows of its tasks.
 */
export type DeployedValue =
  'shared' | 'meshScope' | 'discoveryServiceId' | 'namespaceHttpName' | 'weightsParameterNames' | 'endpointArn' | 'resourceAttributes';

export interface ContainerPlan extends ContainerOptions {
  readonly name: string;
  readonly role: ContainerRole;
  /** A registry image, unless the user's props hold an image for this container. */
  readonly image?: string;
  /** Present: tasks get a copy of the image, which the deployment builds into the account's registry with these arguments. */
  readonly copyImage?: { readonly buildArgs: Readonly<Record<string, string>> };
  readonly essential: boolean;
  /** Whether it ends before the application starts. */
  readonly ends?: true;
  readonly environment: Readonly<Record<string, string>>;
  /** What its task is configured with, which render compresses into its environment. */
  readonly config?: TaskConfig;
  /** Environment variables that render fills in. */
  readonly deployedEnvironment?: Readonly<Record<string, DeployedValue>>;
  readonly secretNames: readonly string[];
  /** Whether it has the log driver that the user gave to the system. */
  readonly systemLogDriver?: true;
  readonly readonlyRootFilesystem: boolean;
  readonly gpuCount?: number;
  /** Whether ECS puts an init process before its program. */
  readonly initProcess?: boolean;
  /** Whether it has no Linux capability at all. */
  readonly dropCapabilities?: boolean;
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

export type MountPlan = Mount;

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

/** The service that a workload belongs to. */
export function serviceOf({ name, version }: Pick<MeshWorkloadPlan, 'name' | 'version'>): string {
  return version?.service ?? name;
}

/** Where a workload that is no gateway stands in the props. */
export function pathOfWorkload({
  name,
  version,
  job,
  clientGateway,
}: Pick<MeshWorkloadPlan, 'name' | 'version' | 'job' | 'clientGateway'>): string {
  if (clientGateway === true) return 'clientGateway';
  if (job !== undefined) return `jobs.${name}`;
  return version === undefined ? `services.${name}` : `services.${version.service}.versions.${version.name}`;
}

/** How tasks register in Cloud Map. */
export interface RegistrationPlan {
  readonly recordType: 'A' | 'SRV';
  readonly ttlSeconds: number;
  /** SRV records name a port; Cloud Map learns it from this container. */
  readonly container?: string;
  readonly port?: number;
}

/** The host of an external service that has a CDK token. */
export interface ExternalHostPlan {
  readonly service: string;
  readonly host: string;
}

export interface RecordPlan {
  /** Or external service. */
  readonly service: string;
  readonly host: string;
  readonly address: string;
  /** Services whose tasks ask for it, sorted. */
  readonly callers: readonly string[];
  /** Of the service: among what other stacks refer to. Absent: it stands in the stack of the system. */
  readonly group?: string;
}

export interface IngressPlan {
  readonly to: string;
  readonly from: string;
  readonly port: number;
  /** Of a port of the service beside its first one. */
  readonly portName?: string;
  /** The two stand in different stacks: then the rule stands in that of the caller, and otherwise below the callee. */
  readonly across?: true;
}

/** A security group that the callers of services with very many callers share. */
export interface CallersGroupPlan {
  /** The group of theirs that stands in a stack of the user's; absent: they stand in the stack of the system and those nested in it. */
  readonly group?: string;
  /** Services whose tasks have it beside their own, sorted. */
  readonly callers: readonly string[];
  /** One rule each. */
  readonly openings: readonly SharedIngressPlan[];
}

/** Opens a port of a service's tasks to all that have the shared group. */
export interface SharedIngressPlan {
  readonly to: string;
  readonly port: number;
  /** Its declared callers. */
  readonly callers: readonly string[];
}

/** The size and number of a workload's tasks, and how they are replaced. */
export interface SizingPlan extends Sizing {
  readonly replacement: TaskReplacement;
  /** Absent: ECS may start a task in one Availability Zone to stop another one elsewhere, which is its default. */
  readonly zoneRebalancing?: 'DISABLED';
}

export { launchTypeOf } from '../model/topology';
export type { ArchitectureId, CertificateSettings, Group, MetricScaling, QueueScaling, Scaling };
