/**
 * Connection managers with everything in them that the simulator knows, also what this library does not (yet) write, and
 * requests that come near what they match. A real Envoy takes the same.
 */
import fc from 'fast-check';
import type { Json, JsonObject } from '../support/envoy-json';
import { extension } from '../support/envoy-json';
import type { Request } from '../../programs/simulator/simulate';

/** Names of the clusters that there are. */
export const CLUSTERS = ['one', 'two'] as const;

const FILTERS = 'envoy.extensions.filters.http';
/** All lines of a header become one. */
const JOINED: JsonObject = {
  append: { header: { key: 'x-two', value: '%CEL(request.headers["x-two"])%' }, append_action: 'OVERWRITE_IF_EXISTS' },
};
const oneIn = <T, N = undefined>(times: number, arbitrary: fc.Arbitrary<T>, otherwise?: N): fc.Arbitrary<T | N> =>
  fc.oneof({ weight: times - 1, arbitrary: fc.constant(otherwise as N) }, { weight: 1, arbitrary });
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => oneIn(2, arbitrary);
const given = (fields: Readonly<Record<string, Json | undefined>>): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, Json] => entry[1] !== undefined));
const record = (fields: Readonly<Record<string, fc.Arbitrary<Json | undefined>>>): fc.Arbitrary<JsonObject> => fc.record(fields).map(given);
const one = <T extends Json>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

const text = record({
  pattern: one<JsonObject>(
    { exact: 'alpha' },
    { exact: '/a/b' },
    { prefix: 'al' },
    { prefix: '/a' },
    { suffix: 'a' },
    { contains: 'lph' },
    { safe_regex: { regex: '[a-z]+' } },
    { safe_regex: { regex: String.raw`(?i)A.*|\d+` } },
    { safe_regex: { regex: '/a/[^/?]+' } },
  ),
  ignore_case: maybe(fc.constant(true)),
}).map(({ pattern, ignore_case: fold }) => ({
  ...(pattern as JsonObject),
  ...(fold === undefined || 'safe_regex' in (pattern as JsonObject) ? {} : { ignore_case: fold }),
}));

const header = fc
  .record({
    name: one('x-one', 'x-two', 'x-number', ':path', ':method', 'host', 'x-forwarded-proto'),
    kind: fc.oneof(
      text.map((matcher) => ({ string_match: matcher })),
      one<JsonObject>(
        { present_match: true },
        { present_match: false },
        {},
        { range_match: { start: '-5', end: '10' } },
        { string_match: { exact: 'GET' } },
      ),
    ),
    invert: maybe(fc.constant(true)),
    missing: maybe(fc.constant(true)),
  })
  .map(({ name, kind, invert, missing }) =>
    given({ name, ...(kind as JsonObject), invert_match: invert, treat_missing_header_as_empty: missing }),
  );

const query = fc
  .record({
    name: one('q', 'r'),
    kind: fc.oneof(
      text.map((matcher) => ({ string_match: matcher })),
      one<JsonObject>({ present_match: true }, { present_match: false }, {}),
    ),
  })
  .map(({ name, kind }) => ({ name, ...(kind as JsonObject) }));

const match = fc
  .record({
    path: one<JsonObject>(
      { prefix: '/' },
      { prefix: '/' },
      { prefix: '/a' },
      { prefix: '/a/' },
      { path: '/a/b' },
      { path: '/a/b', case_sensitive: false },
      { prefix: '/A', case_sensitive: false },
      { path_separated_prefix: '/a' },
      { path_separated_prefix: '/a/b' },
      { safe_regex: { regex: String.raw`/a/\d+` } },
      { safe_regex: { regex: '/[^/]+/b' } },
      { safe_regex: { regex: '/a(/.*)?' } },
    ),
    headers: oneIn(3, fc.array(header, { minLength: 1, maxLength: 2 })),
    query: oneIn(4, fc.array(query, { minLength: 1, maxLength: 1 })),
    grpc: oneIn(10, fc.constant({})),
    fraction: oneIn(
      8,
      one<JsonObject>(
        { default_value: { numerator: 0 } },
        { default_value: { numerator: 50 } },
        { default_value: { numerator: 1_000_000, denominator: 'MILLION' } },
      ),
    ),
  })
  .map(({ path, headers, query: parameters, grpc, fraction }) =>
    given({ ...path, headers, query_parameters: parameters, grpc, runtime_fraction: fraction }),
  );

const change = fc
  .record({
    header: fc.record({
      key: one('x-one', 'x-added', 'x-number', 'x-forwarded-proto', 'x-copied'),
      value: one('new', '%REQ(x-one)%', '%REQ(x-none)%', 'a %REQ(x-none?:path)% b', '100%%', '%REQ(:authority)%'),
    }),
    append_action: maybe(one('APPEND_IF_EXISTS_OR_ADD', 'ADD_IF_ABSENT', 'OVERWRITE_IF_EXISTS', 'OVERWRITE_IF_EXISTS_OR_ADD')),
    keep_empty_value: maybe(fc.constant(true)),
  })
  .map(given);

const changes = {
  request_headers_to_add: oneIn(3, fc.array(change, { minLength: 1, maxLength: 3 })),
  request_headers_to_remove: oneIn(3, fc.subarray(['x-one', 'x-two', 'x-added'], { minLength: 1 })),
};

const target = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...CLUSTERS).map((cluster): JsonObject => ({ cluster })) },
  {
    weight: 1,
    arbitrary: record({ ...changes, weight: one(0, 1, 3) }).map((first): JsonObject => ({
      weighted_clusters: {
        clusters: [
          { name: 'one', ...first },
          { name: 'two', weight: 2 },
        ],
      },
    })),
  },
);

const rewrite = oneIn(
  3,
  one<JsonObject>(
    { prefix_rewrite: '/new' },
    { prefix_rewrite: '/' },
    { prefix_rewrite: '/x/' },
    { regex_rewrite: { pattern: { regex: String.raw`/a/(\d+)` }, substitution: String.raw`/n/\1` } },
    { regex_rewrite: { pattern: { regex: '[ab]' }, substitution: String.raw`<\0>` } },
    { regex_rewrite: { pattern: { regex: '^/' }, substitution: '/v2/' } },
  ),
  {},
);

const host = oneIn(
  4,
  one<JsonObject>(
    { host_rewrite_literal: 'other.example' },
    { host_rewrite_header: 'x-one' },
    { host_rewrite_header: 'x-none' },
    { host_rewrite_path_regex: { pattern: { regex: '^/([^/]*).*$' }, substitution: String.raw`\1.example` } },
  ),
  {},
);

const action = fc
  .record({
    to: target,
    rewrite,
    host,
    timeout: maybe(one('0s', '60s')),
    retry: maybe(one<JsonObject>({ retry_on: 'connect-failure', per_try_timeout: '40s' }, { retry_on: 'connect-failure' })),
    forwardedHost: maybe(fc.constant(true)),
    mirrors: oneIn(
      6,
      one<Json>(
        [{ cluster: 'two' }],
        [
          { cluster: 'one', disable_shadow_host_suffix_append: true },
          { cluster: 'two', runtime_fraction: { default_value: { numerator: 0 } } },
        ],
      ),
    ),
  })
  .map(({ to, rewrite: path, host: name, timeout, retry, forwardedHost, mirrors }) =>
    given({
      ...to,
      ...path,
      ...name,
      timeout,
      retry_policy: retry,
      append_x_forwarded_host: forwardedHost,
      request_mirror_policies: mirrors,
    }),
  );

const perFilter = maybe(
  fc
    .record({
      Buffer: maybe(
        one<JsonObject>(
          { '@type': `type.googleapis.com/${FILTERS}.buffer.v3.BufferPerRoute`, disabled: true },
          { '@type': `type.googleapis.com/${FILTERS}.buffer.v3.BufferPerRoute`, buffer: { max_request_bytes: 5 } },
        ),
      ),
      RBAC: maybe(
        one<JsonObject>(
          { '@type': `type.googleapis.com/${FILTERS}.rbac.v3.RBACPerRoute` },
          { '@type': 'type.googleapis.com/envoy.config.route.v3.FilterConfig', disabled: true },
        ),
      ),
      HTTPFault: maybe(
        fc.constant({
          '@type': `type.googleapis.com/${FILTERS}.fault.v3.HTTPFault`,
          abort: { http_status: 509, percentage: { numerator: 100 } },
        }),
      ),
    })
    .map(given),
);

const route = fc
  .record({
    match,
    act: fc.oneof(
      { weight: 5, arbitrary: action.map((each): JsonObject => ({ route: each })) },
      { weight: 1, arbitrary: fc.integer({ min: 400, max: 420 }).map((status): JsonObject => ({ direct_response: { status } })) },
    ),
    changes: record(changes),
    perFilter: oneIn(3, perFilter),
  })
  .map(({ match: fits, act, changes: own, perFilter: filters }) =>
    given({ match: fits, ...act, ...own, typed_per_filter_config: filters }),
  );

const rule = fc.oneof(
  fc.constant<JsonObject>({ any: true }),
  header.map((matcher): JsonObject => ({ header: matcher })),
  text.map((path): JsonObject => ({ url_path: { path } })),
);
const permission = fc.oneof(
  { weight: 2, arbitrary: rule },
  fc
    .array(rule, { minLength: 1, maxLength: 2 })
    .chain((rules) => one<JsonObject>({ and_rules: { rules } }, { or_rules: { rules } }, { not_rule: rules[0] ?? {} })),
);

const httpFilters = fc
  .record({
    early: maybe(
      fc.constant(
        extension(`${FILTERS}.header_mutation.v3.HeaderMutation`, {
          mutations: {
            request_mutations: [
              { remove: 'x-two' },
              { append: { header: { key: 'x-one', value: '%REQ(x-two)%z' } } },
              { remove_on_match: { key_matcher: { prefix: 'x-n' } } },
            ],
          },
        }),
      ),
    ),
    rbac: oneIn(
      3,
      fc.record({ permission, action: one('ALLOW', 'DENY') }).map(({ permission: each, action: what }) =>
        extension(`${FILTERS}.rbac.v3.RBAC`, {
          rules: { action: what, policies: { p: { permissions: [each], principals: [{ any: true }] } } },
        }),
      ),
    ),
    fault: oneIn(
      3,
      fc
        .record({ headers: fc.array(header, { minLength: 1, maxLength: 1 }), percent: one(50, 100) })
        .map(({ headers, percent }) =>
          extension(`${FILTERS}.fault.v3.HTTPFault`, { abort: { http_status: 507, percentage: { numerator: percent } }, headers }),
        ),
    ),
    buffer: maybe(fc.constant(extension(`${FILTERS}.buffer.v3.Buffer`, { max_request_bytes: 20 }))),
  })
  .map(({ early, rbac, fault, buffer }) => [early, rbac, fault, buffer].filter((filter) => filter !== undefined));

const settings = record({
  normalize_path: maybe(fc.boolean()),
  merge_slashes: maybe(fc.boolean()),
  path_with_escaped_slashes_action: maybe(one('KEEP_UNCHANGED', 'REJECT_REQUEST')),
  early_header_mutation_extensions: maybe(
    fc.constant<Json>([
      extension('envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation', {
        mutations: [
          { remove: 'x-forwarded-proto' },
          { append: { header: { key: 'x-forwarded-proto', value: '%REQ(x-proto)%' }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' } },
          JOINED,
        ],
      }),
    ]),
  ),
});

const virtualHosts = fc
  .record({
    domains: fc.constantFrom<string[]>(['*'], ['a.example', 'other.*'], ['*.example']),
    routes: fc.array(route, { minLength: 1, maxLength: 5 }),
    changes: record(changes),
  })
  .map(({ domains, routes, changes: own }): Json => [
    { name: 'first', domains, routes: routes as Json, ...own },
    ...(domains.includes('*') ? [] : [{ name: 'rest', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: 'two' } }] }]),
  ]);

/** The settings of one connection manager. */
export const generatedManager: fc.Arbitrary<JsonObject> = fc
  .record({
    settings,
    virtualHosts,
    filters: httpFilters,
    changes: record(changes),
    wins: maybe(fc.constant(true)),
    portless: maybe(fc.constant(true)),
  })
  .map(({ settings: own, virtualHosts: hosts, filters, changes: all, wins, portless }) => ({
    stat_prefix: 'generated',
    skip_xff_append: true,
    ...own,
    route_config: given({
      ...all,
      most_specific_header_mutations_wins: wins,
      ignore_port_in_host_matching: portless,
      virtual_hosts: hosts,
    }),
    http_filters: [...filters, extension(`${FILTERS}.router.v3.Router`)],
  }));

const segment = one(
  'a',
  'A',
  'b',
  'c',
  '7',
  '42',
  '.',
  '..',
  '%2e',
  '%2E%2e',
  '%2f',
  '%5C',
  '%61',
  '%41',
  '%7e',
  '%',
  '%%3',
  '6%31',
  '%zz',
  '%00',
  ';',
  '"',
  '{x}',
  '^',
  '|',
  '\\',
  '~',
  '',
);
const path = fc.oneof(
  one('/', '/a', '/a/', '/a/b', '/A/B', '/a/7', '/a/b/c', '/ab', '/x/b', '/a//b', '/a/../b'),
  fc
    .array(
      fc.array(segment, { minLength: 1, maxLength: 2 }).map((parts) => parts.join('')),
      { minLength: 1, maxLength: 5 },
    )
    .map((segments) => `/${segments.join('/')}`),
);
const queryString = fc.oneof(
  { weight: 2, arbitrary: fc.constant('') },
  one('?', '?q=alpha', '?q=Alpha&r', '?r=7', '?q', '?q=1&q=alpha', '?x=/../y//z%2f', '?q=/a/b', '?'),
);

/** From nobody in particular: whoever sends it says to which listener. */
export const generatedRequest: fc.Arbitrary<Omit<Request, 'from'>> = fc
  .record({
    path: fc.tuple(path, queryString).map(([start, end]) => start + end),
    method: one('GET', 'GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'),
    headers: record({
      host: one('a.example', 'b.example', 'other.net', 'A.Example:80', 'x'),
      'x-one': maybe(one('alpha', 'Alpha', 'beta', '/a/b')),
      'x-two': maybe(one('7', 'alpha', '')),
      'x-number': maybe(one('7', '-5', '10', 'seven', '')),
      'x-forwarded-proto': oneIn(5, one('https', 'http')),
      'x-proto': maybe(one('https', 'http')),
      'x-envoy-retry-on': oneIn(5, one('5xx')),
      'x-envoy-original-path': oneIn(5, one('/mine')),
      'content-type': oneIn(8, one('application/grpc', 'application/grpc+proto', 'text/plain')),
      te: oneIn(8, one('trailers', 'gzip')),
    }) as fc.Arbitrary<Record<string, string>>,
    bodyBytes: one(0, 0, 3, 10, 30),
  })
  .map(({ bodyBytes, ...request }) => ({ ...request, bodyBytes: ['POST', 'PUT'].includes(request.method) ? bodyBytes : 0 }));
