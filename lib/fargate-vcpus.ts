/**
 * The vCPUs of AWS Fargate that the tasks of a system take, by the quota of the account that they count for.
 *
 * @see https://docs.aws.amazon.com/general/latest/gr/ecs-service.html#service-quotas-fargate
 */
export interface FargateVcpus {
  /** Tasks on `FARGATE`, which count for the quota "Fargate On-Demand vCPU resource count". */
  readonly onDemand: FargateVcpuSum;
  /** Tasks on `FARGATE_SPOT`, which count for the quota "Fargate Spot vCPU resource count". */
  readonly spot: FargateVcpuSum;
}

/** Sums of vCPUs over all tasks of a system, those of gateway services included. */
export interface FargateVcpuSum {
  /** With `desiredCount` tasks of each service, or `minCapacity` where it scales: what the first deployment starts. */
  readonly desired: number;
  /** While a deployment replaces all of these tasks, with as many more as `maxHealthyPercent` allows. */
  readonly deployment: number;
  /** With the largest numbers of tasks: `maxCapacity` of each service that scales. */
  readonly maximum: number;
  /** While a deployment replaces the largest numbers of tasks. */
  readonly maximumDeployment: number;
}
