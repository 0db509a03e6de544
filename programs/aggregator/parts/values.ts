import type { Reference } from '../../../lib/core/contract/aggregation';
import { fail } from '../failure';
import { kindOf, textOf, valueAt, type Json } from '../json/slices';
import type { ClientValues } from './client-values';

/** What references of a part can lead to. */
export interface Sources {
  readonly client: ClientValues;
  /** What other parts were answered, or what stands in their place. */
  readonly parts: ReadonlyMap<string, Json>;
  readonly item?: Json;
}

type ClientReference = Extract<Reference, { readonly from: 'path' | 'query' }>;
type JsonReference = Exclude<Reference, ClientReference>;

/** Undefined if the value is missing or null. Fails if it is no text. */
export function segmentsOf(reference: Reference, sources: Sources): readonly string[] | undefined {
  if (isOfClient(reference)) return clientSegments(reference, sources);
  const json = jsonAt(reference, sources);
  if (json === undefined || kindOf(json) === 'null') return undefined;
  const text = textOf(json);
  return text === undefined ? fail('bad-value', `${nameOf(reference)} is no text, number or boolean`) : [text];
}

/** Undefined if the value is missing; null is a value. Those of the client are strings. */
export function jsonOf(reference: Reference, sources: Sources): Json | undefined {
  if (!isOfClient(reference)) return jsonAt(reference, sources);
  const segments = clientSegments(reference, sources);
  return segments === undefined ? undefined : Buffer.from(JSON.stringify(segments.join('/')));
}

export function missing(reference: Reference): never {
  return fail('missing-value', `${nameOf(reference)} is missing`, { clientFault: isOfClient(reference) });
}

export function isOfClient(reference: Reference): reference is ClientReference {
  return reference.from === 'path' || reference.from === 'query';
}

export function nameOf(reference: Reference): string {
  switch (reference.from) {
    case 'path':
      return `the path parameter "${reference.name}"`;
    case 'query':
      return `the query parameter "${reference.name}"`;
    case 'part':
      return `"${[reference.part, ...reference.fields].join('.')}"`;
    case 'item':
      return `"${['item', ...reference.fields].join('.')}"`;
  }
}

function clientSegments(reference: ClientReference, { client }: Sources): readonly string[] | undefined {
  const value = client[reference.from].get(reference.name);
  if (value !== 'unreadable') return value?.segments;
  const why = reference.from === 'query' ? 'comes more than once' : 'is not percent-encoded correctly';
  return fail('bad-value', `${nameOf(reference)} ${why}`, { clientFault: true });
}

function jsonAt(reference: JsonReference, { parts, item }: Sources): Json | undefined {
  const root = reference.from === 'item' ? item : parts.get(reference.part);
  return root === undefined ? undefined : valueAt(root, reference.fields);
}
