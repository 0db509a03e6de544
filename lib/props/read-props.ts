import { Duration, Token } from 'aws-cdk-lib';
import { Opaque, Seconds, Unresolved } from '../topology/input';

/** Deeper than any valid props tree; stops at cycles. */
const MAX_DEPTH = 16;

/**
 * Turns the user's props into plain data that the topology can read without aws-cdk-lib: tokens, durations and
 * CDK objects become markers (see topology/input.ts); the library's own enum-like classes tell their content.
 * Takes any value at all: from JavaScript, anything may arrive.
 */
export function readProps(value: unknown, depth = 0): unknown {
  if (value === null || value === undefined) return undefined;
  if (isToken(value)) return new Unresolved(describeToken(value));
  if (typeof value !== 'object') return value;
  if (depth > MAX_DEPTH) return new Opaque(value);
  if (Array.isArray(value)) return value.map((item) => readProps(item, depth + 1));
  const own = tryCall(value, '_input');
  if (own !== undefined) return readProps(own, depth + 1);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return readInstance(value);
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, readProps(child, depth + 1)]));
}

function readInstance(value: object): unknown {
  if (value instanceof Duration || isDurationOfAnotherCopy(value)) return new Seconds(value.toMilliseconds() / 1000);
  const architecture = member(value, '_cpuArchitecture');
  if (typeof architecture === 'string') return architecture;
  const opaque = new Opaque(value);
  return opaque.has('namespaceName') ? Object.assign(opaque, { resolvedName: readProps(member(value, 'namespaceName')) }) : opaque;
}

function isDurationOfAnotherCopy(value: object): value is Duration {
  return value.constructor.name === 'Duration' && typeof member(value, 'toMilliseconds') === 'function';
}

function isToken(value: unknown): boolean {
  // A Duration of a token is one too, although Token does not know it.
  const unresolved = value instanceof Duration && value.isUnresolved();
  return unresolved || Token.isUnresolved(value);
}

/** Strings keep their token markers: CloudFormation text such as an environment variable is passed on whole. */
function describeToken(value: unknown): string {
  return typeof value === 'string' ? value : Token.asString(value);
}

function member(value: object, name: string): unknown {
  return (value as Record<string, unknown>)[name];
}

function tryCall(value: object, name: string): unknown {
  const method = name in value ? member(value, name) : undefined;
  return typeof method === 'function' ? (method as () => unknown).call(value) : undefined;
}
