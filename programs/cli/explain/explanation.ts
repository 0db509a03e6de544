import type { Request } from '../../simulator/simulate';

/** What users ask: who calls, and whom. */
export type Question = Asked &
  (
    | { readonly from: 'service'; readonly caller: string; readonly callee: string }
    /** In front of an edge; of several, that of this name. */
    | { readonly from: 'client'; readonly edge: string | undefined }
    /** Over a connection of a WebSocket API, to the route of this key; method and path are those of its integration. */
    | { readonly from: 'message'; readonly edge: string; readonly route: string }
    /** One of `clients`, outside of the mesh. */
    | { readonly from: 'outside'; readonly caller: string; readonly callee: string }
    /** Of TCP, which has no requests: method and path are empty. */
    | { readonly from: 'connection'; readonly caller: string; readonly callee: string }
  );

interface Asked {
  readonly method: string;
  /** With the query string. */
  readonly path: string;
  readonly headers: Readonly<Record<string, readonly string[]>>;
}

/** A question of one kind. */
export type QuestionFrom<Kind extends Question['from']> = Extract<Question, { readonly from: Kind }>;

/** Something that happens to the request. */
export interface Fact {
  readonly text: string;
  /** Where the props say so. */
  readonly path?: string;
}

export interface Stage {
  /** Whose work it is, such as `edge default` or `proxy of orders`. */
  readonly at: string;
  readonly facts: readonly Fact[];
}

/** Where the request, or its share, arrives. */
export interface Arrival {
  /** Name of the service, of what is outside of the mesh, or of the gateway service that puts an answer together. */
  readonly to: string;
  readonly version?: string;
  readonly percent?: number;
  /** As the application sees them. */
  readonly method: string;
  readonly path: string;
}

/** Who answers in place of the service. */
export interface Refusal {
  /** HTTP status; absent: nobody answers. */
  readonly status?: number;
  readonly grpcStatus?: number;
  /** Where the props say so. */
  readonly by: string;
  readonly why: string;
}

export interface Explanation {
  /** `answered`: with a status below 400, in place of the service. `unreachable`: no connection. */
  readonly verdict: 'allowed' | 'answered' | 'refused' | 'unreachable';
  /** In one line. */
  readonly summary: string;
  readonly reaches: readonly Arrival[];
  /** Of a request that is not allowed. */
  readonly refusal?: Refusal;
  /** What may become of an allowed request all the same, by limits and faults. */
  readonly mayBe: readonly Refusal[];
  /** What the API asks for in front: its authorizer, if that is not `none`. */
  readonly needs: readonly Fact[];
  readonly atMostSeconds?: number;
  readonly attempts?: number;
  readonly copies: readonly string[];
  readonly stages: readonly Stage[];
  readonly warnings: readonly Fact[];
  /** What the first Envoy gets; absent: no Envoy gets anything. */
  readonly sent?: Request;
}
