import { CustomResource, Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { JobRunProperties } from '../../core/contract/job-run';
import { JOB_RUN_RESOURCE, JOB_RUN_SECONDS, JOB_RUN_TAG } from '../../core/contract/job-run';
import { MeshFunction } from '../certificates/mesh-function';
import type { RunSettings } from './targets';
import { anyTask, anyTaskText, runStatements, tagStatement } from './roles';

/** What is to be known of a job that runs before deployments. */
export interface DeploymentJob extends Construct {
  readonly jobName: string;
  readonly container: ecs.ContainerDefinition;
  readonly settings: RunSettings;
  runBeforeDeployment(run: CustomResource): void;
}

export interface BeforeDeploymentProps {
  /** Those that run in each deployment, sorted; at least one. */
  readonly jobs: readonly DeploymentJob[];
  readonly logGroup: logs.ILogGroup;
  /** Whether the application of a job logs to the log group of the mesh. */
  readonly logsToMesh: (job: DeploymentJob) => boolean;
}

/** CloudFormation waits for an hour. */
const TOTAL_SECONDS = JOB_RUN_SECONDS + 3 * 60;

/**
 * Runs of jobs in deployments: one custom resource each, by one function. CDK's provider framework asks it whether the task has ended,
 * since that takes longer than a function may.
 */
export function renderBeforeDeployment(scope: Construct, { jobs, logGroup, logsToMesh }: BeforeDeploymentProps): readonly CustomResource[] {
  const own = new Construct(scope, 'BeforeDeployment');
  const [first] = jobs;
  if (first === undefined) throw new Error('bug: no job runs before deployments');
  const { cluster } = first.settings;
  const runner = new MeshFunction(own, 'Runner', {
    asset: 'job-runner',
    description: 'Runs jobs of a mesh before its services change',
    logGroup,
    statements: [...jobs.flatMap(({ settings }) => runStatements(settings)), tagStatement(cluster), ...watchStatements(jobs)],
    // It waits for permissions, which were made a moment ago.
    timeout: Duration.minutes(5),
  });
  runner.acknowledgeRole('anyTaskOfCluster', anyTaskText(own, cluster));
  const { serviceToken } = runner.provider('Provider', {
    queryInterval: Duration.seconds(10),
    totalTimeout: Duration.seconds(TOTAL_SECONDS),
  });
  return jobs.map((job) => {
    const run = new CustomResource(job, 'BeforeDeployment', {
      resourceType: JOB_RUN_RESOURCE,
      serviceToken,
      properties: propertiesOf(job, logsToMesh(job) ? logGroup : undefined),
    });
    job.runBeforeDeployment(run);
    return run;
  });
}

function propertiesOf({ jobName, container, settings }: DeploymentJob, logGroup: logs.ILogGroup | undefined): JobRunProperties {
  const { cluster, taskDefinition, subnets, securityGroups, capacity, enableExecuteCommand } = settings;
  return {
    Job: jobName,
    Container: container.containerName,
    TaskDefinition: taskDefinition.taskDefinitionArn,
    Cluster: cluster.clusterArn,
    Subnets: subnets.map(({ subnetId }) => subnetId),
    SecurityGroups: securityGroups.map(({ securityGroupId }) => securityGroupId),
    ...(capacity.length === 0
      ? {}
      : {
          CapacityProviders: capacity.map(({ capacityProvider, base = 0, weight = 0 }) => ({
            Provider: capacityProvider,
            Base: String(base),
            Weight: String(weight),
          })),
        }),
    ...(enableExecuteCommand ? { EnableExecuteCommand: 'true' } : {}),
    ...(logGroup === undefined ? {} : { LogGroup: logGroup.logGroupName }),
  };
}

/** Tasks that it has started itself, which have its tag. */
function watchStatements(jobs: readonly DeploymentJob[]): iam.PolicyStatement[] {
  const names = jobs.map(({ jobName }) => jobName);
  const clusters = [...new Set(jobs.map(({ settings }) => settings.cluster))];
  return clusters.flatMap((cluster) => [
    new iam.PolicyStatement({
      actions: ['ecs:DescribeTasks', 'ecs:StopTask'],
      resources: [anyTask(cluster)],
      conditions: { StringEquals: { [`aws:ResourceTag/${JOB_RUN_TAG}`]: names.length === 1 ? names[0] : names } },
    }),
  ]);
}
