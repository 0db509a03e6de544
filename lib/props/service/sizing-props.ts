import type { CapacityProviderStrategy, CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import type { Deployment } from './deployment';
import type { ScalingProps } from './scaling-props';

/**
 * Size and number of an ECS service's tasks.
 *
 * @example
 * const gateway: SizingProps = { cpu: 512, memoryLimitMiB: 1024, desiredCount: 3 };
 */
export interface SizingProps {
  /**
   * CPU units of the whole task: 256, 512, 1024, 2048, 4096, 8192, 16384 or 32768; on EC2 and Amazon ECS Managed Instances any number
   * from 128 to 196608. 1024 are one vCPU. Envoy and the collector share it.
   *
   * @default - 512 for a service, 256 for the gateway
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#task_size
   */
  readonly cpu?: number;

  /**
   * Memory of the whole task, in MiB, from 512 to 249856. What Fargate offers depends on `cpu`; on EC2 and Amazon ECS Managed Instances it
   * is any number, up to what the instances have.
   *
   * @default - 1024 for a service, 512 for the gateway, or the least that Fargate has for `cpu`
   */
  readonly memoryLimitMiB?: number;

  /**
   * CPU architecture. The image must be built for it, as that of `ContainerImage.fromAsset()` is.
   *
   * @default - that of the mesh, which is ARM64 (Graviton) by default
   */
  readonly cpuArchitecture?: CpuArchitecture;

  /**
   * Number of tasks, 0 to 1000. Each deployment sets it, so it does not go with `scaling`.
   *
   * @default - 1 for a service, 2 for the gateway; where `scaling` is set, what scaling decides
   */
  readonly desiredCount?: number;

  /**
   * Auto scaling. `scaling` of the workload's handle takes further policies.
   *
   * @default - the number of tasks stays at desiredCount
   */
  readonly scaling?: ScalingProps;

  /**
   * Capacity providers that run the tasks, with base and weight: FARGATE, FARGATE_SPOT or both, or names of `capacityProviders` of the
   * system, which are all EC2 or all Amazon ECS Managed Instances. A cluster of your own must have them: for those of Fargate, by
   * `enableFargateCapacityProviders`.
   *
   * @default - those of the mesh, which are FARGATE by default; for a gateway service those that are not Spot
   */
  readonly capacityProviderStrategies?: CapacityProviderStrategy[];

  /**
   * Enables ECS Exec (`aws ecs execute-command`): in containers whose root file system can be written to, so not in Envoy's.
   *
   * @default - that of the mesh, which is false by default
   */
  readonly enableExecuteCommand?: boolean;

  /**
   * Replacement of tasks when their definition changes.
   *
   * @default - Deployment.rolling(): new tasks are healthy before old ones stop, twice as many at most; if they do not become
   * healthy, the deployment is rolled back
   */
  readonly deployment?: Deployment;
}
