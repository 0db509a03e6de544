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
  const known = PACKED.get(config) ?? environmentWith(config);
  PACKED.set(config, known);
  return known;
}

/** Those of plans, which do not change: both who counts the bytes and who writes them ask, and to pack takes longer than to plan. */
const PACKED = new WeakMap<TaskConfig, Readonly<Record<string, string>>>();

function environmentWith(config: TaskConfig): Readonly<Record<string, string>> {
  // Most configurations have no token, and to look at each of their texts takes long.
  const whole = JSON.stringify(config);
  if (!holdsToken(whole)) return { MESH_CONFIG: pack(whole) };
  const values: string[] = [];
  const json = JSON.stringify(config, (_key, value: unknown) => {
    if (typeof value !== 'string' || !holdsToken(value)) return value;
    const known = values.indexOf(value);
    return { [VALUE_KEY]: known === -1 ? values.push(value) - 1 : known };
  });
  return {
    MESH_CONFIG: pack(json),
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

/** Whether a text is a configuration that this release of the library, or another one, has packed. */
export function isPackedConfig(text: string): boolean {
  if (!/^[A-Za-z0-9+/]{8,}={0,2}$/.test(text)) return false;
  const [method = 0, flags = 0] = Buffer.from(text.slice(0, 4), 'base64');
  // RFC 1950: the method is deflate, both bytes are a multiple of 31, and there is a dictionary (FDICT).
  return (method & 15) === 8 && (method * 256 + flags) % 31 === 0 && (flags & 32) !== 0;
}

/** A configuration that another release has packed, with a dictionary of its own. */
export class OtherReleaseError extends Error {
  override readonly name = 'OtherReleaseError';

  constructor() {
    super(
      'MESH_CONFIG was packed by another release of cdk-ecs-microservices (bad dictionary): ' +
        'read the template with the release that made it, or synthesize it again with this one',
    );
  }
}

/**
 * The configuration in `MESH_CONFIG`. Texts that only a deployment knows are `{ "$value": 0 }` in it.
 *
 * @throws OtherReleaseError if another release has packed it
 */
export function unpackConfig(packed: string): TaskConfig {
  // fflate does not compare the checksum of the dictionary, and would read nonsense with another one.
  if (packed.slice(0, HEADER_CHARACTERS) !== header()) throw new OtherReleaseError();
  return JSON.parse(strFromU8(unzlibSync(Buffer.from(packed, 'base64'), { dictionary: dictionary() }))) as TaskConfig;
}

/** Two bytes of zlib's, and the dictionary's checksum, as base64. */
const HEADER_CHARACTERS = 8;

let ownHeader: string | undefined;

/** What all texts of this release begin with. */
function header(): string {
  return (ownHeader ??= pack('').slice(0, HEADER_CHARACTERS));
}

function pack(json: string): string {
  return toBase64(zlibSync(strToU8(json), { level: 9, mem: 8, dictionary: dictionary() }));
}
