import type { JsonObject } from '../template/intrinsics';
import { isCustom, replacingProperties, RESOURCE_TYPES } from './resource-types';

/** What CloudFormation does with a resource that was there before. */
export interface Change {
  readonly kind: 'none' | 'update' | 'replace';
  /** Names of the properties that differ. */
  readonly properties: readonly string[];
}

/** By the properties that are resolved: what refers to a resource that was replaced has changed by that. */
export function changeOf(type: string, before: JsonObject, after: JsonObject, takesAnyType = false): Change {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const properties = names.filter((name) => text(before[name]) !== text(after[name]));
  if (properties.length === 0) return { kind: 'none', properties };
  const replacing = takesAnyType && !isCustom(type) && RESOURCE_TYPES[type] === undefined ? [] : replacingProperties(type);
  return { kind: properties.some((name) => replacing.includes(name)) ? 'replace' : 'update', properties };
}

/** What no other resource may have in common with this one; undefined if there is nothing like that. */
export function uniqueTextOf(type: string, properties: JsonObject): string | undefined {
  const unique = isCustom(type) ? undefined : RESOURCE_TYPES[type]?.unique;
  if (unique === undefined || properties[unique.at(-1) ?? ''] === undefined) return undefined;
  return JSON.stringify([type, ...unique.map((name) => properties[name] ?? null)]);
}

/** The order of keys says nothing. */
function text(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
