/** The plain model that a template is resolved into: everything the runner starts from, and nothing of CloudFormation. */

export interface System {
  readonly cidr: string;
  readonly region: string;
  readonly account: string;
  /** The name of the stack. */
  readonly stack: string;
  readonly services: readonly ServiceModel[];
  /** Tasks that schedules run, called by the logical ID of the schedule: of no service, and registered nowhere. */
  readonly scheduled: readonly ServiceModel[];
  readonly discovery: readonly DiscoveryModel[];
  readonly zones: readonly ZoneModel[];
  readonly securityGroups: readonly SecurityGroupModel[];
  /** Of file systems of Amazon EFS. */
  readonly accessPoints: readonly AccessPointModel[];
}

export interface ServiceModel {
  /** What tests call it: the service name, else its Cloud Map name, else the prefix of its logs, the task family, or the logical ID. */
  readonly name: string;
  readonly logicalId: string;
  /** Every name that finds this service. */
  readonly aliases: readonly string[];
  readonly desiredCount: number;
  readonly securityGroups: readonly string[];
  readonly registries: readonly RegistryModel[];
  readonly task: TaskModel;
}

export interface RegistryModel {
  /** Logical ID of the AWS::ServiceDiscovery::Service. */
  readonly discovery: string;
  /** Present where the instance carries a port (SRV). */
  readonly port?: number;
}

export interface TaskModel {
  readonly family: string;
  readonly containers: readonly ContainerModel[];
  readonly launchType: LaunchType;
  /** Names of the task's shared (bind mount) volumes. */
  readonly volumes: readonly string[];
  /** Volumes that are file systems of Amazon EFS. */
  readonly fileSystems: readonly FileSystemModel[];
  /** What the names of its log streams begin with. */
  readonly logPrefix?: string;
  /** Logical ID of the task's role. */
  readonly role?: string;
}

/** Where its task definition lets a task run. */
export type LaunchType = 'FARGATE' | 'EC2';

/** A volume of a task that is a directory of a file system. */
export interface FileSystemModel {
  readonly volume: string;
  /** `fs-…` */
  readonly fileSystem: string;
  /** Without an access point: a directory that is there. */
  readonly directory: string;
  /** `fsap-…` */
  readonly accessPoint?: string;
  /** Whether the task's role decides what it may do. */
  readonly byRole: boolean;
}

/** Leads its clients into one directory of a file system. */
export interface AccessPointModel {
  /** `fsap-…` */
  readonly id: string;
  readonly arn: string;
  readonly fileSystem: string;
  readonly directory: string;
  /** Whose the directory is, if it has to be made. */
  readonly creation?: { readonly uid: number; readonly gid: number; readonly mode: number };
  /** As whom all clients act. */
  readonly uid?: number;
}

export type DependencyCondition = 'START' | 'HEALTHY' | 'SUCCESS' | 'COMPLETE';

export interface Dependency {
  readonly container: string;
  readonly condition: DependencyCondition;
}

export interface HealthCheckModel {
  /** As argv: CMD-SHELL is already turned into `/bin/sh -c`. */
  readonly argv: readonly string[];
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly startPeriodMs: number;
}

export interface RestartPolicyModel {
  readonly ignoredExitCodes: readonly number[];
  /** A container that ran for less than this is not restarted. */
  readonly attemptPeriodMs: number;
}

export interface MountModel {
  readonly volume: string;
  readonly path: string;
  readonly readOnly: boolean;
}

export interface ContainerModel {
  readonly name: string;
  readonly image: string;
  readonly entryPoint?: readonly string[];
  readonly command: readonly string[];
  readonly user?: string;
  readonly workingDirectory?: string;
  readonly readonlyRoot: boolean;
  readonly essential: boolean;
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly dependsOn: readonly Dependency[];
  readonly healthCheck?: HealthCheckModel;
  readonly restartPolicy?: RestartPolicyModel;
  readonly stopTimeoutMs: number;
  readonly mounts: readonly MountModel[];
  readonly tmpfs: readonly { readonly path: string; readonly sizeMiB: number }[];
  readonly sysctls: Readonly<Record<string, string>>;
  readonly ports: readonly number[];
  readonly dropCapabilities: readonly string[];
  /** Whether an init process stands before the program, as with `docker run --init`. */
  readonly initProcess: boolean;
}

/** A service in Cloud Map. */
export interface DiscoveryModel {
  readonly logicalId: string;
  readonly id: string;
  readonly arn: string;
  /** `catalog.tasks.shop.internal` */
  readonly name: string;
  /** `tasks.shop.internal` */
  readonly namespace: string;
  readonly namespaceId: string;
  readonly records: readonly { readonly type: 'A' | 'SRV'; readonly ttl: number }[];
  /** With a custom health check ECS reports container health, and unhealthy instances leave the answers. */
  readonly customHealth: boolean;
}

/** A private hosted zone: our own, or the one that Cloud Map manages for a namespace. */
export interface ZoneModel {
  readonly name: string;
  /** How long "no such name" may be cached. */
  readonly negativeTtl: number;
  readonly records: readonly RecordModel[];
}

export interface RecordModel {
  readonly name: string;
  readonly type: 'A' | 'CNAME';
  readonly ttl: number;
  readonly values: readonly string[];
}

export interface SecurityGroupModel {
  readonly id: string;
  readonly ingress: readonly RuleModel[];
  readonly egress: readonly RuleModel[];
}

export interface RuleModel {
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'all';
  readonly ports?: { readonly from: number; readonly to: number };
  /** The other side: a CIDR, or the members of a security group. */
  readonly peer: { readonly cidr: string } | { readonly group: string };
}
