/** A run of a job before services change. It makes nothing that stays. */
export const JOB_RUN_RESOURCE = 'Custom::MeshJobRun';

/** What is to be run, and how its end is reported. Where and with what it runs, the function knows by itself: `JobRunnerVariables`. */
export type JobRunProperties = {
  readonly Job: string;
  /** That of the application, whose exit code is the job's. */
  readonly Container: string;
  /** The ARN, which ends with the revision: a new one is a new run. */
  readonly TaskDefinition: string;
  /** Where the application logs; absent: somewhere else than in the log group of the mesh. */
  readonly LogGroup?: string;
};

/**
 * The environment of the function. Whoever may invoke it writes the event, and is not to choose the network of a task, or whether there is
 * a shell in it.
 */
export type JobRunnerVariables = {
  /** The ARN. */
  readonly CLUSTER: string;
  /** A JSON list of the IDs. */
  readonly SUBNETS: string;
  /** JSON: for each job, by its name, its `JobRunSettings`. */
  readonly JOBS: string;
};

export type JobRunSettings = {
  /** Of the task definition. */
  readonly family: string;
  readonly securityGroups: readonly string[];
  /** Absent: on AWS Fargate, on demand. */
  readonly capacity?: readonly RunCapacity[];
  readonly enableExecuteCommand?: true;
};

export type RunCapacity = {
  readonly provider: string;
  readonly base: number;
  readonly weight: number;
};

/**
 * Of all tasks of a job, whoever starts them, by way of the task definition: the name of the job. Beside it they have the tag of the mesh
 * (issuing.ts). Another mesh may have the same cluster and the same job.
 */
export const JOB_TAG = 'cdk-ecs-microservices-job';

/** Of tasks that deployments have started. No other task may be stopped by what starts them. */
export const JOB_RUN_TAG = 'cdk-ecs-microservices-job-run';
export const RUN_BY_DEPLOYMENT = 'deployment';

/** How long a job may take. AWS CloudFormation waits for an hour, and stopping what is late takes its time, too. */
export const JOB_RUN_SECONDS = 55 * 60;
