import { AUTHENTICATION_HEADERS, FORWARDED_BY_LOAD_BALANCER, LOAD_BALANCER_REMOVAL } from '../../model/pass-through-headers';
import { untrustedTraceHeaders } from '../../model/observability/tracing';
import type { LoadBalancerTarget, Service, Topology } from '../../model/topology';
import type { HttpConnectionManager } from '../api/http-connection-manager';
import type { HeaderChanges } from '../api/route';
import { markClients } from './checks';
import { headersOfFaults } from '../traffic/matched-headers';
import { earlyHeaderMutation, joinLines, removeMatching, setHeader } from '../security/early-header-mutation';
import { anyOf, prefixBut, prefixes, spellings, spellingsBut } from '../security/untrusted-headers';

const FORWARDED = 'x-forwarded-';

/**
 * What a client says of itself, of its way, or to the mesh is dropped, as at an edge. Of `X-Forwarded-*` stays what an Application Load
 * Balancer writes: scheme and port, and the last of the addresses, which is the one that it has seen.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html
 */
export function trustOnlyLoadBalancer(
  { tracing }: Pick<Topology, 'tracing'>,
  service: Service,
  target: LoadBalancerTarget,
  identityHeaders: readonly string[],
): Pick<HttpConnectionManager, 'early_header_mutation_extensions'> {
  const { kind, passThroughHeaders } = target;
  const { removed, always, alwaysPrefixes } = LOAD_BALANCER_REMOVAL[kind];
  // AWS adds names to those of users and certificates, so unknown ones go, too, unless one of them is asked for.
  const families = alwaysPrefixes.filter((prefix) => prefix !== FORWARDED && !passThroughHeaders.some((name) => name.startsWith(prefix)));
  return earlyHeaderMutation([
    removeMatching(
      anyOf([
        ...spellings([...always, ...identityHeaders, ...untrustedTraceHeaders(tracing)]),
        ...spellingsBut(
          passThroughHeaders,
          removed.filter((name) => !families.some((prefix) => name.startsWith(prefix))),
        ),
        ...prefixes(families),
        ...prefixBut(FORWARDED, kind === 'application' ? FORWARDED_BY_LOAD_BALANCER : []),
      ]),
    ),
    ...markClients(target),
    setHeader('x-forwarded-host', '%REQ(:AUTHORITY)%'),
    ...joinLines(headersOfFaults(service)),
  ]);
}

/**
 * One address in place of a list whose first ones a client has written. Envoy takes the last one for the client's, or, without a list,
 * the other side of the connection.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-forwarded-for
 */
export const CLIENT_ADDRESS: Pick<HeaderChanges, 'request_headers_to_add'> = {
  request_headers_to_add: [
    {
      header: { key: 'x-forwarded-for', value: '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%' },
      append_action: 'OVERWRITE_IF_EXISTS_OR_ADD',
    },
  ],
};

/** Those of a load balancer that let a client in, which the application gets. */
export function credentialsOf({ passThroughHeaders }: LoadBalancerTarget): readonly string[] {
  return passThroughHeaders.filter((name) => AUTHENTICATION_HEADERS.includes(name));
}
