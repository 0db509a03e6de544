import { VALUE_KEY, valueVariable } from '../contract/task-config';
import { isPackedConfig, unpackConfig } from '../plan/pack-config';
import { isObject, type JsonObject } from './json';

/** What a task is configured with, as people read it. */
export interface ReadableConfig {
  /** Envoy's configuration. Absent where a control plane has it, as App Mesh does. */
  readonly envoy?: unknown;
  /** What the aggregator of a gateway service answers, by routes. Absent where no route aggregates. */
  readonly aggregations?: unknown;
  /** The settings of the agent; those that are JSON as what they stand for. */
  readonly variables: JsonObject;
}

/** The environment of a container in a template, with its configuration apart. */
export interface ReadableEnvironment {
  readonly config: ReadableConfig;
  /** The other variables, without the texts that stand in the configuration now. */
  readonly others: readonly unknown[];
}

interface Variable {
  readonly Name: string;
  readonly Value: unknown;
}

const isVariable = (entry: unknown): entry is Variable => isObject(entry) && typeof entry['Name'] === 'string';

const isPackedVariable = (entry: unknown): entry is Variable & { readonly Value: string } =>
  isVariable(entry) && entry.Name === 'MESH_CONFIG' && typeof entry.Value === 'string' && isPackedConfig(entry.Value);

/** Whether something is the environment of a container, as a template has it, with a packed configuration. */
export function isPackedEnvironment(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.some(isPackedVariable);
}

/**
 * The configuration of a container, out of its environment as a template has it: texts that only a deployment knows are what the template
 * says of them (`Ref`, `Fn::GetAtt` ...).
 *
 * @throws OtherReleaseError if another release of the library has packed it
 */
export function readEnvironment(environment: readonly unknown[]): ReadableEnvironment | undefined {
  const packed = environment.find(isPackedVariable);
  if (packed === undefined) return undefined;
  const values = new Map(environment.filter(isVariable).map(({ Name, Value }) => [Name, Value]));
  const used = new Set<string>();
  const valueOf = (index: number): unknown => {
    const name = valueVariable(index);
    if (!values.has(name)) return { [VALUE_KEY]: index };
    used.add(name);
    return values.get(name);
  };
  const { envoy, aggregations, variables } = unpackConfig(packed.Value);
  const config = {
    ...(envoy === undefined ? {} : { envoy: fill(envoy, valueOf) }),
    ...(aggregations === undefined ? {} : { aggregations: fill(aggregations, valueOf) }),
    variables: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, fill(parsed(value), valueOf)])),
  };
  const others = environment.filter((entry) => entry !== packed && !(isVariable(entry) && used.has(entry.Name)));
  return { config, others };
}

/** The same environment with the configuration in place of the text. */
export function readableEnvironment(environment: readonly unknown[]): readonly unknown[] {
  const read = readEnvironment(environment);
  if (read === undefined) return environment;
  const before = environment.findIndex(isPackedVariable);
  const kept = new Set(read.others);
  const others = (part: readonly unknown[]): readonly unknown[] => part.filter((entry) => kept.has(entry));
  return [...others(environment.slice(0, before)), { Name: 'MESH_CONFIG', Value: read.config }, ...others(environment.slice(before + 1))];
}

/** Objects and lists out of JSON, and everything else as it is. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function fill(value: unknown, valueOf: (index: number) => unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => fill(each, valueOf));
  if (!isObject(value)) return value;
  const { [VALUE_KEY]: index } = value;
  if (typeof index === 'number' && Object.keys(value).length === 1) return valueOf(index);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fill(each, valueOf)]));
}
