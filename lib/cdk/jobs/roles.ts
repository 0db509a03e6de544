import { Stack } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { MESH_TAG } from '../../core/contract/issuing';
import { JOB_TAG } from '../../core/contract/job-run';
import { acknowledge } from '../acknowledge';
import { findingText } from '../finding-text';

/** What whoever runs a job names. */
export interface RunnableTask {
  readonly jobName: string;
  /** Of the mesh: see lib/core/contract/scope.ts. */
  readonly meshScope: string;
  readonly cluster: ecs.ICluster;
  readonly taskDefinition: ecs.TaskDefinition;
}

const RUN_TASK = 'ecs:RunTask';
const PASS_ROLE = 'iam:PassRole';
const TAG_TASK = 'ecs:TagResource';

/**
 * What it takes to run one task definition in one cluster, and nothing more.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
 */
export function runStatements(task: RunnableTask): iam.PolicyStatement[] {
  const { actions, resourceArns: resources, conditions } = runPermission(task);
  return [new iam.PolicyStatement({ actions, resources, conditions }), passStatement(task.taskDefinition)];
}

function runPermission({ cluster, taskDefinition }: RunnableTask): Required<Pick<iam.CommonGrantOptions, 'actions' | 'resourceArns'>> & {
  readonly conditions: Record<string, Record<string, unknown>>;
} {
  return {
    actions: [RUN_TASK],
    resourceArns: [taskDefinition.taskDefinitionArn],
    conditions: { ArnEquals: { 'ecs:cluster': cluster.clusterArn } },
  };
}

/** Tags reach the tasks of a run only with this. The ID of a task is not known before it runs. */
export function tagStatement(cluster: ecs.ICluster): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: [TAG_TASK],
    resources: [anyTask(cluster)],
    conditions: { StringEquals: { 'ecs:CreateAction': 'RunTask' } },
  });
}

/** The CDK's grant of a task definition is good for every cluster, and for no run with tags. */
export function grantRun(grantee: iam.IGrantable, task: RunnableTask): iam.Grant {
  const grant = iam.Grant.addToPrincipal({ grantee, ...runPermission(task) });
  for (const statement of [passStatement(task.taskDefinition), tagStatement(task.cluster)])
    grantee.grantPrincipal.addToPrincipalPolicy(statement);
  return grant;
}

function passStatement({ taskRole, executionRole }: ecs.TaskDefinition): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: [PASS_ROLE],
    resources: [taskRole.roleArn, ...(executionRole === undefined ? [] : [executionRole.roleArn])],
    conditions: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
  });
}

/**
 * Looks at tasks of these jobs of one mesh, and stops them: of no other, which may run in the same cluster, and may be called the same.
 *
 * @param tags which the tasks have, too
 */
export function watchStatement(jobs: readonly RunnableTask[], tags: Readonly<Record<string, string>> = {}): iam.PolicyStatement {
  const [first] = jobs;
  if (first === undefined) throw new Error('bug: no job to look at');
  const names = jobs.map(({ jobName }) => jobName);
  const all = { ...tags, [JOB_TAG]: names.length === 1 ? names[0] : names, [MESH_TAG]: first.meshScope };
  return new iam.PolicyStatement({
    actions: ['ecs:DescribeTasks', 'ecs:StopTask'],
    resources: [anyTask(first.cluster)],
    conditions: { StringEquals: Object.fromEntries(Object.entries(all).map(([tag, value]) => [`aws:ResourceTag/${tag}`, value])) },
  });
}

/** By which tasks are known as those of a job, whoever starts them: Amazon ECS copies them from the task definition. */
export function tagJob({ meshScope, jobName, taskDefinition }: Omit<RunnableTask, 'cluster'>): void {
  const { defaultChild } = taskDefinition.node;
  if (!(defaultChild instanceof ecs.CfnTaskDefinition)) throw new Error('bug: the task definition of a job is not of this app');
  // Not by `Tags`, which works in an Aspect.
  defaultChild.tags.setTag(JOB_TAG, jobName);
  defaultChild.tags.setTag(MESH_TAG, meshScope);
}

function anyTask(cluster: ecs.ICluster): string {
  return Stack.of(cluster).formatArn({ service: 'ecs', resource: 'task', resourceName: `${cluster.clusterName}/*` });
}

/** For findings of cdk-nag. */
export function anyTaskText(scope: Construct, cluster: ecs.ICluster): string {
  return findingText(scope, anyTask(cluster));
}

/** The role with which a service of AWS runs a job. */
export class RunRole extends iam.Role {
  constructor(scope: Construct, id: string, service: 'events' | 'scheduler', task: RunnableTask) {
    super(scope, id, {
      assumedBy: new iam.ServicePrincipal(`${service}.amazonaws.com`, {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
      }),
      inlinePolicies: { RunJob: new iam.PolicyDocument({ statements: [...runStatements(task), tagStatement(task.cluster)] }) },
    });
    acknowledge(this, ['inlinePolicy', 'anyTaskOfCluster'], anyTaskText(scope, task.cluster));
  }

  /** The CDK's targets add the same with less in its conditions; what else they add, such as for a dead-letter queue, is for them. */
  override addToPrincipalPolicy(statement: iam.PolicyStatement): iam.AddToPrincipalPolicyResult {
    const isOwn = statement.actions.every((action) => [RUN_TASK, PASS_ROLE, TAG_TASK].includes(action));
    return isOwn ? { statementAdded: true, policyDependable: this } : super.addToPrincipalPolicy(statement);
  }
}
