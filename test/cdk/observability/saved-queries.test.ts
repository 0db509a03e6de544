import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { renderSavedQueries } from '../../../lib/cdk/observability/saved-queries';
import { SAVED_QUERIES } from '../../../lib/core/plan/observability/saved-queries';
import type { LogEvent } from '../../support/logs-insights/run-query';
import { runQuery } from '../../support/logs-insights/run-query';

const texts = textsByTitle();

function textsByTitle(): ReadonlyMap<string, string> {
  const stack = new Stack();
  renderSavedQueries(new Construct(stack, 'Shop'), SAVED_QUERIES, new LogGroup(stack, 'Logs'));
  const found = Template.fromStack(stack).findResources('AWS::Logs::QueryDefinition');
  return new Map(
    Object.values(found).map((resource) => {
      const { Name: name, QueryString: text } = resource['Properties'] as { readonly Name: string; readonly QueryString: string };
      return [name.split('/').at(-1) ?? name, text];
    }),
  );
}

const event = (service: string, at: number, fields: object, container = 'envoy'): LogEvent => ({
  stream: `${service}/${container}/0123456789abcdef`,
  text: JSON.stringify(fields),
  at,
});

/** As real Envoys and agents write them; `test/e2e/runbook.e2e.ts` has the lines of those that run. */
const EVENTS: readonly LogEvent[] = [
  event('ui', 1000, { direction: 'outbound', peer: 'carts', status: 503, flags: 'UH', details: 'no_healthy_upstream', duration_ms: 1 }),
  event('ui', 2000, { direction: 'outbound', peer: 'carts', status: 503, flags: 'UH', details: 'no_healthy_upstream', duration_ms: 2 }),
  event('ui', 3000, {
    direction: 'outbound',
    peer: 'carts',
    status: 200,
    flags: '-',
    details: 'via_upstream',
    duration_ms: 9,
    attempts: 2,
  }),
  event('carts', 4000, { direction: 'inbound', status: 403, flags: '-', details: 'rbac_access_denied', caller: 'ads' }),
  event('carts', 5000, { direction: 'inbound', status: 404, flags: '-', details: 'via_upstream', caller: 'ui', duration_ms: 3 }),
  event('queue', 6000, { direction: 'inbound', flags: 'UF', duration_ms: 4 }),
  event('queue', 7000, { direction: 'inbound', flags: '-', duration_ms: 5, downstream_failure: 'TLS error', claimed_caller: 'ads' }),
  event('carts', 8000, { level: 'warn', message: 'the certificate in use is kept', reason: 'network', why: 'timeout' }, 'mesh-agent'),
  event('carts', 9000, { level: 'info', message: 'stopping' }, 'mesh-agent'),
  event('gateway', 61_000, {
    direction: 'edge',
    status: 200,
    flags: '-',
    details: 'via_upstream',
    duration_ms: 7,
    request_id: 'REQUEST-ID',
  }),
  {
    stream: 'shop/weight-shifter',
    text: JSON.stringify({ level: 'info', message: 'weights moved', function: 'weight-shifter', service: 'orders', why: 'all is well' }),
    at: 70_000,
  },
  { stream: 'ui/application/0123456789abcdef', text: 'plain text of an application', at: 62_000 },
];

const EXPECTED: Readonly<Record<string, readonly object[]>> = {
  'Failed requests': [
    { '@timestamp': '1970-01-01T00:00:06.000Z', service: 'queue', direction: 'inbound', flags: 'UF' },
    { '@timestamp': '1970-01-01T00:00:02.000Z', service: 'ui', peer: 'carts', status: 503, flags: 'UH', task: '0123456789abcdef' },
    { '@timestamp': '1970-01-01T00:00:01.000Z', service: 'ui', peer: 'carts' },
  ],
  'Failures by call': [
    { service: 'ui', direction: 'outbound', peer: 'carts', status: 503, flags: 'UH', details: 'no_healthy_upstream', failures: 2 },
    { service: 'queue', direction: 'inbound', flags: 'UF', failures: 1 },
  ],
  'Slowest calls': [
    { service: 'ui', direction: 'outbound', peer: 'carts', requests: 3, p50: 2, p99: 9, slowest: 9 },
    { service: 'gateway', direction: 'edge', requests: 1, p50: 7 },
    { service: 'carts', direction: 'inbound', requests: 2, p99: 3 },
  ],
  'Refused requests': [{ service: 'carts', caller: 'ads', status: 403, details: 'rbac_access_denied', refused: 1 }],
  'Failed TLS handshakes': [{ service: 'queue', claimed_caller: 'ads', downstream_failure: 'TLS error', handshakes: 1 }],
  'Retried requests': [{ service: 'ui', peer: 'carts', status: 200, flags: '-', retried: 1, most: 2 }],
  'One request at every Envoy': [{ service: 'gateway', direction: 'edge', status: 200 }],
  'Responses to clients': [{ minute: '1970-01-01T00:01:00.000Z', service: 'gateway', status: 200, responses: 1, p99: 7 }],
  'Warnings of the mesh agent': [{ service: 'carts', level: 'warn', reason: 'network', why: 'timeout', container: 'mesh-agent' }],
  'Shifts of weights': [{ service: 'orders', message: 'weights moved', why: 'all is well' }],
  'Starts and stops of tasks': [{ service: 'carts', message: 'stopping' }],
};

test('there is an expectation for each query', () => {
  expect([...texts.keys()].sort()).toEqual(Object.keys(EXPECTED).sort());
});

test.each(Object.keys(EXPECTED))('%s: has what somebody on call asks for', (title) => {
  const rows = runQuery(texts.get(title) ?? '', EVENTS);
  expect(rows).toHaveLength(EXPECTED[title]?.length ?? -1);
  expect(rows).toMatchObject(EXPECTED[title] ?? []);
});

describe('the interpreter of queries', () => {
  test.each(['filter a ~ 1', 'explode a', 'stats median(a) by b', 'filter a = 1 b', 'parse a', 'filter strlen(a) > 1'])(
    'fails if it does not know what it reads: %s',
    (query) => {
      expect(() => runQuery(query, EVENTS)).toThrow();
    },
  );
});
