import { strFromU8, strToU8, unzlibSync, zlibSync } from 'fflate';
import { CONFIG_DICTIONARY } from '../contract/config-dictionary';
import type { TaskConfig } from '../contract/task-config';
import { VALUE_KEY, valueVariable } from '../contract/task-config';
import { holdsToken } from '../reading/input';
import type { ContainerPlan } from './system-plan';

/**
 * The environment of the container that unpacks a configuration: JSON, compressed by zlib with a dictionary (RFC 1950), as base64; and
 * texts with CDK tokens, which CloudFormation fills in, in variables of their own.
 *
 * The bytes depend on nothing but the configuration and the version of this library: fflate is JavaScript, while the zlib of Node.js
 * belongs to its version.
 */
export function packConfig(config: TaskConfig): Readonly<Record<string, string>> {
  const values: string[] = [];
  const json = JSON.stringify(config, (_key, value: unknown) => {
    if (typeof value !== 'string' || !holdsToken(value)) return value;
    const known = values.indexOf(value);
    return { [VALUE_KEY]: known === -1 ? values.push(value) - 1 : known };
  });
  return {
    MESH_CONFIG: toBase64(zlibSync(strToU8(json), { level: 9, mem: 8, dictionary: dictionary() })),
    ...Object.fromEntries(values.map((value, index) => [valueVariable(index), value])),
  };
}

/** The variables of a container, as far as the plan knows them, with its configuration packed. */
export function environmentOf({ environment, config }: Pick<ContainerPlan, 'environment' | 'config'>): Readonly<Record<string, string>> {
  return config === undefined ? environment : { ...environment, ...packConfig(config) };
}

let encoded: Uint8Array | undefined;

function dictionary(): Uint8Array {
  return (encoded ??= strToU8(CONFIG_DICTIONARY));
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/**
 * The configuration in `MESH_CONFIG`. Texts that only a deployment knows are `{ "$value": 0 }` in it.
 *
 * @throws if it is no configuration that this version of the library has packed
 */
export function unpackConfig(packed: string): TaskConfig {
  return JSON.parse(strFromU8(unzlibSync(Buffer.from(packed, 'base64'), { dictionary: dictionary() }))) as TaskConfig;
}
