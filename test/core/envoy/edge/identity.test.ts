import { LOAD_BALANCER_LISTENER } from '../../../../lib/core/envoy/load-balancer-listener';
import { identityHeadersOf } from '../../../../lib/core/model/identity-headers';
import { planSystem } from '../../../../lib/core/plan-system';
import { IssueList } from '../../../../lib/core/reading/issues';
import { fullMatch } from '../../../../programs/simulator/regex';
import type { Raw } from '../../../support/parsing';
import { jwt, mesh, service, topologyOf } from '../../../support/parsing';
import { cluster, configurationOf, listener, textAt } from '../configuration';

const claims = { ...jwt, jwksUri: 'https://keys.example.com:8443/keys', claimsToHeaders: { 'X-User-Id': 'sub' } };
const edge = (authorizer: unknown, name = 'ui'): Raw => ({ kind: 'http', authorizer, routes: { 'GET /': { service: name } } });
const system = (edges: Raw): Raw => mesh({ ui: service({ loadBalancerTarget: { kind: 'application' } }), orders: service() }, { edges });
const MANAGER = 'filter_chains.0.filters.0.typed_config';
const MUTATION = `${MANAGER}.early_header_mutation_extensions.0.typed_config.mutations.0`;
const REMOVED = `${MUTATION}.remove_on_match.key_matcher.safe_regex.regex`;

test('the model knows the identity headers of an edge', () => {
  const { edges } = topologyOf(system({ default: edge(claims), open: edge({ kind: 'none' }) }));
  expect(edges.map(identityHeadersOf)).toEqual([['x-user-id'], []]);
});

test('an edge and a load balancer remove the identity headers of another edge', () => {
  const props = system({ default: edge({ kind: 'none' }), other: edge(claims, 'orders') });
  for (const [task, name] of [
    ['gateway', 'edge'],
    ['ui', LOAD_BALANCER_LISTENER],
  ] as const) {
    const pattern = textAt(listener(configurationOf(props, task), name), REMOVED);
    for (const spelling of ['x-user-id', 'x_user_id', 'x-user_id', 'x.user.id']) expect(fullMatch(pattern, spelling, task)).toBe(true);
    expect(fullMatch(pattern, 'x-user', task)).toBe(false);
  }
});

test('a system without identity headers removes nothing for them', () => {
  const pattern = textAt(listener(configurationOf(system({ default: edge(jwt) }), 'gateway'), 'edge'), REMOVED);
  for (const name of ['x-user-id', 'x-edge-token', 'x-edge-identity-a']) expect(fullMatch(pattern, name, 'gateway')).toBe(false);
});

test('the keys of an issuer come from its host alone, by TLS that public authorities vouch for', () => {
  expect(cluster(configurationOf(system({ default: edge(claims) }), 'gateway'), '_jwks-jwt')).toMatchObject({
    load_assignment: {
      endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: 'keys.example.com', port_value: 8443 } } } }] }],
    },
    transport_socket: {
      typed_config: {
        sni: 'keys.example.com',
        common_tls_context: { validation_context: { match_typed_subject_alt_names: [{ matcher: { exact: 'keys.example.com' } }] } },
      },
    },
  });
});

test('tasks of the gateway service may connect to the port of the keys, and no other task may', () => {
  const issues = new IssueList();
  const { workloads } = planSystem(topologyOf(system({ default: edge(claims) })), issues);
  expect(Object.fromEntries(workloads.map(({ name, egressPorts }) => [name, egressPorts?.includes(8443)]))).toEqual({
    gateway: true,
    orders: false,
    ui: false,
  });
});
