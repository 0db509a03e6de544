import type { Duration } from 'aws-cdk-lib';
import type { CapacityProviderStrategy, CpuArchitecture, LogDriver } from 'aws-cdk-lib/aws-ecs';
import type { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { CallPolicyProps } from '../traffic/call-policy-props';
import type { ContainerProps, ExtraContainerProps } from './container-props';
import type { RoleProps } from './role-props';
import type { Volume } from './volume';

/**
 * A job: tasks that run to an end, such as a database migration or a nightly report. A task ends when its application does, with its exit
 * code. It has the identity, the Envoy and the traces of a service, and nobody calls it.
 *
 * @example
 * const nightly: JobProps = {
 *   image: ContainerImage.fromRegistry('example/report'),
 *   calls: ['orders'],
 *   schedule: ScheduleExpression.cron({ hour: '3', minute: '0' }),
 * };
 */
export interface JobProps extends ContainerProps, RoleProps {
  /**
   * Runs the job on a schedule of Amazon EventBridge Scheduler. A run begins whether or not the one before has ended.
   *
   * @default - none: it runs before deployments (`beforeDeployment`), or when somebody starts it by its handle (`job()`)
   * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
   */
  readonly schedule?: ScheduleExpression;

  /**
   * Runs the job in each deployment that changes its task definition, before any ECS service of the system changes: the first deployment
   * included. If it does not end with exit code 0 within 55 minutes, the deployment fails, and no service has changed. A rollback does not
   * run it again, so what it did has to suit the versions before and after it.
   *
   * It can call external services only, since the system's own are not there at the first deployment. It stands in the stack of the system.
   *
   * @default false
   */
  readonly beforeDeployment?: boolean;

  /**
   * Services, and external services, that the job calls: the only ones that it can reach, at `<name>.<domain>:<virtualPort>`.
   *
   * @default - none
   */
  readonly calls?: string[];

  /**
   * Overrides of the call policies of called services, by their names. Each field of an entry replaces that of the called service.
   *
   * @default - the policies of the called services
   */
  readonly callPolicies?: { readonly [service: string]: CallPolicyProps };

  /**
   * Group whose stack the job stands in, by its name in `groups` of the system. Not with `beforeDeployment`.
   *
   * @default - none: the job stands in the stack of the system
   */
  readonly group?: string;

  /**
   * CPU units of the whole task: 256, 512, 1024, 2048, 4096, 8192, 16384 or 32768. 1024 are one vCPU. Envoy and the collector share it.
   *
   * @default 512
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#task_size
   */
  readonly cpu?: number;

  /**
   * Memory of the whole task, in MiB, from 512 to 249856. What Fargate offers depends on `cpu`.
   *
   * @default - 1024, or the least that Fargate has for `cpu`
   */
  readonly memoryLimitMiB?: number;

  /**
   * CPU architecture. The image must be built for it, as that of `ContainerImage.fromAsset()` is.
   *
   * @default - that of the mesh, which is ARM64 (Graviton) by default
   */
  readonly cpuArchitecture?: CpuArchitecture;

  /**
   * Capacity providers that run the tasks: FARGATE, FARGATE_SPOT or both, with base and weight. A task on FARGATE_SPOT can be stopped at
   * any time, with two minutes of notice, and is not started again.
   *
   * @default - those of the mesh, which are FARGATE by default
   */
  readonly capacityProviderStrategies?: CapacityProviderStrategy[];

  /**
   * Enables ECS Exec (`aws ecs execute-command`): in containers whose root file system can be written to, so not in Envoy's.
   *
   * @default - that of the mesh, which is false by default
   */
  readonly enableExecuteCommand?: boolean;

  /**
   * Time between SIGTERM and SIGKILL when a task is stopped before its application has ended, 2 to 120 whole seconds.
   *
   * @default Duration.seconds(30)
   */
  readonly stopTimeout?: Duration;

  /**
   * Containers beside the application, by name. When the application ends, they are stopped.
   *
   * @default - none
   */
  readonly extraContainers?: { readonly [name: string]: ExtraContainerProps };

  /**
   * Log driver of the containers that the mesh adds to the tasks of this job: Envoy with its access log, the mesh agent, the collector.
   * With `LogDrivers.firelens()` the CDK adds a container `log-router` to the task.
   *
   * @default - that of the system (`logs.driver`); otherwise the mesh's log group
   */
  readonly sidecarLogging?: LogDriver;

  /**
   * Volumes of the task, by name, which `mountPoints` of its containers name. Names are letters, digits, hyphens and underscores; `mesh`,
   * `collector-etc` and `collector-var` are reserved.
   *
   * @default - none
   */
  readonly volumes?: { readonly [name: string]: Volume };

  /**
   * Ephemeral storage of the task, 21 to 200 GiB, for images, what containers write, and volumes of `Volume.empty()`.
   *
   * @default - 20 GiB, the least that AWS Fargate has, at no charge
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-storage.html
   */
  readonly ephemeralStorageGiB?: number;
}
