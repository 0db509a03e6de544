import { Duration, Fn, Size, SizeRoundingBehavior, Token } from 'aws-cdk-lib';
import { Bytes, Choice, Opaque, Seconds, Unreadable, Unresolved, withOrigin } from '../core/reading/input';

/** Deeper than any valid props tree. */
const MAX_DEPTH = 16;

/**
 * Turns the user's props into plain data that the topology can read without aws-cdk-lib: tokens, durations and
 * CDK objects become markers (see core/reading/input.ts); the library's own enum-like classes tell their content.
 * Takes any value at all, since from JavaScript anything may arrive, and never throws.
 */
export function readProps(props: unknown): unknown {
  return new PropsReader().read(props, 0);
}

/** Our own classes that are one of a few values. */
const CHOICES: readonly string[] = [
  'CompressionAlgorithm',
  'GrpcMapping',
  'GrpcStream',
  'GrpcUnknownFields',
  'OtlpProtocol',
  'Protocol',
  'RetryOn',
];

class PropsReader {
  /** What each object was read as: an object that stands in many places is read once, and a cycle ends. */
  private readonly known = new Map<object, unknown>();

  read(value: unknown, depth: number): unknown {
    if (value === null || value === undefined) return value;
    try {
      if (isToken(value)) return unresolved(value);
      if (typeof value !== 'object') return value;
      if (depth > MAX_DEPTH) return new Unreadable(`an object nested more than ${MAX_DEPTH} deep`);
      if (this.known.has(value)) return this.known.get(value);
      this.known.set(value, new Unreadable('an object that contains itself'));
      const data = this.readObject(value, depth);
      this.known.set(value, data);
      return data;
    } catch (error) {
      return unreadable(error);
    }
  }

  private readObject(value: object, depth: number): unknown {
    if (Array.isArray(value)) return Array.from(value, (item) => this.read(item, depth + 1));
    if (isOwnClass(value)) return this.readOwn(value, depth);
    if (!isPlain(value)) return this.readInstance(value, depth);
    return this.readFields(value, value, depth);
  }

  /** An instance of `Edge`, `Mesh` ...; `Protocol` and `RetryOn` tell just a string. */
  private readOwn(value: OwnClass, depth: number): unknown {
    const content = value._input();
    if (typeof content === 'object' && content !== null) return this.readFields(content, value, depth);
    return CHOICES.includes(value._type) && typeof content === 'string' ? new Choice(value._type, content) : this.read(content, depth + 1);
  }

  private readFields(fields: object, origin: object, depth: number): object {
    const entries = Object.keys(fields).map((key) => [key, this.readMember(fields, key, depth)] as const);
    // fromEntries makes own properties of all keys, even of "__proto__".
    return withOrigin(Object.fromEntries(entries), origin);
  }

  private readMember(object: object, key: string, depth: number): unknown {
    try {
      return this.read(member(object, key), depth + 1);
    } catch (error) {
      return unreadable(error);
    }
  }

  private readInstance(value: object, depth: number): unknown {
    if (isDuration(value)) return new Seconds(value.toMilliseconds({ integral: false }) / 1000);
    if (isSize(value)) return readSize(value.toBytes({ rounding: SizeRoundingBehavior.NONE }));
    const architecture = member(value, '_cpuArchitecture');
    if (typeof architecture === 'string') return new Choice('CpuArchitecture', architecture);
    return this.describe(new Opaque(value), value, depth);
  }

  /** What the topology must know of an object that otherwise only render looks into. */
  private describe(opaque: Opaque, value: object, depth: number): Opaque {
    const members = (...names: readonly string[]): object =>
      Object.fromEntries(names.map((name) => [name, this.readMember(value, name, depth)]));
    if (opaque.has('namespaceName', 'namespaceId'))
      return Object.assign(opaque, {
        namespace: { name: this.readMember(value, 'namespaceName', depth), type: this.readMember(value, 'type', depth) },
      });
    if (opaque.has('hostedZoneId', 'zoneName')) return Object.assign(opaque, { zone: members('zoneName') });
    if (opaque.has('clusterName', 'vpc')) return Object.assign(opaque, { cluster: members('vpc') });
    if (opaque.has('vpcId', 'privateSubnets'))
      return Object.assign(opaque, { vpc: members('privateSubnets', 'isolatedSubnets', 'dnsSupportEnabled', 'dnsHostnamesEnabled') });
    if (opaque.has('userPoolId', 'userPoolProviderName')) return Object.assign(opaque, { userPool: this.readUserPool(value, depth) });
    if (opaque.has('userPoolClientId'))
      return Object.assign(opaque, { userPoolClient: { ...members('userPoolClientId'), ...secretOf(value) } });
    return opaque;
  }

  /** `cognito-idp.<region>.amazonaws.com/<id>`, and the host in it. */
  private readUserPool(value: object, depth: number): object {
    const provider = this.readMember(value, 'userPoolProviderName', depth);
    const text = provider instanceof Unresolved ? provider.text : provider;
    return { provider, ...(typeof text === 'string' ? { host: this.read(Fn.select(0, Fn.split('/', text)), depth) } : {}) };
  }
}

/** Whether an app client that the app makes has a secret; of one that it imports, nobody knows. */
function secretOf(client: object): { readonly hasSecret?: boolean } {
  const resource = (client as { readonly node?: { readonly defaultChild?: object } }).node?.defaultChild;
  const generates = resource === undefined ? undefined : member(resource, 'generateSecret');
  return resource === undefined || isToken(generates) ? {} : { hasSecret: generates === true };
}

/** Not by `Object.prototype` itself: there is one in every realm, and a test runner makes realms. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

interface OwnClass {
  readonly _type: string;
  _input(): unknown;
}

function isOwnClass(value: object): value is OwnClass {
  return '_input' in value && '_type' in value && typeof value._input === 'function' && typeof value._type === 'string';
}

/** By its name too: `instanceof` fails across two copies of aws-cdk-lib. */
function isDuration(value: object): value is Duration {
  return value instanceof Duration || (className(value) === 'Duration' && typeof member(value, 'toMilliseconds') === 'function');
}

/** As for a duration. */
function isSize(value: object): value is Size {
  return (
    value instanceof Size ||
    (className(value) === 'Size' && typeof member(value, 'toBytes') === 'function' && typeof member(value, 'isUnresolved') === 'function')
  );
}

/** Unlike a duration, a size takes anything for a number. */
function readSize(bytes: unknown): Bytes | Unreadable {
  return typeof bytes === 'number' && !Number.isNaN(bytes) ? new Bytes(bytes) : new Unreadable('a Size of no number');
}

function className(value: object): unknown {
  return (value as { readonly constructor?: { readonly name?: unknown } }).constructor?.name;
}

function isToken(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return Token.isUnresolved(value);
  // Token takes anything with a method "resolve" for a token, a Stack too, but neither a Duration nor a Size of a token.
  return 'creationStack' in value ? Token.isUnresolved(value) : (isDuration(value) || isSize(value)) && value.isUnresolved();
}

/** Strings keep their token markers: CloudFormation text such as an environment variable is passed on whole. */
function unresolved(value: unknown): Unresolved {
  if (typeof value === 'string') return new Unresolved(value);
  if (Array.isArray(value)) return new Unresolved(String(value[0]), value as string[]);
  return new Unresolved(Token.asString(value), undefined, !(value instanceof Duration || value instanceof Size));
}

function unreadable(error: unknown): Unreadable {
  return new Unreadable(`a value that cannot be read (${error instanceof Error ? error.message : 'reading it throws'})`);
}

function member(value: object, name: string): unknown {
  return (value as Record<string, unknown>)[name];
}
