import type { Raw } from '../../support/parsing';
import { mesh, parse, service } from '../../support/parsing';

const edge = (name: string): Raw =>
  mesh(
    { ui: service() },
    { edge: { kind: 'http', authorizer: { kind: 'none' }, routes: { $default: { service: 'ui' } }, passThroughHeaders: [name] } },
  );

test.each([
  ['x-reqest-id', /does not remove this header/, 'write "x-request-id"'],
  ['X-HTTP-Method-Override ', /is not the name of a header/, 'write "x-http-method-override"'],
  ['x_request_id', /only as they are spelled with hyphens/, 'write "x-request-id"'],
  ['x-custom', /does not remove this header/, 'remove the entry'],
  ['x-forwarded-for', /always removes this header/, 'remove the entry'],
  ['x_forwarded_for', /always removes this header/, 'remove the entry'],
  ['x-real_ip', /always removes this header/, 'remove the entry'],
  ['x-amzn-oidc-data', /always removes this header/, 'remove the entry'],
  ['x-envoy-retry-on', /always removes this header/, 'remove the entry'],
])('fails if the edge is to pass on %j, and says what to do', (name, message, fix) => {
  expect(parse(edge(name)).issues).toMatchObject([
    { path: 'edge.passThroughHeaders[0]', message: expect.stringMatching(message) as string, fix },
  ]);
});

test('a service always removes who calls and what steers Envoy, and nothing that the edge makes', () => {
  const messageOf = (name: string): string | undefined => parse(mesh({ ui: service({ passThroughHeaders: [name] }) })).issues[0]?.message;
  expect(messageOf('x-forwarded-client-cert')).toMatch(/^a service always removes/);
  expect(messageOf('x-envoy-internal')).toMatch(/^a service always removes/);
  expect(messageOf('x-forwarded-for')).toMatch(/^a service does not remove this header: it arrives unchanged/);
  expect(messageOf('x-original-url')).toBeUndefined();
});
