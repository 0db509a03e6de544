import { OF_MESH, EDGE_REMOVAL, FORWARDED_BY_LOAD_BALANCER } from '../../model/pass-through-headers';
import { identityHeadersOfAll } from '../../model/identity-headers';
import { untrustedTraceHeaders } from '../../model/observability/tracing';
import type { EdgeTopology, Service, Topology } from '../../model/topology';
import type { HttpConnectionManager } from '../api/http-connection-manager';
import { markClients } from './checks';
import { earlyHeaderMutation, joinLines, removeMatching, setHeader } from '../security/early-header-mutation';
import { anyOf, prefixBut, prefixes, spellings, spellingsBut } from '../security/untrusted-headers';
import { headersOfRoutes } from '../traffic/matched-headers';
import { removeForeignMarks } from '../traffic/route-mark';

const FORWARDED = 'x-forwarded-';
const LOGIN = 'x-amzn-oidc-';

/** As for a service that a load balancer of the user's own leads to. */
export const APPLICATION = { kind: 'application', passThroughHeaders: [] } as const;

/**
 * What an edge drops of a request, and with it every header by which API Gateway would speak to the gateway, since a load balancer sets
 * none of them. Of `X-Forwarded-*` stays what the load balancer writes, of whose list of addresses the last one is the client's.
 *
 * @param made names of headers that nobody but a program of the task may send
 * @param ofLogin those that the load balancer sets, since it has had the user log in
 */
export function trustOnlyLoadBalancerOfEdge(
  topology: Topology,
  { passThroughHeaders }: EdgeTopology,
  targets: readonly Service[],
  made: readonly string[],
  ofLogin: readonly string[],
): Pick<HttpConnectionManager, 'early_header_mutation_extensions'> {
  const { removed, always, alwaysPrefixes } = EDGE_REMOVAL;
  return earlyHeaderMutation([
    removeMatching(
      anyOf([
        ...spellingsBut(passThroughHeaders, removed),
        ...spellings([...always, ...made, ...identityHeadersOfAll(topology), ...untrustedTraceHeaders(topology.tracing)]),
        ...prefixes([...alwaysPrefixes.filter((prefix) => prefix !== FORWARDED && prefix !== LOGIN), ...OF_MESH]),
        ...prefixBut(FORWARDED, FORWARDED_BY_LOAD_BALANCER),
        ...prefixBut(LOGIN, ofLogin),
      ]),
    ),
    ...markClients(APPLICATION),
    setHeader('x-forwarded-host', '%REQ(:AUTHORITY)%'),
    ...removeForeignMarks(targets),
    ...joinLines(headersOfRoutes(targets)),
  ]);
}
