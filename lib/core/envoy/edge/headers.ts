import {
  CLIENT_HOST_HEADER,
  CLIENT_IP_HEADER,
  CLIENT_PATH_HEADER,
  CONTEXT_HEADER_PREFIX,
  REQUEST_HEADER,
  ROUTE_HEADER,
  TOKEN_HEADER,
} from '../../model/edge-headers';
import { contextHeadersOf, identityHeadersOfAll } from '../../model/identity-headers';
import { untrustedTraceHeaders } from '../../model/observability/tracing';
import { EDGE_REMOVAL, TRACE_HEADER } from '../../model/pass-through-headers';
import type { EdgeTopology, Service, Topology } from '../../model/topology';
import type { HttpConnectionManager } from '../api/http-connection-manager';
import { continueTraceOfApiGateway } from './trace-of-api-gateway';
import { earlyHeaderMutation, joinLines, removeMatching, setHeader } from '../security/early-header-mutation';
import { anyOf, otherSpellings, prefixBut, prefixes, spellings, spellingsBut } from '../security/untrusted-headers';
import { LEAVING_HEADER } from '../traffic/liveness-checks';
import { LOCAL_REPLY_HEADER } from '../traffic/local-reply-marker';
import { headersOfRoutes } from '../traffic/matched-headers';
import { removeForeignMarks } from '../traffic/route-mark';

/** API Gateway's word about the client, each with one value that has no comma in it. */
export const SINGLE_HEADERS: readonly string[] = [CLIENT_IP_HEADER, CLIENT_HOST_HEADER, ROUTE_HEADER];

/** All of it; no service sees them. A path may have commas. */
export function edgeHeaders(edge: EdgeTopology): readonly string[] {
  const context = Object.values(contextHeadersOf(edge));
  return [...SINGLE_HEADERS, CLIENT_PATH_HEADER, ...(namesRequest(edge) ? [REQUEST_HEADER] : []), ...context];
}

/** Whether API Gateway gives the gateway the ID of the request. */
function namesRequest(edge: EdgeTopology): boolean {
  return edge.detailedErrors === true || Object.keys(contextHeadersOf(edge)).length > 0;
}

/** Of responses: what Envoys say to each other, and nobody outside of the mesh sees. */
export const HEADERS_OF_MESH: readonly string[] = ['x-envoy-upstream-service-time', LOCAL_REPLY_HEADER, LEAVING_HEADER];

/**
 * What a client says of its own address and of who it is, the headers that steer Envoy or override what API Gateway has looked at, ids of
 * requests and, where API Gateway makes no trace, decisions to record one are dropped, and X-Forwarded-* is made of what API
 * Gateway says.
 *
 * @param made names of headers that nobody but a program of the task may send
 */
export function trustOnlyApiGateway(
  topology: Topology,
  edge: EdgeTopology,
  targets: readonly Service[],
  made: readonly string[],
): Pick<HttpConnectionManager, 'early_header_mutation_extensions'> {
  const { tracing } = topology;
  const { api, passThroughHeaders } = edge;
  const { removed, always, alwaysPrefixes } = EDGE_REMOVAL;
  const named = [...always, ...removed].filter((name) => !api.beginsTraces || name !== TRACE_HEADER);
  return earlyHeaderMutation([
    // An empty value sets nothing: what came from outside must not stay in its place.
    removeMatching(
      anyOf([
        ...spellingsBut(passThroughHeaders, named),
        ...prefixes(alwaysPrefixes),
        ...spellings(made),
        // What a client sends in place of API Gateway's headers, under names that servers take for the same.
        ...otherSpellings(edgeHeaders(edge)),
        ...identities(edge, identityHeadersOfAll(topology)),
        ...spellings(untrustedTraceHeaders(tracing)),
      ]),
    ),
    ...(api.beginsTraces && tracing?.kind === 'openTelemetry' && tracing.joinsApiGateway ? continueTraceOfApiGateway() : []),
    setHeader('x-forwarded-for', `%REQ(${CLIENT_IP_HEADER})%`),
    setHeader('x-forwarded-host', `%REQ(${CLIENT_HOST_HEADER})%`),
    setHeader('x-forwarded-proto', 'https'),
    ...removeForeignMarks(targets),
    ...joinLines(headersOfRoutes(targets)),
  ]);
}

/** Who a client says that it is: to services, or to the gateway in place of API Gateway. */
function identities(edge: EdgeTopology, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const context = Object.values(contextHeadersOf(edge));
  return [
    ...spellings([...names, TOKEN_HEADER, ...(namesRequest(edge) ? [] : [REQUEST_HEADER])]),
    ...prefixBut(CONTEXT_HEADER_PREFIX, context),
  ];
}
