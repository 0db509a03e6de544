/**
 * What stands in raw input (the user's props turned into plain data) where a value is not plain data.
 * Kept free of aws-cdk-lib, so that the topology can be read, tested and fuzzed without it.
 */

/** A CDK token: a value that CloudFormation knows only at deployment. */
export class Unresolved {
  constructor(
    readonly text: string,
    /** Set if the token stands for a whole list, as CDK writes it. */
    readonly list?: readonly string[],
    /** Whether it stands for a text, or for a number that becomes one. */
    readonly isText = list === undefined,
  ) {}
}

/** An enum-like object, such as `Protocol.HTTP`: not its bare value, which would pass for any text. */
export class Choice {
  constructor(
    readonly type: string,
    readonly value: string,
  ) {}
}

/** A CDK `Duration`. */
export class Seconds {
  constructor(readonly value: number) {}
}

/** A CDK `Size`. */
export class Bytes {
  constructor(readonly value: number) {}
}

/** What could not be turned into plain data: a getter that throws, an object that contains itself ... */
export class Unreadable {
  constructor(readonly reason: string) {}
}

/** An object that only the render step looks into (an image, a VPC, a Lambda function ...). */
export class Opaque {
  constructor(readonly object: object) {}

  /** Whether the object has these members, methods written as `bind()`; `instanceof` would fail across two copies of aws-cdk-lib. */
  has(...members: readonly string[]): boolean {
    return members.every((member) => {
      try {
        return hasMember(this.object, member);
      } catch {
        return false; // a proxy with a throwing trap is not what we are looking for
      }
    });
  }

  /** The name that users know, such as `aws-cdk-lib.aws_ecs.FireLensLogDriver`. */
  get className(): string {
    return className(this.object);
  }

  /** A field, undefined if it cannot be read. */
  read(field: string): unknown {
    try {
      return (this.object as Readonly<Record<string, unknown>>)[field];
    } catch {
      return undefined;
    }
  }
}

/** Properties are not read, since getters of the CDK may throw (a VPC with no private subnets); methods are. */
export function hasMember(object: object, member: string): boolean {
  const method = member.endsWith('()') ? member.slice(0, -2) : undefined;
  return method === undefined ? member in object : typeof (object as Readonly<Record<string, unknown>>)[method] === 'function';
}

/**
 * Where plain data came from: the object in the user's props. It distinguishes two authorizers with equal content, and
 * an `Edge` from an object literal that looks like one.
 */
const ORIGIN = Symbol('origin');

export function withOrigin<T extends object>(data: T, origin: object): T {
  return Object.defineProperty(data, ORIGIN, { value: origin });
}

/** Undefined for data that was not read from a user's props, such as a test's. */
export function originOf(value: unknown): object | undefined {
  return typeof value === 'object' && value !== null ? (value as { readonly [ORIGIN]?: object })[ORIGIN] : undefined;
}

/** Classes of this library whose instances are read as data say what they are in this field. */
export function factoryTypeOf(value: unknown): string | undefined {
  const type: unknown = (originOf(value) as { readonly _type?: unknown } | undefined)?._type;
  return typeof type === 'string' ? type : undefined;
}

/** Whether a key holds a CDK token, which only its text shows. https://docs.aws.amazon.com/cdk/v2/guide/tokens.html */
export function holdsToken(key: string): boolean {
  return key.includes('${Token[') || key.includes('#{Token[');
}

/** A value as it is shown in an error: short, on one line. */
export function displayValue(value: unknown): string {
  if (value instanceof Unresolved) return `a CDK token (${shorten(value.text)})`;
  if (value instanceof Seconds) return counted(value.value, 'second');
  if (value instanceof Bytes) return bytesText(value.value);
  if (value instanceof Unreadable) return value.reason;
  if (value instanceof Choice) return `${value.type} ${displayValue(value.value)}`;
  if (value instanceof Opaque) return `an instance of ${value.className}`;
  if (typeof value === 'string') return JSON.stringify(shorten(value));
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint') return `${value.toString()}n`;
  if (typeof value === 'symbol') return value.toString();
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return showObject(value);
  return String(value);
}

/** A number with its unit, which is in the singular for one. */
export function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

const KIB = 1024;

/** A size as people write it: `10 MiB`, `1,600 bytes`. */
export function bytesText(bytes: number): string {
  const isWhole = (unit: number): boolean => bytes >= unit && bytes % unit === 0;
  if (isWhole(KIB * KIB)) return `${numberText(bytes / KIB / KIB)} MiB`;
  if (isWhole(KIB)) return `${numberText(bytes / KIB)} KiB`;
  return `${numberText(bytes)} ${bytes === 1 ? 'byte' : 'bytes'}`;
}

/** With separators: `10,000`. */
export function numberText(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

function showObject(value: object): string {
  const made = factoryTypeOf(value);
  if (made !== undefined) return `an instance of ${made}`;
  const keys = Object.keys(value);
  return keys.length === 0 ? 'an object with no keys' : `an object with ${shorten(keys.join(', '))}`;
}

function className(object: object): string {
  try {
    const { constructor } = object as { readonly constructor?: { readonly name?: unknown } };
    // CDK's bundler renames classes (Secret2); the name that users know is the one for jsii.
    const jsii = (constructor as { readonly [key: symbol]: { readonly fqn?: unknown } | undefined } | undefined)?.[Symbol.for('jsii.rtti')]
      ?.fqn;
    if (typeof jsii === 'string') return jsii;
    return typeof constructor?.name === 'string' && constructor.name !== '' ? constructor.name : 'an unnamed class';
  } catch {
    return 'an unnamed class';
  }
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
