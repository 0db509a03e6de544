import type { CustomResource } from 'aws-cdk-lib';
import type { IConnectable, ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { ContainerDefinition, TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import type { IRuleTarget } from 'aws-cdk-lib/aws-events';
import type { ContainerOverride, TargetBaseProps } from 'aws-cdk-lib/aws-events-targets';
import type { Grant, IGrantable, IRole } from 'aws-cdk-lib/aws-iam';
import type { IScheduleTarget, Schedule } from 'aws-cdk-lib/aws-scheduler';
import type { ScheduleTargetBaseProps } from 'aws-cdk-lib/aws-scheduler-targets';
import type { TaskStateBaseProps } from 'aws-cdk-lib/aws-stepfunctions';
import type { EcsRunTask, ContainerOverride as StateContainerOverride } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct, IConstruct } from 'constructs';

/**
 * Props of the target of a rule that runs a job.
 *
 * @example
 * const target: JobRuleTargetProps = { retryAttempts: 2 };
 */
export interface JobRuleTargetProps extends TargetBaseProps {
  /**
   * What a run has other than the task definition says, such as the command of a container.
   *
   * @default - nothing
   */
  readonly containerOverrides?: ContainerOverride[];
}

/**
 * Props of the state of a state machine that runs a job.
 *
 * @example
 * const state: JobStateProps = { comment: 'imports orders' };
 */
export interface JobStateProps extends TaskStateBaseProps {
  /**
   * What a run has other than the task definition says, such as the command of a container.
   *
   * @default - nothing
   */
  readonly containerOverrides?: StateContainerOverride[];
}

/**
 * A job of the mesh. Grants and connections are those of its tasks: what they may do, and whom they may reach.
 *
 * Whatever runs it takes cluster, subnets, security groups and capacity providers from the system.
 *
 * @example
 * table.grantReadWriteData(shop.job('nightly'));
 * new Rule(this, 'NewFile', { eventPattern: { source: ['aws.s3'] }, targets: [shop.job('import').eventTarget()] });
 */
export interface IJob extends IConstruct, IGrantable, IConnectable {
  /** Name of the job in the mesh. */
  readonly jobName: string;
  /** The task definition. */
  readonly taskDefinition: TaskDefinition;
  /** Container of the application. */
  readonly container: ContainerDefinition;
  /** Container of Envoy. */
  readonly proxyContainer: ContainerDefinition;
  /** Task role of the application. */
  readonly taskRole: IRole;
  /** Security group of the tasks. Nothing is let in. */
  readonly securityGroup: ISecurityGroup;
  /** All security groups that a task has to be started with: `securityGroup`, and one that callers share where there is one. */
  readonly securityGroups: ISecurityGroup[];
  /** The schedule, if the job has `schedule`. */
  readonly schedule?: Schedule;
  /**
   * What runs the job in a deployment, if it has `beforeDeployment`. Let it wait for resources that the job needs and does not refer to:
   * `job('migrate').beforeDeployment?.node.addDependency(database)`.
   */
  readonly beforeDeployment?: CustomResource;

  /**
   * Permits somebody to run the job: `ecs:RunTask` of its task definition, and to pass its two roles.
   *
   * @param grantee who may run it
   */
  grantRun(grantee: IGrantable): Grant;

  /**
   * Returns the target of a rule of Amazon EventBridge that runs the job.
   *
   * @param props retries, dead-letter queue, overrides
   */
  eventTarget(props?: JobRuleTargetProps): IRuleTarget;

  /**
   * Returns the target of a schedule of Amazon EventBridge Scheduler that runs the job, for schedules beside that of `schedule`.
   *
   * @param props retries, dead-letter queue, input
   */
  scheduleTarget(props?: ScheduleTargetBaseProps): IScheduleTarget;

  /**
   * Makes a state of a state machine of AWS Step Functions that runs the job. By default (`IntegrationPattern.RUN_JOB`) it waits until the
   * task has ended, and fails if a container ended with another exit code than 0.
   *
   * @param scope in which the state stands
   * @param id of the state in it
   * @param props time limit, results, overrides
   */
  stepFunctionsTask(scope: Construct, id: string, props?: JobStateProps): EcsRunTask;
}
