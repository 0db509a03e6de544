import type { JsonObject } from '../../support/envoy-json';
import { mesh, seconds, service } from '../../support/parsing';
import { at, cluster, configurationOf, listener, textAt } from './configuration';

const MIB = 1024 * 1024;
const props = (orders: object = {}, all: object = {}): unknown =>
  mesh(
    { ui: service({ calls: ['orders'] }), orders: service({ calls: ['db'], ...orders }) },
    {
      external: { db: { host: 'db.example', port: 5432, protocol: 'tcp', tls: false } },
      edge: { kind: 'http', authorizer: { kind: 'none' }, routes: { $default: { service: 'ui' } } },
      ...all,
    },
  );

function heap(configuration: JsonObject): number {
  const monitors = at(configuration, 'overload_manager.resource_monitors') as readonly JsonObject[];
  return (
    Number(
      textAt(
        monitors.find(({ name }) => name === 'envoy.resource_monitors.fixed_heap'),
        'typed_config.max_heap_size_bytes',
      ),
    ) / MIB
  );
}

function connections(configuration: JsonObject): number {
  const layers = at(configuration, 'layered_runtime.layers') as readonly JsonObject[];
  return Number(
    layers
      .map((layer) => (layer['static_layer'] as JsonObject | undefined)?.['envoy.resource_limits.listener._inbound.connection_limit'])
      .find((limit) => limit !== undefined),
  );
}

test.each([
  [512, 128, 2304],
  [1024, 256, 4608],
  [2048, 512, 9000],
  [30_720, 7680, 9000],
])('a sidecar in a task of %i MiB has a heap of at most %i MiB, and takes %i connections of others', (memoryLimitMiB, mib, most) => {
  const configuration = configurationOf(
    props({ memoryLimitMiB, cpu: memoryLimitMiB > 8192 ? 4096 : memoryLimitMiB > 2048 ? 1024 : 256 }),
    'orders',
  );
  expect([heap(configuration), connections(configuration)]).toEqual([mib, most]);
  // All listeners together.
  expect(textAt(configuration, 'overload_manager.resource_monitors.0.typed_config.max_active_downstream_connections')).toBe('10000');
});

test('the gateway has half of its task, since its Envoy is almost alone in it', () => {
  expect(heap(configurationOf(props(), 'gateway'))).toBe(256);
});

test('calls of the own application and the admin interface meet no limit that others can exhaust', () => {
  const configuration = configurationOf(props(), 'orders');
  expect(listener(configuration, 'db')).toMatchObject({ ignore_global_conn_limit: true, bypass_overload_manager: true });
  expect(listener(configurationOf(props(), 'ui'), 'orders')).toMatchObject({
    ignore_global_conn_limit: true,
    bypass_overload_manager: true,
  });
  expect(at(configuration, 'admin.ignore_global_conn_limit')).toBe(true);
  expect(listener(configuration, '_inbound')).not.toHaveProperty('ignore_global_conn_limit');
});

test('what a caller does not read is held back in the application, what is sent again by the caller alone', () => {
  const configuration = configurationOf(props(), 'orders');
  expect(listener(configuration, '_inbound')['per_connection_buffer_limit_bytes']).toBe(32_768);
  expect(cluster(configuration, '_app')['per_connection_buffer_limit_bytes']).toBe(32_768);
  expect(listener(configurationOf(props(), 'ui'), 'orders')).not.toHaveProperty('per_connection_buffer_limit_bytes');
});

test('a connection whose caller has proved who it is ends after a day, or when the user says', () => {
  const age = (all: object): unknown =>
    at(
      listener(configurationOf(props({}, all), 'orders'), '_inbound'),
      'filter_chains.0.filters.0.typed_config.common_http_protocol_options.max_connection_duration',
    );
  expect(age({})).toBe('86400s');
  expect(age({ mesh: { provider: 'envoy', maxConnectionDuration: seconds(600) } })).toBe('600s');
  expect(age({ certificates: { kind: 'none' } })).toBeUndefined();
});

test('a TCP connection ends only where everybody who uses it says so', () => {
  const inbound = (timeout: object, callPolicies: object = {}): unknown =>
    at(
      listener(
        configurationOf(
          mesh({
            ui: service({ calls: ['cache'], callPolicies }),
            other: service({ calls: ['cache'] }),
            cache: service({ protocol: 'tcp', port: 6379, ...timeout }),
          }),
          'cache',
        ),
        '_inbound',
      ),
      'filter_chains.0.filters.0.typed_config.max_downstream_connection_duration',
    );
  expect(inbound({})).toBeUndefined();
  expect(inbound({ timeout: { stream: seconds(3600) } })).toBe('3600s');
  expect(inbound({ timeout: { stream: seconds(3600) } }, { cache: { timeout: { stream: seconds(7200) } } })).toBe('7200s');
  expect(inbound({ timeout: { stream: seconds(3600) } }, { cache: { timeout: { idle: seconds(60) } } })).toBeUndefined();
});
