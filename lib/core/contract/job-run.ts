/** A run of a job before services change. It makes nothing that stays. */
export const JOB_RUN_RESOURCE = 'Custom::MeshJobRun';

/** Texts, and lists of them: what CloudFormation passes on as it is. */
export type JobRunProperties = {
  readonly Job: string;
  /** That of the application, whose exit code is the job's. */
  readonly Container: string;
  /** The ARN, which ends with the revision. */
  readonly TaskDefinition: string;
  /** The ARN. */
  readonly Cluster: string;
  readonly Subnets: readonly string[];
  readonly SecurityGroups: readonly string[];
  /** Absent: on AWS Fargate, on demand. */
  readonly CapacityProviders?: readonly RunCapacity[];
  readonly EnableExecuteCommand?: 'true';
  /** Where the application logs; absent: somewhere else than in the log group of the mesh. */
  readonly LogGroup?: string;
};

export type RunCapacity = {
  readonly Provider: string;
  /** Whole numbers, as text. */
  readonly Base: string;
  readonly Weight: string;
};

/** Of tasks that deployments have started, with the name of the job: no other task may be stopped by what starts them. */
export const JOB_RUN_TAG = 'cdk-ecs-microservices-job';

/** How long a job may take. AWS CloudFormation waits for an hour, and stopping what is late takes its time, too. */
export const JOB_RUN_SECONDS = 55 * 60;
