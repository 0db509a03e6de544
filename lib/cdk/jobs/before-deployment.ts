import { CustomResource, Duration } from 'aws-cdk-lib';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { JobRunnerVariables, JobRunProperties, JobRunSettings } from '../../core/contract/job-run';
import { JOB_RUN_RESOURCE, JOB_RUN_SECONDS, JOB_RUN_TAG, RUN_BY_DEPLOYMENT } from '../../core/contract/job-run';
import { limitText } from '../../core/limits/limit';
import { LAMBDA } from '../../core/limits/security';
import { throwIssue } from '../throw-issue';
import { MeshFunction } from '../certificates/mesh-function';
import type { RunSettings } from './targets';
import { anyTaskText, runStatements, tagStatement, watchStatement } from './roles';

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
    statements: [
      ...jobs.flatMap(({ settings }) => runStatements(settings)),
      tagStatement(cluster),
      watchStatement(
        jobs.map(({ settings }) => settings),
        { [JOB_RUN_TAG]: RUN_BY_DEPLOYMENT },
      ),
    ],
    environment: checked(own, variablesOf(first.settings, jobs)),
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
  return {
    Job: jobName,
    Container: container.containerName,
    TaskDefinition: settings.taskDefinition.taskDefinitionArn,
    ...(logGroup === undefined ? {} : { LogGroup: logGroup.logGroupName }),
  };
}

/** All jobs of a system run in one cluster and its subnets. IDs, which CloudFormation fills in, have nothing that JSON would escape. */
function variablesOf({ cluster, subnets }: RunSettings, jobs: readonly DeploymentJob[]): JobRunnerVariables {
  return {
    CLUSTER: cluster.clusterArn,
    SUBNETS: JSON.stringify(subnets.map(({ subnetId }) => subnetId)),
    JOBS: JSON.stringify(Object.fromEntries(jobs.map(({ jobName, settings }) => [jobName, settingsOf(settings)]))),
  };
}

/** Of what only a deployment knows, a token is about as long as an ID, and an ARN is longer by less than this. */
const BYTES_OF_AN_ARN = 128;

function checked(scope: Construct, variables: JobRunnerVariables): JobRunnerVariables {
  const { value } = LAMBDA.variables;
  if (JSON.stringify(variables).length + BYTES_OF_AN_ARN <= value) return variables;
  return throwIssue(scope, 'jobs', 'OUT_OF_RANGE', 'more jobs run before deployments than the function that runs them can know', {
    allowed: limitText(LAMBDA.variables),
    fix: 'let one job do what several do, one after the other',
  });
}

function settingsOf({ taskDefinition, securityGroups, capacity, enableExecuteCommand }: RunSettings): JobRunSettings {
  return {
    family: taskDefinition.family,
    securityGroups: securityGroups.map(({ securityGroupId }) => securityGroupId),
    ...(capacity.length === 0
      ? {}
      : { capacity: capacity.map(({ capacityProvider, base = 0, weight = 0 }) => ({ provider: capacityProvider, base, weight })) }),
    ...(enableExecuteCommand ? { enableExecuteCommand } : {}),
  };
}
