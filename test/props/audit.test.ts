import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';
import { Opaque } from '../../lib/core/reading/input';
import { demoApi, grpcEdge } from '../support/grpc';
import type { Raw } from '../support/parsing';
import { STEPS, client, cluster, image, issuesOf, mesh, metric, service, sqsQueue, ui } from '../support/parsing';

/**
 * Copilot's audit: every field that a user can write is validated, and its documentation keeps the house style.
 * The fields come from the sources, so that a new one fails here until it is parsed.
 */
const FOLDER = join(__dirname, '../../lib/props');

interface Field {
  readonly owner: string;
  readonly name: string;
  readonly optional: boolean;
  readonly type: string;
  readonly doc: string;
  readonly defaultTag: string | undefined;
}

const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ts.createSourceFile(name, readFileSync(join(FOLDER, name), 'utf8'), ts.ScriptTarget.Latest, true));
const interfaces = files.flatMap((file) =>
  file.statements
    .filter(ts.isInterfaceDeclaration)
    // Not what classes implement, whose names begin with an I.
    .filter((node) => node.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword) && !/^I[A-Z]/.test(node.name.text)),
);

function fieldsOf(node: ts.InterfaceDeclaration): Field[] {
  return node.members.filter(ts.isPropertySignature).map((member) => {
    const comments = ts.getJSDocCommentsAndTags(member).filter(ts.isJSDoc);
    const tag = ts.getJSDocTags(member).find((each) => each.tagName.text === 'default');
    return {
      owner: node.name.text,
      name: member.name.getText(),
      optional: member.questionToken !== undefined,
      type: member.type?.getText() ?? '',
      doc: comments
        .map((comment) => ts.getTextOfJSDocComment(comment.comment) ?? '')
        .join(' ')
        .trim(),
      defaultTag: tag === undefined ? undefined : ts.getTextOfJSDocComment(tag.comment),
    };
  });
}

const ALL = interfaces.flatMap(fieldsOf);

/** Something that no field takes. */
class Unexpected {}
const unexpected = new Opaque(new Unexpected());
const fileSystem = new Opaque({ fileSystemId: 'fs', mountTargetsAvailable: {}, connections: {} });

const inEdge = (more: object, kind: 'http' | 'rest' | 'webSocket' | 'alb' = 'http') => {
  const plain = kind === 'alb' ? { plainHttp: true } : {};
  return mesh(
    { ui: service() },
    { edge: { kind, authorizer: { kind: 'none' }, routes: { 'GET /': { service: 'ui' } }, ...plain, ...more } },
  );
};
const inEdgeRoute = (field: string, kind: 'http' | 'rest' | 'alb' = 'http') => ({
  props: inEdge({ routes: { 'GET /': { service: 'ui', [field]: unexpected } } }, kind),
  path: `edge.routes["GET /"].${field}`,
});
const shifted = (kind: string, more: object) => ui({ versions: { v1: { weight: 100 } }, shift: { kind, ...more } });
const domain = { domainName: 'api.example.com', certificate: new Opaque({ certificateArn: 'arn' }) };
const inDomain = (field: string, kind: 'http' | 'rest' | 'webSocket' | 'alb' = 'http') => ({
  props: inEdge(
    { domain: { ...domain, [field]: unexpected }, ...(kind === 'webSocket' ? { routes: { $connect: { service: 'ui' } } } : {}) },
    kind,
  ),
  path: `edge.domain.${field}`,
});
const inClient = (acme: object, field: string) => ({
  props: inEdge({ apiKeyRequired: true, clients: { acme } }, 'rest'),
  path: `edge.clients.acme.${field}`,
});
const METHOD = 'hipstershop.ProductCatalogService/GetProduct';
const inGrpcRoutes = (field: string, kind: 'http' | 'rest' | 'alb' = 'http') => ({
  props: grpcEdge(
    demoApi(),
    { ...(kind === 'alb' ? { plainHttp: true } : {}), grpcRoutes: [{ service: 'catalog', mapping: 'web', [field]: unexpected }] },
    kind,
  ),
  path: `edge.grpcRoutes[0].${field}`,
});
const inGrpcMethod = (field: string) => ({
  props: grpcEdge(
    demoApi(),
    { grpcRoutes: [{ service: 'catalog', mapping: 'methodNames', methods: { [METHOD]: { [field]: unexpected } } }] },
    'rest',
  ),
  path: `edge.grpcRoutes[0].methods["${METHOD}"].${field}`,
});
const inAggregate = (more: Raw, field: string) => ({
  props: inEdge({ routes: { 'GET /': { aggregate: { parts: { all: { kind: 'get', service: 'ui', path: '/' } }, ...more } } } }),
  path: `edge.routes["GET /"].aggregate.${field}`,
});
const inForEach = (field: string) =>
  inAggregate(
    {
      parts: {
        all: { kind: 'get', service: 'ui', path: '/' },
        a: { kind: 'forEach', over: 'all', service: 'ui', path: '/', [field]: unexpected },
      },
    },
    `parts.a.${field}`,
  );
const inAuthorizer = (kind: string, field: string, edge: 'http' | 'rest' | 'alb' = 'http') => ({
  props: inEdge({ authorizer: { kind, [field]: unexpected } }, edge),
  path: `edge.authorizer.${field}`,
});

/** Of a called service, and of a caller that overrides it. */
const inPolicies = (policy: object, path: string) => [
  { props: ui(policy as Raw), path: `services.ui.${path}` },
  {
    props: mesh({ ui: service({ calls: ['orders'], callPolicies: { orders: policy } }), orders: service() }),
    path: `services.ui.callPolicies.orders.${path}`,
  },
];
const inRoute = (more: object, at: string, field: string) => ({
  props: ui({ routes: [{ name: 'one', match: { headers: { a: { kind: 'present' } } }, ...more }] }),
  path: `services.ui.routes[0]${at}.${field}`,
});
const inLimit = (field: string) => ({
  props: ui({ rateLimits: { all: { requests: 1, [field]: unexpected } } }),
  path: `services.ui.rateLimits.all.${field}`,
});
const inFault = (field: string) => ({
  props: ui({ faultInjection: { all: { abortStatus: 503, [field]: unexpected } } }),
  path: `services.ui.faultInjection.all.${field}`,
});

const sentTo = (collector: Raw, field: string) => [
  {
    props: mesh({ ui: service() }, { tracing: { kind: 'openTelemetry', collector: { ...collector, [field]: unexpected } } }),
    path: `tracing.collector.${field}`,
  },
];

/** Where an interface's fields stand in the props; several places if it is used in several. */
const PLACES: Readonly<Record<string, (field: string) => readonly { readonly props: unknown; readonly path: string }[]>> = {
  MicroservicesProps: (field) => [{ props: { ...mesh({ ui: service() }), [field]: unexpected }, path: field }],
  LogProps: (field) => [{ props: mesh({ ui: service() }, { logs: { [field]: unexpected } }), path: `logs.${field}` }],
  ServiceProps: (field) => [{ props: ui({ [field]: unexpected }), path: `services.ui.${field}` }],
  ServicePortProps: (field) => [
    { props: ui({ ports: { admin: { port: 9000, [field]: unexpected } } }), path: `services.ui.ports.admin.${field}` },
  ],
  RollingDeploymentOptions: (field) => [{ props: ui({ deployment: { [field]: unexpected } }), path: `services.ui.deployment.${field}` }],
  VersionProps: (field) => [
    { props: ui({ versions: { v1: { weight: 1, [field]: unexpected } } }), path: `services.ui.versions.v1.${field}` },
  ],
  ShiftOptions: (field) => [{ props: shifted('linear', { [field]: unexpected }), path: `services.ui.shift.${field}` }],
  LinearShiftOptions: (field) => [{ props: shifted('linear', { [field]: unexpected }), path: `services.ui.shift.${field}` }],
  CanaryShiftOptions: (field) => [{ props: shifted('canary', { [field]: unexpected }), path: `services.ui.shift.${field}` }],
  AllAtOnceShiftOptions: (field) => [{ props: shifted('allAtOnce', { [field]: unexpected }), path: `services.ui.shift.${field}` }],
  VersionComparisonProps: (field) => [
    { props: shifted('linear', { comparison: { [field]: unexpected } }), path: `services.ui.shift.comparison.${field}` },
  ],
  MirrorProps: (field) => [
    {
      props: ui({ versions: { v1: { weight: 1 } }, mirror: { version: 'v1', percent: 1, [field]: unexpected } }),
      path: `services.ui.mirror.${field}`,
    },
  ],
  ContainerSettingsProps: (field) => [
    { props: ui({ [field]: unexpected }), path: `services.ui.${field}` },
    { props: ui({ versions: { v1: { weight: 1, [field]: unexpected } } }), path: `services.ui.versions.v1.${field}` },
    { props: ui({ extraContainers: { helper: { image, [field]: unexpected } } }), path: `services.ui.extraContainers.helper.${field}` },
  ],
  ContainerLinuxProps: (field) => [
    { props: ui({ [field]: unexpected }), path: `services.ui.${field}` },
    { props: ui({ extraContainers: { helper: { image, [field]: unexpected } } }), path: `services.ui.extraContainers.helper.${field}` },
  ],
  EfsVolumeOptions: (field) => [
    { props: ui({ volumes: { data: { kind: 'efs', fileSystem, [field]: unexpected } } }), path: `services.ui.volumes.data.${field}` },
  ],
  ContainerProps: (field) => [
    { props: ui({ [field]: unexpected }), path: `services.ui.${field}` },
    { props: ui({ extraContainers: { helper: { image, [field]: unexpected } } }), path: `services.ui.extraContainers.helper.${field}` },
  ],
  ExtraContainerProps: (field) => [
    { props: ui({ extraContainers: { helper: { image, [field]: unexpected } } }), path: `services.ui.extraContainers.helper.${field}` },
  ],
  GatewayProps: (field) => [{ props: inEdge({ gateway: { [field]: unexpected } }), path: `edge.gateway.${field}` }],
  RoleProps: (field) => [
    { props: ui({ [field]: unexpected }), path: `services.ui.${field}` },
    { props: inEdge({ gateway: { [field]: unexpected } }), path: `edge.gateway.${field}` },
  ],
  SizingProps: (field) => [
    { props: ui({ [field]: unexpected }), path: `services.ui.${field}` },
    { props: inEdge({ gateway: { [field]: unexpected } }), path: `edge.gateway.${field}` },
  ],
  CapacityOptions: (field) => [
    {
      props: mesh(
        { ui: service() },
        { cluster, capacityProviders: { a: { launchType: 'EC2', providerName: 'a', name: 'a', [field]: unexpected } } },
      ),
      path: `capacityProviders.a.${field}`,
    },
  ],
  ScalingProps: (field) => [{ props: ui({ scaling: { maxCapacity: 2, [field]: unexpected } }), path: `services.ui.scaling.${field}` }],
  QueueScalingProps: (field) => [
    {
      props: ui({ scaling: { maxCapacity: 2, queue: { queue: sqsQueue, messagesPerTask: 1, [field]: unexpected } } }),
      path: `services.ui.scaling.queue.${field}`,
    },
  ],
  MetricScalingProps: (field) => [
    {
      props: ui({ scaling: { maxCapacity: 2, metrics: { lag: { metric, scalingSteps: STEPS, [field]: unexpected } } } }),
      path: `services.ui.scaling.metrics.lag.${field}`,
    },
  ],
  EdgeOptions: (field) => [{ props: inEdge({ [field]: unexpected }), path: `edge.${field}` }],
  ApiOptions: (field) => [{ props: inEdge({ [field]: unexpected }), path: `edge.${field}` }],
  LoadBalancerOptions: (field) => [{ props: inEdge({ [field]: unexpected }, 'alb'), path: `edge.${field}` }],
  HttpApiOptions: (field) => [{ props: inEdge({ [field]: unexpected }), path: `edge.${field}` }],
  RestApiOptions: (field) => [{ props: inEdge({ [field]: unexpected }, 'rest'), path: `edge.${field}` }],
  WebSocketApiOptions: (field) => [
    { props: inEdge({ routes: { $connect: { service: 'ui' } }, [field]: unexpected }, 'webSocket'), path: `edge.${field}` },
  ],
  WebSocketRouteProps: (field) => [
    {
      props: inEdge({ routes: { $connect: { service: 'ui', [field]: unexpected } } }, 'webSocket'),
      path: `edge.routes.$connect.${field}`,
    },
  ],
  RouteProps: (field) => [inEdgeRoute(field), inEdgeRoute(field, 'rest')],
  AggregateOptions: (field) => [inAggregate({ [field]: unexpected }, field)],
  PartOptions: (field) => [
    inAggregate({ parts: { a: { kind: 'get', service: 'ui', path: '/', [field]: unexpected } } }, `parts.a.${field}`),
    inForEach(field),
  ],
  ForEachPartOptions: (field) => [inForEach(field)],
  GrpcApiOptions: (field) => [
    { props: ui({ protocol: 'grpc', grpcApi: { ...demoApi(), [field]: unexpected } }), path: `services.ui.grpcApi.${field}` },
  ],
  GrpcRouteProps: (field) => [
    {
      props: grpcEdge(demoApi(), {
        routes: { 'GET /products/{id}': { grpc: { service: 'catalog', method: METHOD, [field]: unexpected } } },
      }),
      path: `edge.routes["GET /products/{id}"].grpc.${field}`,
    },
  ],
  GrpcRoutesProps: (field) => [inGrpcRoutes(field), inGrpcRoutes(field, 'rest')],
  HttpApiGrpcRoutesProps: (field) => [inGrpcRoutes(field)],
  LoadBalancerGrpcRoutesProps: (field) => [inGrpcRoutes(field, 'alb')],
  RestApiGrpcRoutesProps: (field) => [inGrpcRoutes(field, 'rest')],
  RestApiGrpcMethodProps: (field) => [inGrpcMethod(field)],
  HttpApiRouteProps: (field) => [inEdgeRoute(field)],
  LoadBalancerRouteProps: (field) => [inEdgeRoute(field, 'alb')],
  RestApiRouteProps: (field) => [inEdgeRoute(field, 'rest')],
  ThrottleProps: (field) => [
    { props: inEdge({ throttle: { rateLimit: 1, burstLimit: 1, [field]: unexpected } }), path: `edge.throttle.${field}` },
    {
      props: inEdge({ routes: { 'GET /': { service: 'ui', throttle: { rateLimit: 1, burstLimit: 1, [field]: unexpected } } } }),
      path: `edge.routes["GET /"].throttle.${field}`,
    },
  ],
  ClientThrottleProps: (field) => [
    {
      props: inEdge({
        authorizer: { kind: 'iam', callerArnHeader: 'x-user' },
        clientThrottle: { identityHeader: 'x-user', rateLimit: 1, burstLimit: 1, [field]: unexpected },
      }),
      path: `edge.clientThrottle.${field}`,
    },
  ],
  CacheProps: (field) => [
    {
      props: inEdge({ cache: { [field]: unexpected }, routes: { 'GET /': { service: 'ui', cache: {} } } }, 'rest'),
      path: `edge.cache.${field}`,
    },
  ],
  RouteCacheProps: (field) => [
    {
      props: inEdge({ cache: {}, routes: { 'GET /': { service: 'ui', cache: { [field]: unexpected } } } }, 'rest'),
      path: `edge.routes["GET /"].cache.${field}`,
    },
  ],
  OpenApiDocumentOptions: (field) => [{ props: inEdge({ openApi: { kind: 'file', [field]: unexpected } }), path: `edge.openApi.${field}` }],
  EdgeClientProps: (field) => [inClient({ [field]: unexpected }, field)],
  ClientQuotaProps: (field) => [inClient({ quota: { limit: 1, period: 'DAY', [field]: unexpected } }, `quota.${field}`)],
  ValidationProps: (field) => [
    {
      props: inEdge({ routes: { 'GET /': { service: 'ui', validation: { [field]: unexpected } } } }, 'rest'),
      path: `edge.routes["GET /"].validation.${field}`,
    },
  ],
  CorsProps: (field) => [{ props: inEdge({ cors: { allowOrigins: ['*'], [field]: unexpected } }), path: `edge.cors.${field}` }],
  ApiDomainProps: (field) => [inDomain(field, 'webSocket'), inDomain(field)],
  DomainProps: (field) => [inDomain(field), inDomain(field, 'rest')],
  LoadBalancerDomainProps: (field) => [inDomain(field, 'alb')],
  RestApiDomainProps: (field) => [inDomain(field, 'rest')],
  PrivateApiProps: (field) => [{ props: inEdge({ privateApi: { [field]: unexpected } }, 'rest'), path: `edge.privateApi.${field}` }],
  MutualTlsProps: (field) => [
    {
      props: inEdge({ domain: { ...domain, mutualTls: { bucket: new Opaque({ bucketName: 'b' }), key: 'k', [field]: unexpected } } }),
      path: `edge.domain.mutualTls.${field}`,
    },
  ],
  JwtAuthorizerOptions: (field) => [inAuthorizer('jwt', field)],
  CognitoAuthorizerOptions: (field) => [inAuthorizer('cognito', field)],
  LoginOptions: (field) => [inAuthorizer('oidc', field, 'alb'), inAuthorizer('cognitoLogin', field, 'alb')],
  OidcAuthorizerOptions: (field) => [inAuthorizer('oidc', field, 'alb')],
  CognitoLoginAuthorizerOptions: (field) => [inAuthorizer('cognitoLogin', field, 'alb')],
  LambdaAuthorizerOptions: (field) => [inAuthorizer('lambda', field)],
  IamAuthorizerOptions: (field) => [inAuthorizer('iam', field)],
  ResponseHeadersOptions: (field) => {
    const responseHeaders = { kind: 'of', [field]: unexpected };
    const path = `responseHeaders.${field}`;
    return [
      { props: inEdge({ responseHeaders }), path: `edge.${path}` },
      { props: inEdge({ routes: { 'GET /': { service: 'ui', responseHeaders } } }, 'rest'), path: `edge.routes["GET /"].${path}` },
    ];
  },
  ApiKeyAuthorizerOptions: (field) => [inAuthorizer('apiKey', field, 'rest')],
  AllowRule: (field) => [{ props: ui({ allow: [{ [field]: unexpected }] }), path: `services.ui.allow[0].${field}` }],
  LoadBalancerTargetOptions: (field) => [
    {
      props: ui({ loadBalancerTarget: { kind: 'application', [field]: unexpected } }),
      path: `services.ui.loadBalancerTarget.${field}`,
    },
  ],
  CallPolicyProps: (field) => inPolicies({ [field]: unexpected }, field),
  TimeoutOptions: (field) => inPolicies({ timeout: { [field]: unexpected } }, `timeout.${field}`),
  RetryProps: (field) => inPolicies({ retry: { [field]: unexpected } }, `retry.${field}`),
  BackoffProps: (field) => inPolicies({ retry: { backoff: { [field]: unexpected } } }, `retry.backoff.${field}`),
  CircuitBreakerProps: (field) => inPolicies({ circuitBreaker: { [field]: unexpected } }, `circuitBreaker.${field}`),
  OutlierDetectionOptions: (field) => inPolicies({ outlierDetection: { kind: 'of', [field]: unexpected } }, `outlierDetection.${field}`),
  BalancingOptions: (field) => inPolicies({ loadBalancing: { algorithm: 'roundRobin', [field]: unexpected } }, `loadBalancing.${field}`),
  CookieHashOptions: (field) =>
    inPolicies(
      { loadBalancing: { algorithm: 'ringHash', hashOn: { kind: 'cookie', name: 'x', [field]: unexpected } } },
      `loadBalancing.hashOn.${field}`,
    ),
  ActiveHealthCheckOptions: (field) =>
    inPolicies({ activeHealthCheck: { kind: 'of', path: '/', [field]: unexpected } }, `activeHealthCheck.${field}`),
  ProxyHealthCheckOptions: (field) =>
    inPolicies({ activeHealthCheck: { kind: 'proxy', [field]: unexpected } }, `activeHealthCheck.${field}`),
  HeaderLimitsProps: (field) => [{ props: ui({ headerLimits: { [field]: unexpected } }), path: `services.ui.headerLimits.${field}` }],
  CompressionOptions: (field) => {
    const compression = { kind: 'of', [field]: unexpected };
    return [{ props: ui({ compression }), path: `services.ui.compression.${field}` }, inRoute({ compression }, '.compression', field)];
  },
  KeepAliveProps: (field) => inPolicies({ keepAlive: { [field]: unexpected } }, `keepAlive.${field}`),
  RequestPolicyProps: (field) => [{ props: ui({ [field]: unexpected }), path: `services.ui.${field}` }],
  ServiceRouteProps: (field) => [inRoute({ [field]: unexpected }, '', field)],
  RouteMatchProps: (field) => [inRoute({ match: { [field]: unexpected } }, '.match', field)],
  RouteRewriteProps: (field) => [inRoute({ rewrite: { [field]: unexpected } }, '.rewrite', field)],
  HeaderChangesProps: (field) => [
    { props: ui({ requestHeaders: { [field]: unexpected } }), path: `services.ui.requestHeaders.${field}` },
    { props: ui({ responseHeaders: { [field]: unexpected } }), path: `services.ui.responseHeaders.${field}` },
    inRoute({ requestHeaders: { [field]: unexpected } }, '.requestHeaders', field),
    inRoute({ responseHeaders: { [field]: unexpected } }, '.responseHeaders', field),
  ],
  RequestFilterProps: (field) => [inLimit(field), inFault(field)],
  RateLimitProps: (field) => [inLimit(field)],
  FaultProps: (field) => [inFault(field)],
  KmsCertificatesOptions: (field) => [
    { props: mesh({ ui: service() }, { certificates: { kind: 'kms', [field]: unexpected } }), path: `certificates.${field}` },
  ],
  PrivateCaCertificatesOptions: (field) => [
    { props: mesh({ ui: service() }, { certificates: { kind: 'privateCa', [field]: unexpected } }), path: `certificates.${field}` },
  ],
  JobProps: (field) => [{ props: mesh({ ui: service() }, { jobs: { tidy: { image, [field]: unexpected } } }), path: `jobs.tidy.${field}` }],
  ClientProps: (field) => [
    {
      props: mesh({ ui: service() }, { clients: { report: client({ calls: ['ui'], [field]: unexpected }) } }),
      path: `clients.report.${field}`,
    },
  ],
  ExternalServiceProps: (field) => [
    {
      props: mesh({ ui: service() }, { external: { stripe: { host: 'api.stripe.com', [field]: unexpected } } }),
      path: `external.stripe.${field}`,
    },
  ],
  EnvoyMeshOptions: (field) => [
    { props: mesh({ ui: service() }, { mesh: { provider: 'envoy', [field]: unexpected } }), path: `mesh.${field}` },
  ],
  AppMeshOptions: (field) => [
    { props: mesh({ ui: service() }, { mesh: { provider: 'appMesh', [field]: unexpected } }), path: `mesh.${field}` },
  ],
  AppMeshCertificateOptions: (field) => [
    {
      props: mesh({ ui: service() }, { mesh: { provider: 'appMesh', serverCertificates: { [field]: unexpected } } }),
      path: `mesh.serverCertificates.${field}`,
    },
  ],
  ObservabilityProps: (field) => [
    { props: mesh({ ui: service() }, { observability: { [field]: unexpected } }), path: `observability.${field}` },
  ],
  MeshDashboardProps: (field) => [
    {
      props: mesh({ ui: service() }, { observability: { metrics: true, dashboard: { [field]: unexpected } } }),
      path: `observability.dashboard.${field}`,
    },
  ],
  PrometheusEndpointProps: (field) => [
    {
      props: mesh({ ui: service() }, { observability: { prometheus: { openTo: [new Opaque({ connections: {} })], [field]: unexpected } } }),
      path: `observability.prometheus.${field}`,
    },
  ],
  AlarmThresholds: (field) => alarmsWith({ [field]: unexpected }, field),
  MeshAlarmProps: (field) => alarmsWith({ [field]: unexpected }, field),
  ServiceAlarmProps: (field) => alarmsWith({ services: { ui: { [field]: unexpected } } }, `services.ui.${field}`),
  OpenTelemetryTracingOptions: (field) => [
    { props: mesh({ ui: service() }, { tracing: { kind: 'openTelemetry', [field]: unexpected } }), path: `tracing.${field}` },
  ],
  CloudWatchAgentOptions: (field) => sentTo({ kind: 'cloudWatchAgent' }, field),
  SidecarCollectorOptions: (field) => sentTo({ kind: 'sidecar', image, configuration: 'receivers: {}' }, field),
  TraceEndpointOptions: (field) => sentTo({ kind: 'endpoint', host: 'otlp.vendor.example' }, field),
  XRayTracingOptions: (field) => [
    { props: mesh({ ui: service() }, { tracing: { kind: 'xray', [field]: unexpected } }), path: `tracing.${field}` },
  ],
};

function alarmsWith(alarms: Raw, path: string): readonly { readonly props: Raw; readonly path: string }[] {
  return [{ props: mesh({ ui: service() }, { observability: { metrics: true, alarms } }), path: `observability.alarms.${path}` }];
}

test('every interface of props has a place in this audit', () => {
  expect(Object.keys(PLACES).sort()).toEqual(interfaces.map((node) => node.name.text).sort());
});

describe('every prop is validated: what it cannot be is refused, by its path', () => {
  const places = ALL.flatMap(({ owner, name }) => PLACES[owner]?.(name) ?? []);

  test.each(places)('$path', ({ props, path }) => {
    const issues = issuesOf(props).filter((issue) => issue.path === path);
    expect(issues.map((issue) => issue.value)).toEqual(['an instance of Unexpected']);
    expect(issues[0].code).not.toBe('UNKNOWN_PROPERTY');
  });
});

describe('every prop is documented', () => {
  test.each(ALL.map((field) => [`${field.owner}.${field.name}`, field] as const))('%s', (_, { doc, optional, defaultTag, type }) => {
    expect(doc).toMatch(/^[A-Z`].*[.)]$/s);
    // A default where there is one, and none where a value must be given.
    expect(defaultTag !== undefined).toBe(optional);
    if (defaultTag !== undefined) expect(defaultTag.trim()).not.toBe('');
    // A number says its range or its values; a duration its range.
    if (/^(number|Duration)(\[\])?$/.test(type)) expect(doc).toMatch(/\d/);
  });
});

describe('every exported type shows how it is used', () => {
  const types = files
    .flatMap((file) => file.statements.filter((node) => ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node)))
    .filter(
      (node) => node.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword) === true && node.name?.text !== undefined,
    );

  test.each(types.map((node) => [node.name!.text, node] as const))('%s', (_name, node) => {
    const example = ts.getJSDocTags(node).find((tag) => tag.tagName.text === 'example');
    expect(ts.getTextOfJSDocComment(example?.comment)?.trim()).toBeTruthy();
  });
});
