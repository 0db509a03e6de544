import type { ReadableConfig } from '../../../lib/core/readable/readable-environment';

/** Where a task definition stands. */
export interface StackName {
  /** The path of the stack in the app, such as `Prod/Shop`. A nested stack counts as the one that it is nested in. */
  readonly path: string;
  /** What CloudFormation calls it. */
  readonly name: string;
}

/** A service, or a version of one, as a cloud assembly has it. */
export interface Workload {
  readonly stack: StackName;
  /** The path of its construct in the app, if the template has it. */
  readonly path: string | undefined;
  readonly service: string;
  readonly version: string | undefined;
  readonly config: ReadableConfig;
  /** Settings of the agent that stand in its environment as they are, and what the template says of them. */
  readonly environment: Readonly<Record<string, unknown>>;
}

/** What messages call it. */
export function titleOf({ service, version }: Pick<Workload, 'service' | 'version'>): string {
  return version === undefined ? service : `${service}, version ${version}`;
}

/** All settings of the agent: those that are packed with Envoy's configuration, and those of its environment. */
export function settingsOf({ config, environment }: Workload): Readonly<Record<string, unknown>> {
  return { ...config.variables, ...environment };
}
