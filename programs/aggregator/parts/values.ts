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

/** Of a value in a URL, which API Gateway and Envoy limit, too. A text of megabytes would be held several times, as heap. */
const MAX_TEXT_BYTES = 8 * 1024;

type ClientReference = Extract<Reference, { readonly from: 'path' | 'query' }>;
type JsonReference = Exclude<Reference, ClientReference>;

/** Undefined if the value is missing or null. Fails if it is no text. */
export function segmentsOf(reference: Reference, sources: Sources): readonly string[] | undefined {
  if (isOfClient(reference)) return clientSegments(reference, sources);
  const json = jsonAt(reference, sources);
  if (json === undefined || kindOf(json) === 'null') return undefined;
  if (json.length > MAX_TEXT_BYTES) return fail('bad-value', `${nameOf(reference)} is longer than a value in a URL may be`);
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
  if (root === undefined) return undefined;
  return reference.from === 'item' ? valueAt(root, reference.fields) : found(root, reference);
}

/** For each answer, what has been looked for in it. */
const FOUND = new WeakMap<Json, Map<JsonReference, Json | undefined>>();

/** Looked for once, however many items a part runs for: meanwhile nothing else is answered. */
function found(root: Json, reference: JsonReference): Json | undefined {
  const known = FOUND.get(root) ?? new Map<JsonReference, Json | undefined>();
  FOUND.set(root, known);
  if (!known.has(reference)) known.set(reference, valueAt(root, reference.fields));
  return known.get(reference);
}
