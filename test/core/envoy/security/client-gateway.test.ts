import { client, mesh, service } from '../../../support/parsing';
import { at, configurationOf } from '../configuration';

test('a client that calls itself a health check of Envoy is refused, whatever it calls: it would meet no limits of the service', () => {
  const configuration = configurationOf(
    mesh(
      { orders: service({ rateLimits: { all: { requests: 1 } } }), web: service({ protocol: 'grpc' }) },
      { clients: { report: client({ calls: ['orders', 'web'] }) } },
    ),
    'client-gateway',
  );
  const hosts = at(configuration, 'static_resources.listeners.0.filter_chains.0.filters.0.typed_config.route_config.virtual_hosts');
  const first = (hosts as readonly object[]).map((host) => [at(host, 'name'), at(host, 'routes.0')]);
  const refusal = {
    match: { prefix: '/', headers: [{ name: 'user-agent', string_match: { exact: 'Envoy/HC' } }] },
    direct_response: { status: 400 },
  };
  expect(first).toEqual([
    ['orders', refusal],
    ['web', refusal],
  ]);
});
