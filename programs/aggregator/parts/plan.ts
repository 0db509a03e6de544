import type { AggregatedPart, Aggregation, JsonTemplate, Reference } from '../../../lib/core/contract/aggregation';
import { NULL, type Json } from '../json/slices';
import { shapeOf, type Shape } from '../json/shape';

/** A part with what need not be worked out for each request. */
export interface PlannedPart {
  readonly part: AggregatedPart;
  /** Names of the parts that it reads from. */
  readonly readsFrom: readonly string[];
  /** Whether other parts read from it. */
  readonly isRead: boolean;
  readonly shape?: Shape;
  /** What stands in its place if it fails. */
  readonly substitute: Json;
  readonly hasFallback: boolean;
}

export interface Plan {
  readonly route: string;
  readonly aggregation: Aggregation;
  /** Each comes after the parts that it reads from. */
  readonly parts: readonly PlannedPart[];
}

export function planOf(route: string, aggregation: Aggregation): Plan {
  const readsFrom = new Map(aggregation.parts.map((part) => [part.name, partsReadBy(part)]));
  const read = new Set([...readsFrom.values()].flat());
  const parts = aggregation.parts.map((part): PlannedPart => {
    const shape = shapeOf(part);
    return {
      part,
      readsFrom: readsFrom.get(part.name) ?? [],
      isRead: read.has(part.name),
      ...(shape === undefined ? {} : { shape }),
      substitute: part.fallback === undefined ? NULL : Buffer.from(JSON.stringify(part.fallback)),
      hasFallback: part.fallback !== undefined,
    };
  });
  return { route, aggregation, parts };
}

function partsReadBy(part: AggregatedPart): readonly string[] {
  return [...new Set(referencesOf(part).flatMap((reference) => (reference.from === 'part' ? [reference.part] : [])))];
}

/** All values that a part reads. */
export function referencesOf({ path, query, body, forEach }: AggregatedPart): readonly Reference[] {
  const pieces = [...path, ...Object.values(query).flat()].filter((piece) => typeof piece !== 'string');
  return [...pieces, ...(body === undefined ? [] : referencesIn(body)), ...(forEach === undefined ? [] : [forEach.over])];
}

function referencesIn(template: JsonTemplate): readonly Reference[] {
  if ('value' in template) return [];
  if ('reference' in template) return [template.reference];
  return Object.values(template.fields).flatMap(referencesIn);
}
