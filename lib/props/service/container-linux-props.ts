import type { Capability, SystemControl, Tmpfs, Ulimit } from 'aws-cdk-lib/aws-ecs';

/**
 * Settings of Linux for a container, as far as AWS Fargate has them.
 *
 * @example
 * const linux: ContainerLinuxProps = {
 *   ulimits: [{ name: UlimitName.NOFILE, softLimit: 100_000, hardLimit: 100_000 }],
 *   tmpfs: [{ containerPath: '/tmp', size: 64 }],
 *   dropCapabilities: [Capability.ALL],
 * };
 */
export interface ContainerLinuxProps {
  /**
   * Limits of resources. AWS Fargate takes `UlimitName.NOFILE` alone, the number of open files, from 1 to 1,048,576.
   *
   * @default - those of the platform: 65,535 open files on AWS Fargate
   * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Ulimit.html
   */
  readonly ulimits?: Ulimit[];

  /**
   * Directories in memory. `size` is in MiB, 1 to the memory of the task; what is written there counts as memory of the container. With
   * `readonlyRootFilesystem`, one at `/tmp` is what most programs need.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tmpfs.html
   */
  readonly tmpfs?: Tmpfs[];

  /**
   * Linux capabilities that the container does without, such as `[Capability.ALL]`, with which the mesh's own containers run.
   *
   * @default - none: the container has those of Docker's defaults
   * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_KernelCapabilities.html
   */
  readonly dropCapabilities?: Capability[];

  /**
   * Linux capabilities that the container has beside Docker's defaults. AWS Fargate takes `Capability.SYS_PTRACE` alone, which tools of
   * observability and debuggers need.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_KernelCapabilities.html
   */
  readonly addCapabilities?: Capability[];

  /**
   * Kernel parameters, such as `net.ipv4.tcp_keepalive_time`. Those that begin with `net.` apply to all containers of the task, Envoy
   * included; if two containers set one, the container that starts last wins.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_SystemControl.html
   */
  readonly systemControls?: SystemControl[];
}
