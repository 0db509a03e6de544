import { detailedErrors, requestIdFilter } from '../../../../lib/core/envoy/edge/errors';
import { edgeHeaders } from '../../../../lib/core/envoy/edge/headers';
import type { EdgeTopology } from '../../../../lib/core/model/topology';
import type { Raw } from '../../../support/parsing';
import { mesh, service, topologyOf } from '../../../support/parsing';

function edgeOf(more: Raw): EdgeTopology {
  const edge = { kind: 'rest', authorizer: { kind: 'none' }, routes: { 'GET /': { service: 'ui' } }, ...more };
  return topologyOf(mesh({ ui: service() }, { edge })).edges[0];
}

test('no error of the gateway is changed unless it is asked for', () => {
  const edge = edgeOf({});
  expect([detailedErrors(edge), requestIdFilter(edge)]).toEqual([[], []]);
  expect(edgeHeaders(edge)).not.toContain('x-edge-request');
});

test('each status has one form, the special ones before those of their class, and no error of gRPC is touched', () => {
  const edge = edgeOf({ detailedErrors: true });
  const forms = detailedErrors(edge).map(({ filter, body_format_override: body }) => ({
    expression: JSON.stringify(filter).replace(/.*response\.code ([<>=]+ \d+) && (!\().*/, '$1 $2'),
    type: body?.json_format['type'],
  }));
  const expressions = forms.map(({ expression }) => expression);
  expect(expressions.every((expression) => expression.endsWith(' !('))).toBe(true);
  expect(expressions.indexOf('== 429 !(')).toBeLessThan(expressions.indexOf('< 500 !('));
  expect(expressions.indexOf('== 504 !(')).toBeLessThan(expressions.indexOf('>= 500 !('));
  expect(forms.at(-1)).toEqual({ expression: '>= 500 !(', type: 'DEFAULT_5XX' });
});

test('the ID of the request is kept before its header goes', () => {
  const edge = edgeOf({ detailedErrors: true });
  expect(JSON.stringify(requestIdFilter(edge))).toContain('%REQ(x-edge-request)%');
  expect(edgeHeaders(edge)).toContain('x-edge-request');
});
