import { InvalidSettings, readSettings } from '../../../programs/agent/settings';
import { IDENTITY } from './authority';
import { CERTIFIED } from './fake-world';

const weighed = {
  service: 'catalog',
  versions: [
    { name: 'v1', cluster: 'catalog-v1' },
    { name: 'v2', cluster: 'catalog-v2' },
  ],
};
const MINIMAL = CERTIFIED;

function issuesOf(environment: Readonly<Record<string, string>>): readonly string[] {
  try {
    readSettings(environment);
    return [];
  } catch (error) {
    if (error instanceof InvalidSettings) return error.issues;
    throw error;
  }
}

const { MESH_IDENTITY, MESH_SCOPE, MESH_IDENTITY_KEY_ARN, MESH_ISSUER_ARN } = MINIMAL;

test('what a certificate needs is enough; the rest has defaults', () => {
  expect(readSettings(MINIMAL)).toEqual({
    awaited: [],
    awaitMs: 60_000,
    certificate: {
      identity: { uri: IDENTITY, trustDomain: 'shop.internal', service: 'orders' },
      scope: 'shop.internal/Z1SHOP',
      identityKeyArn: CERTIFIED.MESH_IDENTITY_KEY_ARN,
      issuerArn: CERTIFIED.MESH_ISSUER_ARN,
      format: 'sds',
    },
    region: 'eu-central-1',
    directory: '/run/mesh',
    discovery: [],
    ownService: undefined,
    cloudMapServiceId: undefined,
    metadataUri: undefined,
    application: undefined,
    refreshMs: 5000,
    listMs: 2000,
    announcesStop: false,
    stopMs: 30_000,
    waitMs: 600_000,
    renewMs: 172_800_000,
    checkMs: 300_000,
    pollMs: 2000,
    weights: [],
    weightsMs: 15_000,
    requests: undefined,
    requestsMs: 60_000,
    metrics: undefined,
    metricsMs: 60_000,
  });
});

test('in a mesh without certificates the region is enough', () => {
  expect(readSettings({ AWS_REGION: 'eu-west-1' })).toMatchObject({ certificate: undefined, region: 'eu-west-1' });
});

test('requests are reported in a mesh without certificates, too', () => {
  const counted = { AWS_REGION: 'eu-west-1', MESH_SCOPE: 'shop.internal/Z1SHOP', MESH_REQUESTS: '{"service":"orders"}' };
  expect(readSettings(counted)).toMatchObject({ certificate: undefined, requests: { service: 'orders', scope: 'shop.internal/Z1SHOP' } });
  expect(readSettings({ ...MINIMAL, MESH_REQUESTS: '{"service":"orders","version":"v1"}' })).toMatchObject({
    certificate: { scope: 'shop.internal/Z1SHOP' },
    requests: { service: 'orders', version: 'v1', scope: 'shop.internal/Z1SHOP' },
  });
});

test.each(['{}', '[]', '{"service":"Or Ders"}', '{"service":"orders","version":7}', 'orders'])(
  'fails if it is to report the requests of %s',
  (text) => {
    expect(issuesOf({ ...MINIMAL, MESH_REQUESTS: text })).toEqual([expect.stringMatching(/^MESH_REQUESTS is "/)]);
  },
);

test('what is to be reported of statistics is read whole', () => {
  const metrics = { name: 'ui', version: 'v1', serves: ['ui'], calls: [{ service: 'db', tcp: true }] };
  expect(readSettings({ AWS_REGION: 'eu-west-1', MESH_SCOPE, MESH_METRICS: JSON.stringify(metrics) })).toMatchObject({
    certificate: undefined,
    metrics: { ...metrics, calls: [{ service: 'db', tcp: true, versionsOnly: false }], scope: MESH_SCOPE },
  });
});

test.each([
  ...['{}', '[]', 'orders', '{"name":"Or Ders"}', '{"name":"ui","version":7}', '{"name":"ui","serves":"ui"}', '{"name":"ui","calls":{}}'],
  ...[
    '{"name":"ui","calls":[{}]}',
    '{"name":"ui","calls":[{"service":"db","tcp":1}]}',
    '{"name":"ui","calls":[{"service":"a","versions":[]}]}',
  ],
])('fails if it is to report %s of statistics', (text) => {
  expect(issuesOf({ ...MINIMAL, MESH_METRICS: text })).toEqual([expect.stringMatching(/^MESH_METRICS is "/)]);
});

test('fails if requests are to be reported of no mesh', () => {
  expect(issuesOf({ AWS_REGION: 'eu-west-1', MESH_REQUESTS: '{"service":"orders"}' })).toEqual([
    expect.stringMatching(/^MESH_SCOPE is missing/),
  ]);
});

test("the region is the function's, whatever the task says of its own", () => {
  const issuer = 'arn:aws-cn:lambda:cn-north-1:123456789012:function:issuer';
  expect(readSettings({ ...MINIMAL, AWS_REGION: 'eu-west-1', MESH_ISSUER_ARN: issuer })).toMatchObject({ region: 'cn-north-1' });
});

test.each<[string, Readonly<Record<string, string>>]>([
  ['MESH_IDENTITY', { MESH_SCOPE, MESH_IDENTITY_KEY_ARN, MESH_ISSUER_ARN }],
  ['MESH_SCOPE', { MESH_IDENTITY, MESH_IDENTITY_KEY_ARN, MESH_ISSUER_ARN }],
  ['MESH_IDENTITY_KEY_ARN', { MESH_IDENTITY, MESH_SCOPE, MESH_ISSUER_ARN }],
  ['MESH_ISSUER_ARN', { MESH_IDENTITY, MESH_SCOPE, MESH_IDENTITY_KEY_ARN }],
])('fails if %s alone is missing of what a certificate needs, so that a typo does not switch certificates off', (name, others) => {
  expect(issuesOf({ AWS_REGION: 'eu-west-1', ...others })).toEqual([expect.stringMatching(new RegExp(`^${name} is missing, it must be `))]);
});

test('fails if nothing says the region', () => {
  expect(issuesOf({})).toEqual([expect.stringMatching(/^AWS_REGION is missing/)]);
});

/** As Cloud Map calls the second namespace of a name. */
const NAMESPACE = 'tasks.shop.internal-0123456789abcdef';

const awaited = { service: 'payments', hosts: ['payments-v1.tasks.shop.internal', 'payments-v2.tasks.shop.internal'] };

test('every variable is read', () => {
  const target = { cluster: 'catalog', serviceName: 'catalog', port: 15006 };
  expect(
    readSettings({
      ...MINIMAL,
      MESH_CERTIFICATE_FORMAT: 'pem',
      MESH_DIRECTORY: '/var/mesh/',
      MESH_DISCOVERY: JSON.stringify([target]),
      MESH_NAMESPACE: NAMESPACE,
      MESH_OWN_SERVICE: 'orders',
      MESH_CLOUD_MAP_SERVICE_ID: 'srv-abc123',
      ECS_CONTAINER_METADATA_URI_V4: 'http://169.254.170.2/v4/1',
      MESH_REFRESH_SECONDS: '10',
      MESH_ANNOUNCES_STOP: 'true',
      MESH_LIST_SECONDS: '8',
      MESH_STOP_SECONDS: '120',
      MESH_WAIT_SECONDS: '60',
      MESH_AWAITED: JSON.stringify([awaited]),
      MESH_AWAIT_SECONDS: '20',
      MESH_RENEW_SECONDS: '259200',
      MESH_CHECK_SECONDS: '30',
      MESH_POLL_SECONDS: '0.5',
      MESH_WEIGHTS: JSON.stringify([
        weighed,
        { service: 'cache', versions: [{ name: 'a', cluster: 'cache-a' }], tcp: true, routes: ['beta'] },
      ]),
      MESH_WEIGHTS_PARAMETERS: 'CFN-Catalog-1,/shop/cache',
      MESH_WEIGHTS_SECONDS: '30',
    }),
  ).toMatchObject({
    certificate: { format: 'pem' },
    directory: '/var/mesh',
    discovery: [{ ...target, namespaceName: NAMESPACE }],
    ownService: { namespaceName: NAMESPACE, serviceName: 'orders' },
    cloudMapServiceId: 'srv-abc123',
    metadataUri: 'http://169.254.170.2/v4/1',
    refreshMs: 10_000,
    listMs: 8000,
    stopMs: 120_000,
    waitMs: 60_000,
    awaited: [awaited],
    awaitMs: 20_000,
    renewMs: 259_200_000,
    checkMs: 30_000,
    pollMs: 500,
    weights: [
      { ...weighed, parameter: 'CFN-Catalog-1', routes: [], tcp: false },
      { service: 'cache', parameter: '/shop/cache', versions: [{ name: 'a', cluster: 'cache-a' }], tcp: true, routes: ['beta'] },
    ],
    weightsMs: 30_000,
  });
});

test('fails if anything is wrong, with every wrong variable in one error', () => {
  const issues = issuesOf({
    AWS_REGION: 'eu-west-1',
    MESH_IDENTITY: 'orders',
    MESH_ISSUER_ARN: 'issuer',
    MESH_CERTIFICATE_FORMAT: 'der',
    MESH_DISCOVERY: '{}',
    MESH_STOP_SECONDS: 'soon',
    MESH_DIRECTORY: 'here',
    MESH_CLOUD_MAP_SERVICE_ID: 'srv-1',
  });
  expect(issues.map((issue) => issue.split(' ')[0])).toEqual([
    'MESH_IDENTITY',
    'MESH_SCOPE',
    'MESH_IDENTITY_KEY_ARN',
    'MESH_ISSUER_ARN',
    'MESH_CERTIFICATE_FORMAT',
    'MESH_DISCOVERY',
    'ECS_CONTAINER_METADATA_URI_V4',
    'MESH_DIRECTORY',
    'MESH_STOP_SECONDS',
  ]);
  expect(issues[0]).toBe('MESH_IDENTITY is "orders", it must be spiffe://<trust domain>/<service>');
  expect(issues[1]).toBe('MESH_SCOPE is missing, it must be the scope of the mesh');
  expect(issues[3]).toBe('MESH_ISSUER_ARN is "issuer", it must be the ARN of a Lambda function');
});

test.each<[string, Readonly<Record<string, string>>]>([
  ['callees are to be discovered', { MESH_DISCOVERY: JSON.stringify([{ cluster: 'catalog', serviceName: 'catalog', port: 15006 }]) }],
  ['its own service is to be discovered', { MESH_OWN_SERVICE: 'orders' }],
])('fails if %s and nothing says in which namespace', (_, variables) => {
  expect(issuesOf({ ...MINIMAL, ...variables })).toEqual([
    'MESH_NAMESPACE is missing, it must be the HttpName of the Cloud Map namespace of MESH_DISCOVERY and MESH_OWN_SERVICE',
  ]);
});

test('fails if weights and parameters do not go together', () => {
  expect(issuesOf({ ...MINIMAL, MESH_WEIGHTS: JSON.stringify([weighed]) })).toEqual([
    expect.stringMatching(/^MESH_WEIGHTS_PARAMETERS is missing, it must name as many parameters/),
  ]);
  expect(issuesOf({ ...MINIMAL, MESH_WEIGHTS_PARAMETERS: 'a' })).toEqual([expect.stringMatching(/^MESH_WEIGHTS_PARAMETERS is missing/)]);
});

const target = { cluster: 'catalog', serviceName: 'catalog', port: 15006 };
test.each([
  ['MESH_IDENTITY', 'spiffe://shop.internal'],
  ['MESH_IDENTITY', 'spiffe://Shop.internal/orders'],
  ['MESH_IDENTITY', 'spiffe://shop.internal/orders?x'],
  ['MESH_IDENTITY_KEY_ARN', 'alias/shop'],
  ['MESH_IDENTITY_KEY_ARN', 'arn:aws:kms:eu-central-1:123456789012:alias/shop'],
  ['MESH_IDENTITY_KEY_ARN', 'arn:aws:kms:eu-central-1:123456789012:key/'],
  ['MESH_ISSUER_ARN', 'shop-issuer'],
  ['MESH_ISSUER_ARN', 'arn:aws:lambda:eu-central-1:123456789012:layer:x'],
  ['MESH_ISSUER_ARN', 'arn:aws:states:eu-central-1:123456789012:function:x'],
  ['MESH_CERTIFICATE_FORMAT', 'SDS'],
  ['MESH_DISCOVERY', 'not JSON'],
  ['MESH_DISCOVERY', JSON.stringify([{ ...target, port: 0 }])],
  ['MESH_DISCOVERY', JSON.stringify([{ ...target, cluster: '../../etc/passwd' }])],
  ['MESH_DISCOVERY', JSON.stringify([{ ...target, serviceName: '' }])],
  ['MESH_NAMESPACE', 'two words'],
  ['MESH_DISCOVERY', JSON.stringify([target, target])],
  ['MESH_APPLICATION', 'not JSON'],
  ['MESH_APPLICATION', JSON.stringify({ container: '', port: 8080, startupSeconds: 300 })],
  ['MESH_APPLICATION', JSON.stringify({ container: 'app', port: 65_536, startupSeconds: 300 })],
  ['MESH_APPLICATION', JSON.stringify({ container: 'app', port: 8080, startupSeconds: 0 })],
  ['MESH_OWN_SERVICE', 'orders of the shop'],
  ['MESH_CLOUD_MAP_SERVICE_ID', 'arn:aws:servicediscovery:x'],
  ['ECS_CONTAINER_METADATA_URI_V4', 'localhost'],
  ['MESH_REFRESH_SECONDS', '0'],
  ['MESH_RENEW_SECONDS', '-1'],
  ['MESH_RENEW_SECONDS', '604801'],
  ['MESH_CHECK_SECONDS', '0'],
  ['MESH_POLL_SECONDS', '1e3'],
  ['MESH_WAIT_SECONDS', '999999'],
  ['MESH_AWAITED', '{}'],
  ['MESH_AWAITED', JSON.stringify([{ ...awaited, service: 'two words' }])],
  ['MESH_AWAITED', JSON.stringify([{ ...awaited, hosts: [] }])],
  ['MESH_AWAITED', JSON.stringify([awaited, { ...awaited, hosts: ['a b'] }])],
  ['MESH_AWAIT_SECONDS', '0'],
  ['MESH_WEIGHTS', '{}'],
  ['MESH_WEIGHTS', JSON.stringify([weighed, weighed])],
  ['MESH_WEIGHTS', JSON.stringify([{ ...weighed, service: '../../etc' }])],
  ['MESH_WEIGHTS', JSON.stringify([{ ...weighed, versions: [] }])],
  ['MESH_WEIGHTS', JSON.stringify([{ ...weighed, versions: [{ name: 'v1' }] }])],
  ['MESH_WEIGHTS', JSON.stringify([{ ...weighed, routes: [1] }])],
  ['MESH_WEIGHTS', JSON.stringify([{ ...weighed, tcp: 'yes' }])],
  ['MESH_WEIGHTS_PARAMETERS', 'a b'],
  ['MESH_WEIGHTS_SECONDS', '0'],
])('fails if %s is %s', (name, value) => {
  const environment = { ...MINIMAL, ECS_CONTAINER_METADATA_URI_V4: 'http://169.254.170.2/v4/1', [name]: value };
  expect(issuesOf(environment)).toEqual([expect.stringContaining(`${name} is "${value}", it must be`)]);
});
