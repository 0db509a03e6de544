import type { EdgeFeatureId } from '../../lib/core/edges/features';
import { Opaque } from '../../lib/core/reading/input';
import type { KindProofs } from './kind-proofs';
import { catalogProto, grpcService, protoFiles } from '../support/grpc';
import type { Raw } from '../support/parsing';
import { jwt as withoutKeys, oidc, seconds, token } from '../support/parsing';

/** The options of two edges that differ in nothing but the feature. Both have a route to the service `orders`. */
export interface EdgeSystems {
  readonly with: Raw;
  /** Absent where no edge is without it. */
  readonly without?: Raw;
}

const NONE = { kind: 'none' };
const IAM = { kind: 'iam' };
const userPool = new Opaque({ userPoolId: 'pool' });
const domain = { domainName: 'api.example.com', certificate: new Opaque({ certificateArn: 'arn' }) };
const TLS_1_3 = 'SecurityPolicy_TLS13_1_3_2025_09';
const client = new Opaque({ userPoolClientId: 'client' });
const login = {
  kind: 'cognitoLogin',
  userPool: new Opaque({ userPoolId: 'pool', userPoolArn: 'arn' }),
  userPoolClient: client,
  userPoolDomain: new Opaque({ domainName: 'shop' }),
};

const schema = { kind: 'inline', text: JSON.stringify({ type: 'object', required: ['sku'] }) };
const message = {
  kind: 'message',
  api: protoFiles({ 'shop.proto': 'syntax = "proto3"; package shop; message Order { string sku = 1; }' }),
  message: 'shop.Order',
};

/** The service `catalog` of each system. */
export const catalog = grpcService(
  protoFiles({ 'catalog.proto': catalogProto('rpc Get(Empty) returns (Product);\nrpc Watch(Empty) returns (stream Product);') }),
);

const document = JSON.stringify({
  openapi: '3.1.0',
  'x-service': 'orders',
  security: [],
  paths: { '/orders/{id}': { get: { parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }] } } },
});

/** Of the CDK. */
const deny = new Opaque({
  toStatementJson: () => ({ Effect: 'Deny', Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*' }),
});

const orders = { rateLimit: 5, burstLimit: 10 };

type Wishes = Pick<KindProofs, 'clients' | 'base' | 'jwt' | 'route' | 'streams'>;

/** The type makes sure that no feature is left out. */
export function edgeSystems({
  clients,
  base = {},
  jwt,
  route: key = 'GET /orders',
  streams = {},
}: Wishes): Readonly<Record<EdgeFeatureId, EdgeSystems>> {
  const tokens = jwt ?? withoutKeys;
  const edge = (more: Raw = {}, route: Raw = {}): Raw => ({
    authorizer: NONE,
    routes: { [key]: { service: 'orders', ...route } },
    ...base,
    ...more,
  });
  const withBody = key.replace('GET', 'POST');
  // It has a certificate of its own.
  const named = (more: Raw = {}, beside: Raw = {}): Raw => edge({ domain: { ...domain, ...more }, certificate: undefined, ...beside });
  // Every kind takes one of both.
  const other = jwt === undefined ? IAM : jwt;
  const telling = jwt === undefined ? { ...IAM, callerArnHeader: 'x-user' } : { ...jwt, claimsToHeaders: { 'x-user': 'sub' } };
  const authorizer = (one: Raw): EdgeSystems => ({
    with: edge({ authorizer: one }),
    without: edge({ authorizer: one === other ? NONE : other }),
  });
  const cognito = { kind: 'cognito', userPool, ...(clients ? { userPoolClients: [client] } : {}) };
  return {
    none: authorizer(NONE),
    jwt: authorizer(tokens),
    cognito: authorizer(cognito),
    cognitoClients: { with: edge({ authorizer: { ...cognito, userPoolClients: [client] } }), without: edge() },
    oidc: authorizer(oidc),
    cognitoLogin: authorizer(login),
    lambda: authorizer({ kind: 'lambda', handler: new Opaque({ functionArn: 'arn' }) }),
    queryToken: {
      with: edge({ authorizer: { kind: 'lambda', handler: new Opaque({ functionArn: 'arn' }), identityQueryParameter: 'token' } }),
      without: edge({ authorizer: { kind: 'lambda', handler: new Opaque({ functionArn: 'arn' }) } }),
    },
    iam: authorizer(IAM),
    apiKey: authorizer({ kind: 'apiKey' }),
    clients: {
      with: edge({ authorizer: IAM, apiKeyRequired: true, clients: { acme: { throttle: orders, quota: { limit: 1000, period: 'DAY' } } } }),
      without: edge({ authorizer: IAM }),
    },
    scopes: { with: edge({ authorizer: cognito }, { scopes: ['read'] }), without: edge({ authorizer: cognito }) },
    throttle: { with: edge({ throttle: { rateLimit: 50, burstLimit: 100 } }, { throttle: orders }), without: edge() },
    clientThrottle: {
      with: edge({ authorizer: telling, clientThrottle: { identityHeader: 'X-User', ...orders } }),
      without: edge({ authorizer: telling }),
    },
    timeout: { with: edge({ timeout: seconds(20) }, { timeout: seconds(10) }), without: edge() },
    streaming: { with: edge({ responseTransferMode: 'STREAM' }), without: edge() },
    cache: {
      with: edge({ cache: { clusterSize: '1.6' } }, { cache: { ttl: seconds(30), query: ['page'] } }),
      without: edge(),
    },
    validation: { with: edge({}, { validation: { query: ['page'] } }), without: edge() },
    bodyValidation: {
      with: edge({
        routes: {
          [withBody]: { service: 'orders', validation: { body: schema } },
          [withBody.replace('POST', 'PUT')]: { service: 'orders', validation: { body: message } },
        },
      }),
      without: edge({ routes: { [withBody]: { service: 'orders', validation: { query: ['page'] } } } }),
    },
    detailedErrors: { with: edge({ detailedErrors: true }), without: edge({ detailedErrors: false }) },
    firewall: { with: edge({ firewall: { kind: 'managed' } }), without: edge() },
    privateApi: { with: edge({ privateApi: {} }), without: edge() },
    resourcePolicy: { with: edge({ resourcePolicyStatements: [deny] }), without: edge() },
    cors: { with: edge({ cors: { allowOrigins: ['https://shop.example'] } }), without: edge() },
    corsTokens: { with: edge({ cors: { allowOrigins: [token] } }), without: edge() },
    grpcJson: {
      with: edge({ routes: { [key]: { grpc: { service: 'catalog', method: 'shop.Catalog/Get' } } } }),
      without: edge(),
    },
    grpcWeb: {
      with: edge({ grpcRoutes: [{ service: 'catalog', mapping: 'web', exclude: ['shop.Catalog/Watch'] }] }),
      without: edge(),
    },
    grpcStreams: {
      with: edge({
        routes: { [key]: { grpc: { service: 'catalog', method: 'shop.Catalog/Watch' }, ...streams } },
        grpcRoutes: [{ service: 'catalog', mapping: 'web', ...streams }],
      }),
      without: edge({ routes: { [key]: { grpc: { service: 'catalog', method: 'shop.Catalog/Get' } } } }),
    },
    openApi: {
      with: edge({ routes: undefined, openApi: { kind: 'file', path: 'api.json', text: document } }),
      without: edge(),
    },
    allowedIpRanges: { with: edge({ allowedIpRanges: ['203.0.113.0/24'] }), without: edge() },
    nestedStackPaths: { with: edge({ nestedStackPaths: ['/orders'] }), without: edge() },
    aggregate: {
      with: edge({ routes: { [key]: { aggregate: { parts: { orders: { kind: 'get', service: 'orders', path: '/orders' } } } } } }),
      without: edge(),
    },
    compression: { with: edge({ compression: { kind: 'of' } }), without: edge() },
    responseHeaders: { with: edge({ responseHeaders: { kind: 'security' } }), without: edge() },
    routeResponse: {
      with: edge({ routes: { [key]: { service: 'orders' }, $default: { service: 'orders', routeResponse: true } } }),
      without: edge({ routes: { [key]: { service: 'orders' }, $default: { service: 'orders' } } }),
    },
    defaultRoute: { with: edge({ routes: { [key]: { service: 'orders' }, $default: { service: 'orders' } } }), without: edge() },
    stage: { with: edge({ stageName: 'live' }), without: edge() },
    dualStack: { with: edge({ ipAddressType: 'dualstack' }), without: edge({ ipAddressType: 'ipv4' }) },
    domain: { with: named(), without: edge() },
    executeApiEndpoint: { with: named({}, { executeApiEndpoint: false }), without: named({}, { executeApiEndpoint: true }) },
    basePath: { with: named({ basePath: '/shop/v1' }), without: named() },
    mutualTls: {
      with: named({ mutualTls: { bucket: new Opaque({ bucketName: 'stores' }), key: 'partners.pem' } }),
      without: named(),
    },
    securityPolicy: { with: named({ securityPolicy: TLS_1_3 }), without: named() },
    accessLogs: { with: edge({ accessLogs: true }), without: edge({ accessLogs: false }) },
    traces: { with: edge() },
  };
}
