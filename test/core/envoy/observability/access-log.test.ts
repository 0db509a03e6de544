import { mesh, service } from '../../../support/parsing';
import { at, configurationOf, listener, textAt } from '../configuration';

const shop = mesh({ ui: service({ calls: ['cache'] }), cache: service({ port: 6379, protocol: 'tcp' }) });
const FORMAT = 'typed_config.log_format.json_format';
const EXPRESSION = 'filter.extension_filter.typed_config.expression';
const refused = (name: string) => at(listener(configurationOf(shop, name), '_inbound'), 'access_log.0');
const passed = (name: string, of: string) =>
  at(listener(configurationOf(shop, name), of), 'filter_chains.0.filters.0.typed_config.access_log.0');

test('a request names the caller who has proved it, a refused connection only one who claims it', () => {
  expect(Object.keys(at(passed('ui', '_inbound'), FORMAT) as object)).toContain('caller');
  expect(Object.keys(at(passed('cache', '_inbound'), FORMAT) as object)).toContain('caller');
  expect(Object.keys(at(refused('ui'), FORMAT) as object)).toEqual([
    'time',
    'direction',
    'claimed_caller',
    'details',
    'flags',
    'duration_ms',
    'downstream',
    'downstream_failure',
  ]);
});

test('a connection to a TCP service is either refused or logged as one', () => {
  expect(textAt(passed('cache', '_inbound'), EXPRESSION)).toBe(`!(${textAt(refused('cache'), EXPRESSION)})`);
});

test('who calls is known inbound only', () => {
  expect(Object.keys(at(passed('ui', 'cache'), FORMAT) as object)).not.toContain('caller');
  expect(at(passed('ui', '_inbound'), EXPRESSION)).toBeUndefined();
  expect(at(listener(configurationOf(shop, 'ui'), 'cache'), 'access_log')).toBeUndefined();
});

test('a collector that takes access logs gets those of connections and of failed handshakes, too, and no others than the log has', () => {
  const tracing = {
    kind: 'openTelemetry',
    accessLogs: true,
    collector: { kind: 'endpoint', host: 'otlp.example', port: 4317, protocol: 'grpc' },
  };
  const traced = { ...shop, tracing };
  const inbound = listener(configurationOf(traced, 'cache'), '_inbound');
  for (const place of ['access_log', 'filter_chains.0.filters.0.typed_config.access_log']) {
    expect(at(inbound, place)).toHaveLength(2);
    expect(textAt(at(inbound, place), '1.typed_config.@type')).toMatch(/OpenTelemetryAccessLogConfig$/);
    expect(textAt(at(inbound, place), `1.${EXPRESSION}`)).toBe(textAt(at(inbound, place), `0.${EXPRESSION}`));
  }
});
