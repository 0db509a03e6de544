import type { JobRunnerVariables, JobRunSettings, RunCapacity } from '../../../lib/core/contract/job-run';
import type { KeysOf, Unread } from '../../../lib/core/contract/unread';

/** How the function runs its jobs, whatever is in its events. */
export interface RunnerSettings {
  readonly cluster: string;
  readonly subnets: readonly string[];
  /** By their names. */
  readonly jobs: ReadonlyMap<string, JobSettings>;
}

interface JobSettings {
  readonly family: string;
  readonly securityGroups: readonly string[];
  /** None: on AWS Fargate, on demand. */
  readonly capacity: readonly RunCapacity[];
  readonly enableExecuteCommand: boolean;
}

/**
 * Reads the function's environment: `JobRunnerVariables`.
 *
 * @throws if it is not complete: without a network of its own, a task is not to be started
 */
export function readRunnerSettings(environment: NodeJS.ProcessEnv): RunnerSettings {
  const variable = (name: KeysOf<JobRunnerVariables>): string => {
    const value = environment[name];
    if (value === undefined || value === '') throw new Error(`the environment variable ${name} is missing`);
    return value;
  };
  const jobs: unknown = JSON.parse(variable('JOBS'));
  return {
    cluster: variable('CLUSTER'),
    subnets: textList(JSON.parse(variable('SUBNETS')), 'SUBNETS'),
    jobs: new Map(
      Object.entries(jobs as Readonly<Record<string, Unread<JobRunSettings>>>).map(([name, job]) => [name, jobSettings(name, job)]),
    ),
  };
}

function jobSettings(name: string, { family, securityGroups, capacity = [], enableExecuteCommand }: Unread<JobRunSettings>): JobSettings {
  if (typeof family !== 'string' || family === '') throw new Error(`JOBS has no family of the task definition of "${name}"`);
  return {
    family,
    securityGroups: textList(securityGroups, `JOBS, the security groups of "${name}"`),
    capacity: capacity as readonly RunCapacity[],
    enableExecuteCommand: enableExecuteCommand === true,
  };
}

function textList(value: unknown, what: string): readonly string[] {
  if (!Array.isArray(value) || value.length === 0 || !value.every((each) => typeof each === 'string' && each !== ''))
    throw new Error(`${what} must be a list of texts that is not empty`);
  return value as readonly string[];
}
