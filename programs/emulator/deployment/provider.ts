import type { Json, KnownValues } from '../template/intrinsics';
import type { Fields } from '../template/fields';
import type { LiveResource } from './live';

/** A resource that is made or changed. It counts as one that exists from before its provider is called. */
export interface Making {
  readonly resource: LiveResource;
  /** Its resolved properties. */
  readonly fields: Fields;
  /** The stack goes back: what fails elsewhere has made this one pointless. */
  readonly cancelled: AbortSignal;
  readonly now: () => Date;
}

/** Attributes by name, and `Ref` by the empty name. */
export type Made = Readonly<Record<string, string>>;

export interface Changed {
  readonly made?: Made;
  /** The provider has made another resource instead: CloudFormation deletes the one before at the end. */
  readonly replaces?: boolean;
}

/** What CloudFormation does for the resources of a type, beside knowing that they exist. */
export interface Provider {
  create?(making: Making): Promise<Made | undefined>;
  /** @param before as it was; the same resource */
  update?(making: Making, before: LiveResource): Promise<Changed | undefined>;
  /** Told of the key that the other resource has, which an update has made. */
  replaced?(key: string, made: Made): void;
  delete?(resource: LiveResource, now: () => Date): Promise<void>;
  /** Whether others go on meanwhile. */
  readonly takesLong?: boolean;
  /** Whether something of it exists after its deletion, and what. */
  readonly remains?: string;
}

export type Providers = Readonly<Record<string, Provider>>;

/** Both, where a type is in both: `others` may refuse a deletion, and come first in all else. */
export function together(own: Providers, others: Providers): Providers {
  const both = Object.entries(others).map(([type, other]): [string, Provider] => {
    const mine = own[type] ?? {};
    const remove: Provider['delete'] = async (resource, now) => {
      await other.delete?.(resource, now);
      await mine.delete?.(resource, now);
    };
    return [type, { ...mine, ...other, delete: remove }];
  });
  return { ...own, ...Object.fromEntries(both) };
}

export function valuesOf(key: string, made: Made | undefined): KnownValues {
  return Object.fromEntries(Object.entries(made ?? {}).map(([name, value]) => [name === '' ? key : `${key}.${name}`, value]));
}

/** What a resource says of itself, by the name of the attribute. */
export function attribute({ key, values }: LiveResource, name: string): string | undefined {
  return values[`${key}.${name}`];
}

/** CloudFormation hands numbers and booleans over as text. */
export function asText(value: Json | undefined): unknown {
  if (Array.isArray(value)) return (value as readonly Json[]).map(asText);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asText(item)]));
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}
