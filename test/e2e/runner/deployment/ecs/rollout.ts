/** The rules by which ECS replaces tasks. Pure, so that they are tested without a container. */

/** What `DeploymentConfiguration` says, with the desired count. */
export interface RolloutRules {
  readonly desired: number;
  readonly minimumPercent: number;
  readonly maximumPercent: number;
}

/** Tasks that have not been told to stop. */
export interface TaskCounts {
  /** Of the deployment, and not healthy yet. */
  readonly starting: number;
  /** Of the deployment. */
  readonly healthy: number;
  /** Of deployments before. */
  readonly old: number;
}

export interface RolloutStep {
  readonly start: number;
  /** Of the old ones. */
  readonly stopOld: number;
  /** Of its own, if there are more than desired. */
  readonly stopOwn: number;
  /** The deployment has reached its steady state. */
  readonly steady: boolean;
}

/**
 * At least the lower limit, rounded up, stays healthy; no more than the upper limit, rounded down, run.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
 */
export function nextStep({ desired, minimumPercent, maximumPercent }: RolloutRules, { starting, healthy, old }: TaskCounts): RolloutStep {
  const most = Math.floor((desired * maximumPercent) / 100);
  const least = Math.ceil((desired * minimumPercent) / 100);
  const own = starting + healthy;
  const stopOwn = Math.max(0, own - desired);
  const stopOld = Math.max(0, Math.min(old, healthy + old - least));
  const start = Math.max(0, Math.min(desired - own, most - own - (old - stopOld)));
  return { start, stopOld, stopOwn, steady: healthy === desired && starting === 0 && old === 0 };
}

/**
 * After how many failed tasks in a row the circuit breaker ends a deployment.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html#failure-threshold
 */
export function failureThreshold(desired: number): number {
  return Math.min(200, Math.max(3, Math.ceil(desired / 2)));
}
