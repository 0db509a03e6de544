/**
 * What stands in raw input (the user's props turned into plain data) where a value is not plain data.
 * Kept free of aws-cdk-lib, so that the topology can be read, tested and fuzzed without it.
 */

/** A CDK token: a value that CloudFormation knows only at deployment. */
export class Unresolved {
  constructor(readonly text: string) {}
}

/** A CDK `Duration`. */
export class Seconds {
  constructor(readonly value: number) {}
}

/** An object that only the render step looks into (an image, a VPC, a Lambda function ...). */
export class Opaque {
  constructor(readonly object: object) {}

  /** Whether the object has these members; `instanceof` would fail across two copies of aws-cdk-lib. */
  has(...members: readonly string[]): boolean {
    return members.every((member) => {
      try {
        return member in this.object;
      } catch {
        return false; // a proxy with a throwing trap is not what we are looking for
      }
    });
  }
}

/** A value as it is shown in an error: short, on one line. */
export function show(value: unknown): string {
  if (value instanceof Unresolved) return `a CDK token (${value.text})`;
  if (value instanceof Seconds) return `${value.value} seconds`;
  if (value instanceof Opaque) return `an instance of ${constructorName(value.object)}`;
  if (typeof value === 'string') return JSON.stringify(shorten(value));
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint' || typeof value === 'symbol') return value.toString();
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return `an object with ${shorten(Object.keys(value).join(', ')) || 'no keys'}`;
  return String(value);
}

function constructorName(object: object): string {
  try {
    const constructor = (object as { constructor?: { name?: unknown } }).constructor;
    return typeof constructor?.name === 'string' && constructor.name !== '' ? constructor.name : 'an unnamed class';
  } catch {
    return 'an unnamed class';
  }
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
