import type { CapacityProviderStrategy } from 'aws-cdk-lib/aws-ecs';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as events from 'aws-cdk-lib/aws-events';
import * as eventTargets from 'aws-cdk-lib/aws-events-targets';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IScheduleTarget } from 'aws-cdk-lib/aws-scheduler';
import * as scheduleTargets from 'aws-cdk-lib/aws-scheduler-targets';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct, IDependable } from 'constructs';
import { Construct as ConstructClass } from 'constructs';
import { defined } from '../../core/defined';
import type { JobRuleTargetProps, JobStateProps } from '../../job';
import type { RunnableTask } from './roles';
import { runStatements, tagStatement, watchStatement } from './roles';

/** How tasks of a job are started, whoever does it. */
export interface RunSettings extends RunnableTask {
  readonly subnets: readonly ec2.ISubnet[];
  readonly securityGroups: readonly ec2.ISecurityGroup[];
  /** None: on AWS Fargate, on demand. */
  readonly capacity: readonly CapacityProviderStrategy[];
  readonly enableExecuteCommand: boolean;
  /** What has to be there before a task starts. */
  readonly ready: IDependable;
}

/** The target of a rule. The CDK's knows neither capacity providers nor tags of Amazon ECS. */
export class JobRuleTarget implements events.IRuleTarget {
  private readonly target: eventTargets.EcsTask;

  constructor(
    private readonly settings: RunSettings,
    role: iam.IRole,
    props: JobRuleTargetProps,
  ) {
    const { cluster, taskDefinition, subnets, securityGroups, enableExecuteCommand } = settings;
    this.target = new eventTargets.EcsTask({
      ...props,
      cluster,
      taskDefinition,
      role,
      subnetSelection: { subnets: [...subnets] },
      securityGroups: [...securityGroups],
      assignPublicIp: false,
      propagateTags: ecs.PropagatedTagSource.TASK_DEFINITION,
      ...(enableExecuteCommand ? { enableExecuteCommand } : {}),
    });
  }

  bind(rule: events.IRuleRef, id?: string): events.RuleTargetConfig {
    const { capacity, ready } = this.settings;
    const { ecsParameters, ...config } = this.target.bind(rule, id);
    if (ecsParameters === undefined) throw new Error('bug: the target of a job has no parameters of Amazon ECS');
    if (ConstructClass.isConstruct(rule)) rule.node.addDependency(ready);
    const { launchType, ...parameters } = ecsParameters;
    return {
      ...config,
      ecsParameters: {
        ...parameters,
        enableEcsManagedTags: true,
        ...(capacity.length === 0 ? defined({ launchType }) : { capacityProviderStrategy: [...capacity] }),
      },
    };
  }
}

export function jobScheduleTarget(
  settings: RunSettings,
  role: iam.IRole,
  props: scheduleTargets.ScheduleTargetBaseProps = {},
): IScheduleTarget {
  const { cluster, taskDefinition, subnets, securityGroups, capacity, enableExecuteCommand } = settings;
  return new scheduleTargets.EcsRunFargateTask(cluster, {
    role,
    ...props,
    taskDefinition,
    vpcSubnets: { subnets: [...subnets] },
    securityGroups: [...securityGroups],
    assignPublicIp: false,
    propagateTags: true,
    enableEcsManagedTags: true,
    ...(enableExecuteCommand ? { enableExecuteCommand } : {}),
    ...(capacity.length === 0 ? {} : { capacityProviderStrategies: [...capacity] }),
  });
}

/** A state that runs a job, and by default waits for its end. */
export class JobState extends tasks.EcsRunTask {
  constructor(scope: Construct, id: string, settings: RunSettings, props: JobStateProps) {
    const { cluster, taskDefinition, subnets, securityGroups, enableExecuteCommand } = settings;
    super(scope, id, {
      integrationPattern: sfn.IntegrationPattern.RUN_JOB,
      ...props,
      cluster,
      taskDefinition,
      subnets: { subnets: [...subnets] },
      securityGroups: [...securityGroups],
      launchTarget: new JobLaunchTarget(settings),
      propagatedTagSource: ecs.PropagatedTagSource.TASK_DEFINITION,
      ...(enableExecuteCommand ? { enableExecuteCommand } : {}),
    });
    // The CDK's stop any task of the account, and may not tag those that they start.
    // https://docs.aws.amazon.com/step-functions/latest/dg/ecs-iam.html
    const policies = this.taskPolicies ?? [];
    const others = policies.filter(({ actions }) => !actions.some((action) => /^(ecs:|iam:PassRole$)/.test(action)));
    policies.splice(0, policies.length, ...runStatements(settings), tagStatement(cluster), watchStatement([settings]), ...others);
  }
}

/** On AWS Fargate, in the subnets of the system. The CDK's names the family alone, and leaves it to Amazon ECS whether tasks are public. */
class JobLaunchTarget implements tasks.IEcsLaunchTarget {
  constructor(private readonly settings: RunSettings) {}

  bind(task: tasks.EcsRunTask, options: tasks.LaunchTargetBindOptions): tasks.EcsLaunchTargetConfig {
    const { taskDefinition, subnets, securityGroups, capacity } = this.settings;
    const { parameters } = new tasks.EcsFargateLaunchTarget({
      platformVersion: ecs.FargatePlatformVersion.LATEST,
      ...(capacity.length === 0 ? {} : { capacityProviderOptions: tasks.CapacityProviderOptions.custom([...capacity]) }),
    }).bind(task, options);
    return {
      parameters: {
        ...parameters,
        TaskDefinition: taskDefinition.taskDefinitionArn,
        EnableECSManagedTags: true,
        NetworkConfiguration: {
          AwsvpcConfiguration: {
            AssignPublicIp: 'DISABLED',
            Subnets: subnets.map(({ subnetId }) => subnetId),
            SecurityGroups: securityGroups.map(({ securityGroupId }) => securityGroupId),
          },
        },
      },
    };
  }
}
