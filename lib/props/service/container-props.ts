import type { ContainerImage, EnvironmentFile, HealthCheck, LogDriver, MountPoint, Secret } from 'aws-cdk-lib/aws-ecs';
import type { ContainerLinuxProps } from './container-linux-props';

/**
 * Settings of a container beside its image.
 *
 * @example
 * const settings: ContainerSettingsProps = { environment: { LOG_LEVEL: 'info' }, readonlyRootFilesystem: true };
 */
export interface ContainerSettingsProps extends ContainerLinuxProps {
  /**
   * Environment variables. CDK tokens may stand in the values. Addresses in the mesh's domain are checked:
   * one that cannot work (an undeclared call, a wrong port) gives a warning.
   *
   * @default - none
   */
  readonly environment?: { readonly [name: string]: string };

  /**
   * Environment variables from AWS Secrets Manager or Systems Manager parameters. The service has an execution role of
   * its own that may read only these.
   *
   * @default - none
   */
  readonly secrets?: { readonly [name: string]: Secret };

  /**
   * Files of environment variables, ten at most, in Amazon S3 or of your own: `EnvironmentFile.fromBucket()` and
   * `EnvironmentFile.fromAsset()`. Their names end with `.env`. `environment` and `secrets` win over them. The service has an execution
   * role of its own that may read these files; let it decrypt them if their bucket has a key of AWS KMS of your own.
   *
   * A container can have 100 variables in all, and the files are read only when a task starts: those in them cannot be counted here.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/use-environment-file.html
   */
  readonly environmentFiles?: EnvironmentFile[];

  /**
   * Command, instead of the image's.
   *
   * @default - the image's
   */
  readonly command?: string[];

  /**
   * Entry point, instead of the image's.
   *
   * @default - the image's
   */
  readonly entryPoint?: string[];

  /**
   * Directory in which the command runs, such as `/app`.
   *
   * @default - the image's
   */
  readonly workingDirectory?: string;

  /**
   * User, as a name or id that the image knows.
   *
   * @default - the image's
   */
  readonly user?: string;

  /**
   * Makes the root file system read-only.
   *
   * @default false
   */
  readonly readonlyRootFilesystem?: boolean;

  /**
   * Where volumes of the service are mounted: `sourceVolume` is a name in `volumes`, and `containerPath` begins with a slash.
   *
   * @default - none
   */
  readonly mountPoints?: MountPoint[];

  /**
   * Puts an init process before the container's program (`initProcessEnabled` of Amazon ECS). It passes signals on and reaps zombie
   * processes. Without one, the program is process 1, to which Linux delivers SIGTERM only if the program handles it: programs that
   * do not, as many of Node.js and Python, run on until the stop timeout is over and SIGKILL ends them.
   *
   * Set it to `false` for an image whose entry point has to be process 1, such as those of s6-overlay and systemd.
   *
   * @default - `true` for the application, which gets SIGTERM when its requests are over; `false` for extra containers, which the
   * application may need until it has stopped
   * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinuxParameters.html
   */
  readonly initProcess?: boolean;

  /**
   * Labels of the container, as Docker has them. Agents of observability tools read them.
   *
   * @default - none
   */
  readonly dockerLabels?: { readonly [name: string]: string };

  /**
   * Keeps standard input open, for programs that read from it.
   *
   * @default false
   */
  readonly interactive?: boolean;

  /**
   * Gives the container a terminal (TTY).
   *
   * @default false
   */
  readonly pseudoTerminal?: boolean;

  /**
   * Container health check of Amazon ECS. The command runs inside the container; intervals are whole seconds.
   *
   * @default - none: the container is healthy while it runs, and the application once its port is open (`startupTimeout`); ECS does
   * not look at the image's own HEALTHCHECK
   * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-ecs-taskdefinition-healthcheck.html
   */
  readonly healthCheck?: HealthCheck;

  /**
   * Log driver for the container's output. With `LogDrivers.firelens()` the CDK adds a container `log-router` to the task.
   *
   * @default - that of the system (`logs.driver`) if `logs.driverForApplications` is set; otherwise the mesh's log group, in a stream that
   * starts with the service's name. It never blocks the container: while its buffer is full, lines are dropped. Envoy's access logs go the
   * same way
   */
  readonly logging?: LogDriver;

  /**
   * Number of GPUs that the container has to itself, 1 to 16. It needs instances that have them: EC2 or Amazon ECS Managed Instances
   * (`capacityProviders` of the system), not AWS Fargate.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-gpu.html
   */
  readonly gpuCount?: number;
}

/**
 * Settings of every container of a task.
 *
 * @example
 * const container: ContainerProps = {
 *   image: ContainerImage.fromRegistry('example/orders'),
 *   environment: { LOG_LEVEL: 'info' },
 *   secrets: { DB_PASSWORD: Secret.fromSecretsManager(password) },
 *   healthCheck: { command: ['CMD-SHELL', 'curl -f http://localhost:8080/health || exit 1'] },
 * };
 */
export interface ContainerProps extends ContainerSettingsProps {
  /**
   * Image, built for the CPU architecture of the task (ARM64 by default). What `ContainerImage.fromAsset()` builds is built for it,
   * unless it has another `platform`, which is an error. An image of `fromDockerImageAsset()` or `fromTarball()` is taken as it is: give
   * the `DockerImageAsset` the platform of the tasks, such as `Platform.LINUX_ARM64`, or Docker builds it for the computer that deploys.
   */
  readonly image: ContainerImage;
}

/**
 * A container beside the application. It starts after Envoy is healthy, and after the containers that run before the application.
 *
 * @example
 * const exporter: ExtraContainerProps = {
 *   image: ContainerImage.fromRegistry('example/exporter'),
 *   essential: false,
 *   ports: [9100],
 *   memoryLimitMiB: 64,
 * };
 */
export interface ExtraContainerProps extends ContainerProps {
  /**
   * Stops the task when this container stops.
   *
   * @default - `true`; `false` with `runsBeforeApplication`
   */
  readonly essential?: boolean;

  /**
   * Runs the container to its end before the application and the other containers start, as an init container of Kubernetes does. It
   * starts when Envoy is healthy, so it can call whatever the service calls. All that run before the application run at the same time. If
   * one of them exits with another code than 0, the application does not start, and the task stops. Nothing else limits how long they
   * take.
   *
   * What it needs is reserved for as long as the task runs. It serves nobody, so it has neither `ports` nor a `healthCheck`.
   *
   * @default false
   * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html
   */
  readonly runsBeforeApplication?: boolean;

  /**
   * Ports on which the container listens inside the task, 1 to 65535. They are checked for clashes, and not reachable from
   * other tasks.
   *
   * @default - none
   */
  readonly ports?: number[];

  /**
   * CPU units reserved out of the task's, 1024 to a vCPU. All containers together can reserve what the task has.
   *
   * @default - none reserved
   */
  readonly cpu?: number;

  /**
   * Memory, in MiB, at which the container is killed, at least 6. ECS reserves it: the limits of all containers
   * together, 128 MiB for the mesh agent, and 64 MiB for the collector if the task is traced, must fit into the task.
   *
   * @default - nothing is reserved, and the limit is the task's memory
   */
  readonly memoryLimitMiB?: number;
}
