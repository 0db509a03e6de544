import type { Chance } from './chance';
import type { HeaderMap } from './header-map';
import type { Fields } from './message';

/** How a request came to an Envoy. */
export interface Connection {
  readonly http2: boolean;
  readonly tls: boolean;
  /** The URI in the certificate of whoever sends, and in that of this side. */
  readonly peer?: string;
  readonly own?: string;
}

/** A request on its way through one Envoy, which changes its headers. */
export interface Exchange {
  readonly headers: HeaderMap;
  readonly bodyBytes: number;
  readonly connection: Connection;
  readonly chance: Chance;
  /** What filters have decided, for whoever wants to know. */
  readonly notes?: Note[];
}

/** What a filter has decided. */
export type Note =
  /** Of several policies of the filter, this one has the request; absent: it lets pass what none has. */
  | { readonly kind: 'allowed'; readonly filter: string; readonly policy?: string }
  | { readonly kind: 'answered'; readonly filter: string }
  | { readonly kind: 'delayed'; readonly filter: string; readonly seconds: number };

/** An Envoy answers by itself. */
export interface Answer {
  readonly kind: 'answered';
  readonly status: number;
  /** Of the answer to a gRPC call, whose HTTP status is always 200. */
  readonly grpcStatus?: number;
  /** What the access log has as details of the response. */
  readonly why: string;
  /** For how long a fault keeps it back; absent: not at all. */
  readonly delaySeconds?: number;
}

/** An Envoy sends the request on, and perhaps copies of it. */
export interface Forward {
  readonly kind: 'forwarded';
  readonly cluster: string;
  readonly headers: HeaderMap;
  readonly copies: readonly { readonly cluster: string; readonly headers: HeaderMap }[];
  /** Which route it took. */
  readonly route: string;
  /** As it stands in the configuration, and all among which it was the first that fits; absent of bytes. */
  readonly taken?: { readonly route: Fields; readonly among: readonly Fields[] };
  /** For how long somebody waits for the answer; absent: for ever. */
  readonly timeoutSeconds?: number;
  /** For how long a fault keeps it back; absent: not at all. */
  readonly delaySeconds?: number;
}

/** https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md */
const GRPC_STATUS: ReadonlyMap<number, number> = new Map([
  [400, 13],
  [401, 16],
  [403, 7],
  [404, 12],
  [429, 14],
  [502, 14],
  [503, 14],
  [504, 14],
]);

export function isGrpc(headers: HeaderMap): boolean {
  return /^application\/grpc(\+|$)/.test(headers.get('content-type') ?? '');
}

export function answer({ headers }: Exchange, status: number, why: string, grpcStatus?: number): Answer {
  return isGrpc(headers)
    ? { kind: 'answered', status: 200, grpcStatus: grpcStatus ?? GRPC_STATUS.get(status) ?? 2, why }
    : { kind: 'answered', status, why };
}

/** What stands in the place of what nobody can know beforehand. */
export const MADE_UP = {
  requestId: '(a request id)',
  trace: '(a trace)',
  traceparent: '(a trace context)',
  hash: '(a hash)',
  address: '(an address)',
} as const;
