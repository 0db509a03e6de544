import type { Limit } from '../limits/limit';
import type { LimitUse } from '../limits/use';
import type { Nestable, ParsedKey } from '../model/edge-routes';
import type { Schema, ServerObject } from '../model/openapi-document';
import type { ApiTraits, AuthorizerKind, Cors, EdgeAuthorizer, EdgeRoute, EdgeTopology, IdentityHeader, Topology } from '../model/topology';
import type { Reader } from '../reading/reader';
import type { EdgeCapabilities } from './features';

/**
 * A kind of edge: a module of its own, which nothing but the registry (kinds.ts) knows. Pure; what it plans is rendered in a
 * folder of the same name in lib/cdk/edges.
 *
 * Whatever stands before the gateway service overwrites four headers in every request, since the gateway goes by them alone: which
 * route was matched (and its authorizer asked), the client's address, and the host and the path that it called. They are in
 * lib/core/model/edge-headers.ts; test/compliance looks for them in the plan of each kind. What cannot, has a port of the gateway for
 * each authorizer (`ApiTraits.ports`), and the gateway removes these headers.
 */
export interface EdgeKind<Options = unknown, Api = unknown> {
  /** How the props and the plan name it, such as `http`. */
  readonly id: string;
  /** How users write it, such as `Edge.httpApi()`. */
  readonly factory: string;
  /** What it can do, and why not what it cannot: errors, tests and the table in docs/edge.md come from here. */
  readonly capabilities: EdgeCapabilities;
  /** Its options, beside those that all kinds have, each with why other kinds do not have it. */
  readonly options: Readonly<Record<string, string>>;
  /** Reads its options, and adds an issue for what is wrong with them. */
  parse(at: Reader, routes: readonly EdgeRoute[]): Options;
  /**
   * How long a `timeout` can be that the gateway service keeps, since the API has none that could be set; absent: the API keeps it, or
   * there is none.
   */
  readonly gatewayTimeout?: Limit;
  /** How long a `timeout` can be for a response that is not streamed; absent: as long as for one that is. */
  readonly bufferedTimeout?: Limit;
  /**
   * The largest body that it passes on, of requests and of responses, so that no route takes or returns a larger one. Absent: bodies of any
   * size, and the memory of the gateway service bounds those that it must hold (held-bodies.ts).
   */
  readonly largestBody?: number;
  /**
   * Whether its API maps what it knows of a client behind the ID of the request (lib/core/model/edge-headers.ts), so that any of it may be
   * absent. If not, it may say only what never is.
   */
  readonly provesContext?: true;
  /** Whether its JWT authorizers must be told where an issuer has its keys: `jwksUri`. If not, they ask the issuer. */
  readonly needsKeys?: true;
  /** What it tells services of each request beside what authorizers do, in headers that no client can send. */
  readonly tells?: readonly IdentityHeader[];
  /** Names of those headers that are the same for all clients, so that no limit can go by them. */
  readonly tellsAll?: readonly string[];
  /** Present if its VPC link is one of version 1, of which an account has others. */
  readonly linkVersion1?: true;
  /** How it writes routes; absent: a method and a path. */
  readonly routes?: RouteSyntax;
  /** The name of its stage, unless `stageName` is set. */
  readonly defaultStage: string;
  /** Adds an issue if an authorizer does not meet the requirements of this kind. */
  checkAuthorizer(authorizer: AuthorizerKind, at: Reader): void;
  /** Adds an issue for routes that it would not take. */
  checkRoutes(routes: readonly DraftRoute[], cors: Cors | undefined, at: Reader): void;
  /** Which of two routes it tries first. */
  compareRoutes(a: ParsedKey, b: ParsedKey): number;
  /** What the gateway service must know of the API. */
  traits(routes: readonly EdgeRoute[], cors: Cors | undefined, authorizers: readonly EdgeAuthorizer[]): ApiTraits;
  /**
   * What it passes on at most, or what a route of it does; `warnOfLimits` (limits.ts) compares it with what the services behind it allow.
   */
  limits(options: Options, route?: EdgeRoute): EdgeLimits;
  /** The only hosts by which clients may call, where it asks for that: names, or `*.` with the rest of one. */
  hosts?(options: Options): readonly string[] | undefined;
  /** How much of what AWS gives an API it takes. */
  uses(edge: EdgeTopology<Options>): readonly LimitUse[];
  /** Which paths could stand in nested stacks; undefined: the API has few resources. */
  nestable?(edge: EdgeTopology<Options>): Nestable | undefined;
  /** Present if what it takes are no HTTP requests of clients, so that no OpenAPI document can say it. */
  readonly undocumented?: string;
  /** What the OpenAPI document of an edge says of its API beside what is so for each kind; absent: nothing. */
  describe?(edge: EdgeTopology<Options>): ApiDescription;
  /** What its API consists of. */
  plan(topology: Topology, edge: EdgeTopology<Options>): Api;
}

/** How a kind writes its routes where they are no methods and paths. */
export interface RouteSyntax {
  /** Options that its routes have beside those of all kinds. */
  readonly fields: readonly string[];
  /** The request that the gateway service gets of a route. */
  parse(key: string, at: Reader): ParsedKey | undefined;
  /** The one route whose authorizer decides for all of them. */
  readonly gate: string;
  /** Those that tell of what has happened already. */
  readonly uncounted: readonly string[];
  /** Whether the response of the service goes back to the client, where a route says so. */
  answers(key: string, at: Reader): boolean;
}

export interface ApiDescription {
  /** Where clients reach it by the name that AWS gives it. */
  readonly server: ServerObject;
  /** The body of its own errors. */
  readonly error: Schema;
  /** Whether an `ANY` route gets OPTIONS requests: not where something before the service answers them, as preflight requests. */
  takesOptions(route: EdgeRoute): boolean;
}

/** Each value with its source, where a kind states it. */
export interface EdgeLimits {
  /** How long the API waits for a response; absent: as long as the service takes. */
  readonly requestSeconds?: number;
  /** How much of that every account gets; more is a quota that AWS raises on request. Absent: all of it. */
  readonly quotaSeconds?: number;
  /** What a user can do about that. */
  readonly longerWaits?: LongerWaits;
  /** For how long nothing may be sent of a response that is streamed; absent: it is not streamed, or for ever. */
  readonly streamIdleSeconds?: number;
  /** What a user can do about that, such as `set idleTimeout of the edge`. Absent: nothing. */
  readonly longerSilence?: string;
  /** The largest body of a request; absent: any. */
  readonly payloadBytes?: number;
  /** All headers of a request together; absent: any. */
  readonly requestHeaderBytes?: number;
  /** Of a response. */
  readonly responseHeaderBytes?: number;
  readonly webSockets: boolean;
}

/** Parts of what a warning advises. */
export interface LongerWaits {
  /** Such as `stream the response`. */
  readonly choices: readonly string[];
  /** A sentence without a full stop, for what this kind cannot do. */
  readonly note?: string;
}

/** A route with its place in the props. */
export interface DraftRoute extends ParsedKey {
  readonly at: Reader;
  /** What says it, where that is not its place in the props: a method, with its place in a .proto file. */
  readonly source?: string;
  readonly route: EdgeRoute;
}
