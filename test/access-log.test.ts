import { accessLog, failedHandshakes } from '../lib/core/envoy/observability/access-log';
import type { AccessLog } from '../lib/core/envoy/api/access-log';
import type { ListenerDirection } from '../lib/core/envoy/observability/direction';
import type { ProtocolId } from '../lib/core/model/topology';
import { textOf } from './support/pages';

/** Complete: a direction that is missing does not compile. */
const EVERY: Readonly<Record<ListenerDirection, true>> = {
  inbound: true,
  outbound: true,
  edge: true,
  client: true,
  'load-balancer': true,
  parts: true,
};
const DIRECTIONS = Object.keys(EVERY) as readonly ListenerDirection[];
const PROTOCOLS: readonly ProtocolId[] = ['http', 'http2', 'grpc', 'tcp'];

function fieldsOf(logs: readonly AccessLog[]): readonly string[] {
  return logs.flatMap((log) => Object.keys((log.typed_config as { log_format?: { json_format?: object } }).log_format?.json_format ?? {}));
}

const OWNER = { service: 'orders', tracing: undefined };

/** What a listener of each direction can log: callers prove themselves inbound, and versions are chosen on the way out. */
function optionsOf(direction: ListenerDirection): readonly Parameters<typeof accessLog>[0][] {
  return PROTOCOLS.flatMap((protocol) => [
    {
      ...OWNER,
      protocol,
      direction,
      peer: 'orders',
      authenticated: direction === 'inbound' || direction === 'client',
      versions: direction === 'outbound' || direction === 'edge' || direction === 'client',
    },
    { ...OWNER, protocol, direction, peer: 'orders', external: direction === 'outbound' },
  ]);
}

test('docs/workloads.md lists the fields of the access log, and in which lines they are', () => {
  const found = new Map<string, Set<ListenerDirection>>();
  const add = (direction: ListenerDirection, fields: readonly string[]): void => {
    for (const field of fields) found.set(field, (found.get(field) ?? new Set()).add(direction));
  };
  for (const direction of DIRECTIONS) for (const options of optionsOf(direction)) add(direction, fieldsOf(accessLog(options)));
  for (const direction of ['inbound', 'client'] as const) add(direction, fieldsOf(failedHandshakes(direction, OWNER)));

  const section = textOf('docs/workloads.md').split('### Fields of the access log')[1]?.split('\n## ')[0] ?? '';
  const rows = [...section.matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm)].map(([, field, lines]) => [field, lines]);
  const expected = [...found].map(([field, directions]) => [
    field,
    directions.size === DIRECTIONS.length
      ? 'all'
      : DIRECTIONS.filter((direction) => directions.has(direction))
          .map((direction) => `\`${direction}\``)
          .join(', '),
  ]);
  expect(new Map(rows as [string, string][])).toEqual(new Map(expected as [string, string][]));
});
