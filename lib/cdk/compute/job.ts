import type { CustomResource } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import type { ScheduleTargetBaseProps } from 'aws-cdk-lib/aws-scheduler-targets';
import type { EcsRunTask } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct, DependencyGroup } from 'constructs';
import type { WorkloadPlan } from '../../core/plan/system-plan';
import type { IJob, JobRuleTargetProps, JobStateProps } from '../../job';
import { executionRoleOf } from './execution-role-of';
import { renderIdentity } from './identity';
import { grantRun, RunRole, tagJob } from '../jobs/roles';
import type { RunSettings } from '../jobs/targets';
import { JobRuleTarget, jobScheduleTarget, JobState } from '../jobs/targets';
import { openingsTo } from '../jobs/openings-to';
import { renderTaskDefinition } from './task-definition';
import type { WorkloadContext } from './workload';

/** A task definition with its identity, and no ECS service: tasks that run to an end. */
export class Job extends Construct implements IJob {
  readonly jobName: string;
  readonly taskDefinition: ecs.TaskDefinition;
  readonly container: ecs.ContainerDefinition;
  readonly proxyContainer: ecs.ContainerDefinition;
  readonly taskRole: iam.IRole;
  readonly securityGroup: ec2.ISecurityGroup;
  readonly securityGroups: ec2.ISecurityGroup[];
  readonly grantPrincipal: iam.IPrincipal;
  readonly connections: ec2.Connections;
  readonly schedule?: scheduler.Schedule;
  readonly settings: RunSettings;
  /** What has to be there before a task starts: what starts one waits for it. */
  readonly ready: DependencyGroup = new DependencyGroup();
  private run?: CustomResource;
  private eventRole?: RunRole;
  private scheduleRole?: RunRole;

  constructor(scope: Construct, plan: WorkloadPlan, context: WorkloadContext, schedule: scheduler.ScheduleExpression | undefined) {
    super(scope, plan.name);
    const { foundation, callersGroup } = context;
    const { sizing } = plan;
    this.jobName = plan.name;
    const identity = renderIdentity(this, [plan], [], context);
    this.taskRole = identity.taskRole;
    this.grantPrincipal = identity.taskRole;
    this.securityGroup = identity.securityGroup;
    this.connections = this.securityGroup.connections;
    this.securityGroups = [this.securityGroup, ...(callersGroup === undefined ? [] : [callersGroup])];
    const execution = executionRoleOf(this, plan, context);
    const { taskDefinition, container, proxyContainer } = renderTaskDefinition(this, plan, context, {
      taskRole: this.taskRole,
      executionRole: execution.role,
      discoveryServiceId: undefined,
    });
    this.taskDefinition = taskDefinition;
    this.container = container;
    this.proxyContainer = proxyContainer;
    if (sizing.enableExecuteCommand) allowExec(taskDefinition);
    this.settings = {
      jobName: plan.name,
      meshScope: context.scaling.meshScope,
      cluster: foundation.cluster,
      taskDefinition,
      subnets: foundation.vpc.selectSubnets(foundation.vpcSubnets).subnets,
      securityGroups: this.securityGroups,
      capacity: sizing.capacityProviders.map(({ name, base, weight }) => ({
        capacityProvider: foundation.capacity.providerName(name),
        base,
        weight,
      })),
      enableExecuteCommand: sizing.enableExecuteCommand,
      ready: this.ready,
    };
    tagJob(this.settings);
    this.ready.add(this.taskRole, execution.role, foundation.endpoints, openingsTo(this.securityGroup), ...identity.fileSystemsOpen);
    this.ready.add(...[execution.permissions ?? [], identity.permissions ?? []].flat());
    if (sizing.capacityProviders.length > 0) this.ready.add(...foundation.capacity.providersOf(sizing));
    if (schedule !== undefined) {
      this.schedule = new scheduler.Schedule(this, 'Schedule', {
        schedule,
        target: this.scheduleTarget(),
        description: `Runs the job ${plan.name}`,
      });
      this.schedule.node.addDependency(this.ready);
    }
  }

  get beforeDeployment(): CustomResource | undefined {
    return this.run;
  }

  /** Once, by what runs it in deployments. */
  runBeforeDeployment(run: CustomResource): void {
    this.run = run;
    run.node.addDependency(this.ready);
  }

  grantRun(grantee: iam.IGrantable): iam.Grant {
    return grantRun(grantee, this.settings);
  }

  eventTarget(props: JobRuleTargetProps = {}): events.IRuleTarget {
    this.eventRole ??= new RunRole(this, 'EventRole', 'events', this.settings);
    return new JobRuleTarget(this.settings, this.eventRole, props);
  }

  scheduleTarget(props: ScheduleTargetBaseProps = {}): scheduler.IScheduleTarget {
    // The CDK has one role for all schedules of a cluster.
    const role = props.role ?? (this.scheduleRole ??= new RunRole(this, 'ScheduleRole', 'scheduler', this.settings));
    return jobScheduleTarget(this.settings, role, props);
  }

  stepFunctionsTask(scope: Construct, id: string, props: JobStateProps = {}): EcsRunTask {
    return new JobState(scope, id, this.settings, props);
  }
}

/** As the CDK does for ECS services. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html#ecs-exec-required-iam-permissions */
function allowExec(taskDefinition: ecs.TaskDefinition): void {
  const channels = ['CreateControlChannel', 'CreateDataChannel', 'OpenControlChannel', 'OpenDataChannel'];
  taskDefinition.addToTaskRolePolicy(
    new iam.PolicyStatement({ actions: channels.map((channel) => `ssmmessages:${channel}`), resources: ['*'] }),
  );
}
