import { AGENT_HEALTH_PROGRAM } from './files';

/** Where the aggregator of a gateway's task listens, on loopback; Envoy sends it the requests of routes that aggregate. */
export const AGGREGATOR_PORT = 15091;

/** Where the gateway's Envoy takes the aggregator's requests for parts, on loopback. */
export const PARTS_PORT = 15092;

/**
 * The key of the route that API Gateway matched, and whose authorizer let the request through. The aggregator finds by it what it is to
 * answer, so Envoy leaves it in requests to the aggregator, and removes it from requests for parts.
 */
export const ROUTE_HEADER = 'x-edge-route';

/** Names the part that a request is for, by `partKey`; Envoy finds its route by it, and removes it. */
export const PART_HEADER = 'x-mesh-part';

/** In an answer of the aggregator: `true` if every part is whole and its service's own answer, else `false`. */
export const COMPLETE_HEADER = 'x-aggregate-complete';

/** In a client's request, with the value `true`: the answer has a field `DETAILS_FIELD` about its parts. */
export const DETAILS_HEADER = 'x-aggregate-details';

/** No part may have this name; names of parts have no `$` in them. */
export const DETAILS_FIELD = '$parts';

/** The aggregator's configuration, `Aggregations` as JSON, which `mesh-init` unpacks beside Envoy's. */
export const AGGREGATIONS_FILE = 'aggregations.json';

/** The aggregator's program, in the agent's image. */
export const AGGREGATOR_PROGRAM = '/agent/aggregator.js';

/** The entry point of its container. The heap is held small: bodies of parts are not on it. */
export const AGGREGATOR_ENTRY_POINT: readonly string[] = [
  'node',
  '--max-old-space-size=40',
  '--max-semi-space-size=2',
  '--expose-gc',
  // Nothing that arrives can become code.
  '--disallow-code-generation-from-strings',
  AGGREGATOR_PROGRAM,
];

/** The health check of its container: it is healthy as soon as it listens, and as long as it does. */
export const AGGREGATOR_HEALTH_COMMAND: readonly string[] = ['perl', AGENT_HEALTH_PROGRAM, 'aggregator'];

/** What the aggregator answers, by the key of the edge's route. */
export type Aggregations = Readonly<Record<string, Aggregation>>;

export interface Aggregation {
  /**
   * The path of the route, as in its key, such as `/home/{user}`: which segments of the client's path are the parameters. Envoy has
   * checked the rest of the path. `$default` has no parameters.
   */
  readonly path: string;
  /** Each comes after the parts that it reads from. */
  readonly parts: readonly AggregatedPart[];
  /** How long the whole answer may take. Parts that are not there by then have failed. */
  readonly timeoutMillis: number;
  /** How large the whole answer may get, in bytes of JSON. Parts that do not fit have failed. */
  readonly maxResponseBytes: number;
  /** Names of headers of the client's request, in lower case, that every part gets: identity, trace, and what the user names. */
  readonly forwardedHeaders: readonly string[];
}

export interface AggregatedPart {
  /** The name of its field in the answer: letters, digits, `_` and `-`. */
  readonly name: string;
  /** Who answers it, for logs, and the host of its requests. */
  readonly service: string;
  readonly method: string;
  /**
   * Put together, it begins with a slash. A value is one segment, or a piece of one, percent-encoded; of a greedy parameter, each of its
   * segments is encoded. A value that is empty, or by which a segment would be `.` or `..`, makes the part fail.
   */
  readonly path: readonly TextPiece[];
  /** A parameter is left out if one of its values is missing. */
  readonly query: Readonly<Record<string, readonly TextPiece[]>>;
  /** The JSON that it is sent; absent: no body. */
  readonly body?: JsonTemplate;
  /** Whether there is no answer without it: the client gets its status and, of a 4xx, its body in place of an answer. */
  readonly required: boolean;
  /** Of each of its requests. */
  readonly timeoutMillis: number;
  /** Of each of its responses. */
  readonly maxResponseBytes: number;
  /**
   * What stands in its place if it fails; absent: null. Other parts read from it, too. Of a part with `forEach`, it stands for the
   * whole if there is no array; an item that fails is null.
   */
  readonly fallback?: Json;
  /** One request for each item of an array, and an array of answers; absent: one request. */
  readonly forEach?: Iteration;
  /**
   * Names of fields of the answer, or of each object in it if it is an array: which stay, which go, and what they are then called.
   * Absent: all as they are. An answer of another shape (but null) makes the part fail.
   */
  readonly pick?: readonly string[];
  readonly drop?: readonly string[];
  readonly rename?: Readonly<Record<string, string>>;
}

export interface Iteration {
  readonly over: Reference;
  /** Items after that many are left out, and the answer is not complete. */
  readonly limit: number;
  /** How many requests run at a time. */
  readonly concurrency: number;
}

/** Literal text, which is as it is to be in a path or, in a query parameter, not encoded yet; or the text of a value. */
export type TextPiece = string | Reference;

/**
 * A value of the client's request, of another part's answer (before it is picked from), or of the item that a part runs for. A field of
 * an array is the position of an item, such as `0`.
 */
export type Reference =
  | { readonly from: 'path' | 'query'; readonly name: string }
  | { readonly from: 'part'; readonly part: string; readonly fields: readonly string[] }
  | { readonly from: 'item'; readonly fields: readonly string[] };

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** JSON with values filled in as they are: those of the client's request are strings. A value that is missing makes the part fail. */
export type JsonTemplate =
  { readonly value: Json } | { readonly reference: Reference } | { readonly fields: Readonly<Record<string, JsonTemplate>> };

/** In `PART_HEADER`. */
export function partKey(routeKey: string, part: string): string {
  return `${routeKey} ${part}`;
}
