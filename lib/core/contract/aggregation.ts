/** Where the aggregator of a gateway's task listens, on loopback; Envoy sends it the requests of routes that aggregate. */
export const AGGREGATOR_PORT = 15091;

/** Where the gateway's Envoy takes the aggregator's requests for parts, on loopback. */
export const PARTS_PORT = 15092;

/** Names the part that a request is for, by `partKey`; Envoy finds its route by it, and removes it. */
export const PART_HEADER = 'x-mesh-part';

/** The aggregator's configuration, which `mesh-init` unpacks beside Envoy's. */
export const AGGREGATIONS_FILE = 'aggregations.json';

/** The aggregator's program, in the agent's image. */
export const AGGREGATOR_PROGRAM = '/agent/aggregator.js';

/** What the aggregator answers, by the key of the edge's route. */
export type Aggregations = Readonly<Record<string, Aggregation>>;

export interface Aggregation {
  /** Each comes after the parts that it reads from. */
  readonly parts: readonly AggregatedPart[];
  /** How long the whole answer may take. */
  readonly timeoutMillis: number;
  /** How large the whole answer may get, in bytes of JSON. */
  readonly maxResponseBytes: number;
  /** Names of headers of the client's request, in lower case, that every part gets: identity, trace, and what the user names. */
  readonly forwardedHeaders: readonly string[];
}

export interface AggregatedPart {
  /** The name of its field in the answer. */
  readonly name: string;
  /** Who answers it, for logs. */
  readonly service: string;
  readonly method: string;
  /** Put together, it begins with a slash; values are encoded as one segment each. */
  readonly path: readonly TextPiece[];
  /** A parameter whose value is missing is left out. */
  readonly query: Readonly<Record<string, readonly TextPiece[]>>;
  /** The JSON that it is sent; absent: no body. */
  readonly body?: JsonTemplate;
  /** Whether there is no answer without it: the client gets its status and its body in place of an answer. */
  readonly required: boolean;
  readonly timeoutMillis: number;
  readonly maxResponseBytes: number;
  /** What stands in its place if it fails; absent: null. */
  readonly fallback?: Json;
  /** One request for each item of an array, and an array of answers; absent: one request. */
  readonly forEach?: Iteration;
  /** Names of fields, in order: which stay, which go, and what they are then called. Absent: all as they are. */
  readonly pick?: readonly string[];
  readonly drop?: readonly string[];
  readonly rename?: Readonly<Record<string, string>>;
}

export interface Iteration {
  readonly over: Reference;
  /** Items after that many are left out, and the part is not whole. */
  readonly limit: number;
  /** How many requests run at a time. */
  readonly concurrency: number;
}

/** Literal text, or the text of a value. */
export type TextPiece = string | Reference;

/** A value of the client's request, of another part's answer (before it is picked from), or of the item that a part runs for. */
export type Reference =
  | { readonly from: 'path' | 'query'; readonly name: string }
  | { readonly from: 'part'; readonly part: string; readonly fields: readonly string[] }
  | { readonly from: 'item'; readonly fields: readonly string[] };

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** JSON with values filled in as they are. */
export type JsonTemplate =
  { readonly value: Json } | { readonly reference: Reference } | { readonly fields: Readonly<Record<string, JsonTemplate>> };

/** In `PART_HEADER`. */
export function partKey(routeKey: string, part: string): string {
  return `${routeKey} ${part}`;
}
