import { inflateSync } from 'node:zlib';
import { MESH_VARIABLES, type MeshVariable } from '../../lib/core/contract/agent';
import { AGGREGATIONS_FILE } from '../../lib/core/contract/aggregation';
import { CONFIG_DICTIONARY } from '../../lib/core/contract/config-dictionary';
import { AGENT_SETTINGS_FILE, ENVOY_CONFIG_FILE } from '../../lib/core/contract/files';
import { VALUE_KEY, valueVariable, type TaskConfig } from '../../lib/core/contract/task-config';
import type { Unread } from '../../lib/core/contract/unread';
import { InvalidSettings, type Environment } from './settings';
import { isRecord, jsonOf } from './json';

/** A file for the volume, which Envoy, the agent and the aggregator read. */
export interface TaskFile {
  readonly name: string;
  readonly text: string;
}

export interface UnpackedConfig {
  /** Those that the configuration holds, and those of the environment, which win. */
  readonly environment: Environment;
  readonly files: readonly TaskFile[];
}

/** Reads the configuration of the task; one that has none is configured by its environment alone. */
export function unpackConfig(environment: Environment): UnpackedConfig {
  const packed: string | undefined = environment['MESH_CONFIG' satisfies MeshVariable];
  if (packed === undefined || packed === '') return { environment: withSharedSettings(environment), files: [] };
  const { envoy, aggregations, variables } = configOf(packed, environment);
  const settings = { ...variables, ...ownVariables(withSharedSettings(environment)) };
  return {
    environment: { ...environment, ...settings },
    files: [
      ...(envoy === undefined ? [] : [{ name: ENVOY_CONFIG_FILE, text: JSON.stringify(envoy) }]),
      ...(aggregations === undefined ? [] : [{ name: AGGREGATIONS_FILE, text: JSON.stringify(aggregations) }]),
      { name: AGENT_SETTINGS_FILE, text: JSON.stringify(settings) },
    ],
  };
}

/** The environment with what `init` has left in that file, if anything. */
export function withStoredSettings(environment: Environment, stored: string | undefined): Environment {
  if (stored === undefined) return withSharedSettings(environment);
  const variables = textsOf(jsonOf(stored));
  if (variables === undefined) throw new InvalidSettings([`${AGENT_SETTINGS_FILE} does not hold the settings that mesh-init writes`]);
  return { ...variables, ...environment };
}

/** The environment with the settings that all tasks have in common, one by one. */
function withSharedSettings(environment: Environment): Environment {
  const { ['MESH_SHARED' satisfies MeshVariable]: shared = '', ...others } = environment;
  if (shared === '') return environment;
  const variables = textsOf(jsonOf(shared));
  if (variables === undefined) throw new InvalidSettings([`MESH_SHARED is "${shared}", it must be a JSON object of texts`]);
  return { ...variables, ...others };
}

/** What the agent of the same task needs; the configuration itself is done with. */
function ownVariables(environment: Environment): Environment {
  const names = MESH_VARIABLES.filter((name) => name !== 'MESH_CONFIG' && (environment[name] ?? '') !== '');
  return Object.fromEntries(names.map((name) => [name, environment[name]]));
}

/** As it comes: each program checks its own. */
interface ReadConfig extends Omit<Unread<TaskConfig>, 'variables'> {
  readonly variables: Environment;
}

function configOf(packed: string, environment: Environment): ReadConfig {
  const missing = new Set<string>();
  const config = fill(inflated(packed), (index) => {
    const name = valueVariable(index);
    const value = environment[name];
    if (value === undefined) missing.add(name);
    return value;
  });
  const { variables, ...others }: Unread<TaskConfig> = isRecord(config) ? config : {};
  const texts = textsOf(variables);
  if (texts === undefined) throw new InvalidSettings(['MESH_CONFIG does not hold the settings of the agent']);
  if (missing.size > 0)
    throw new InvalidSettings([...missing].map((name) => `${name} is missing, it must be a text of the configuration in MESH_CONFIG`));
  return { ...others, variables: texts };
}

function inflated(packed: string): unknown {
  try {
    const text = inflateSync(Buffer.from(packed, 'base64'), { dictionary: Buffer.from(CONFIG_DICTIONARY) }).toString('utf8');
    return JSON.parse(text) as unknown;
  } catch (error) {
    // "Bad dictionary": the image is of another release than the library that made the task definition.
    const why = error instanceof Error ? error.message : String(error);
    throw new InvalidSettings([
      `MESH_CONFIG cannot be read (${why}): it must be made by the release of cdk-ecs-microservices that the image of this agent is of`,
    ]);
  }
}

function fill(value: unknown, textOf: (index: number) => string | undefined): unknown {
  if (Array.isArray(value)) return value.map((each) => fill(each, textOf));
  if (!isRecord(value)) return value;
  const { [VALUE_KEY]: index } = value;
  if (typeof index === 'number' && Object.keys(value).length === 1) return textOf(index);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fill(each, textOf)]));
}

function textsOf(value: unknown): Environment | undefined {
  if (!isRecord(value)) return undefined;
  const texts = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return texts.length === Object.keys(value).length ? Object.fromEntries(texts) : undefined;
}
