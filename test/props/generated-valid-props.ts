import fc from 'fast-check';
import { FARGATE_CPUS, fargateMemory } from '../../lib/core/parse/workload/fargate-sizes';
import type { Tree } from './generated-tree';

const make = (factory: string, more: Record<string, Tree> = {}): Tree => ({ $: factory, ...more });

function object(fields: Record<string, Tree>): Tree {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
const NAMES = ['cart', 'catalog', 'checkout', 'orders', 'ui', 'valueof'] as const;
const EXTERNAL_NAMES = ['mail', 'stripe'] as const;
const text = fc.constantFrom('', 'x', '${HOME}', 'http://orders.shop.internal:15080', 'é"\\\n');
const size = fc
  .constantFrom(...FARGATE_CPUS)
  .chain((cpu) => fc.record({ cpu: fc.constant(cpu), memoryLimitMiB: maybe(fc.constantFrom(...fargateMemory(cpu)!)) }));
const duration = (min: number, max: number): fc.Arbitrary<Tree> =>
  fc.integer({ min, max }).map((seconds) => make('duration', { millis: seconds * 1000 }));
const providers = fc.constantFrom<Tree[]>(
  [],
  [{ capacityProvider: 'FARGATE', weight: 1 }],
  [
    { capacityProvider: 'FARGATE', weight: 1, base: 1 },
    { capacityProvider: 'FARGATE_SPOT', weight: 4 },
  ],
);

const sizing = fc
  .record({
    size: maybe(size),
    cpuArchitecture: fc.constantFrom(undefined, make('arm'), make('x86')),
    count: fc.constantFrom<Record<string, Tree>>(
      {},
      { desiredCount: 0 },
      { desiredCount: 3 },
      { scaling: { maxCapacity: 4 } },
      { scaling: { minCapacity: 2, maxCapacity: 12, memoryTargetPercent: 70 } },
    ),
    capacityProviderStrategies: maybe(providers),
    enableExecuteCommand: maybe(fc.boolean()),
    deployment: maybe(
      fc.constantFrom(
        make('rolling'),
        make('rolling', { options: { minHealthyPercent: 0, maxHealthyPercent: 100, rollback: false } }),
        make('rolling', { options: { minHealthyPercent: 100, alarms: [make('alarm')] } }),
      ),
    ),
  })
  .map(({ size: chosen, count, ...rest }) => ({ ...chosen, ...count, ...rest }));

const container = fc.record({
  environment: maybe(fc.dictionary(fc.constantFrom('A', 'B', 'PORT', 'constructor', '__proto__'), text, { noNullPrototype: true })),
  secrets: maybe(fc.constant<Tree>({ KEY: make('secret') })),
  command: maybe(fc.array(text, { maxLength: 2 })),
  entryPoint: maybe(fc.array(text, { maxLength: 2 })),
  user: maybe(fc.constantFrom('1000', 'node')),
  readonlyRootFilesystem: maybe(fc.boolean()),
  initProcess: maybe(fc.boolean()),
  healthCheck: maybe(
    fc
      .record({
        command: fc.constant(['CMD-SHELL', 'true']),
        interval: maybe(duration(60, 300)),
        timeout: maybe(duration(2, 60)),
        retries: maybe(fc.integer({ min: 1, max: 10 })),
        startPeriod: maybe(duration(0, 300)),
      })
      .map(({ command, ...rest }) => object({ command: [...command], ...rest })),
  ),
  logging: maybe(fc.constant(make('logging'))),
});

const helper = fc
  .record({
    container,
    essential: maybe(fc.boolean()),
    memoryLimitMiB: maybe(fc.integer({ min: 6, max: 96 })),
    cpu: maybe(fc.integer({ min: 1, max: 64 })),
  })
  .map(({ container: shared, ...rest }) => object({ image: make('image'), ...shared, ...rest }));

const limit = maybe(fc.integer({ min: 1, max: 2000 }));

const compression = maybe(
  fc.oneof(
    fc.constant(make('uncompressed')),
    fc
      .record({
        algorithms: maybe(
          fc.shuffledSubarray(['gzip', 'brotli'], { minLength: 1 }).map((ids) => ids.map((id) => make('algorithm', { id }))),
        ),
        contentTypes: maybe(fc.constantFrom<Tree[]>(['text/html'], ['Application/*+JSON', 'text/event-stream'])),
        minSize: maybe(fc.constantFrom(30, 4096).map((bytes) => make('size', { bytes }))),
        credentials: fc.constantFrom<Record<string, Tree>>({}, { credentialHeaders: ['X-User'] }, { withCredentials: true }),
      })
      .map(({ credentials, ...options }) => make('compressed', { options: object({ ...options, ...credentials }) })),
  ),
);

/** Of calls to HTTP services. */
const callPolicy = fc.record({
  timeout: maybe(
    fc.oneof(
      duration(1, 100).map((perRequest) => make('timeout', { perRequest })),
      fc
        .record({
          perRequest: duration(10, 20),
          perTry: maybe(duration(1, 10)),
          idle: maybe(duration(1, 1000)),
          stream: maybe(duration(20, 5000)),
        })
        .map((options) => make('timeouts', { options: object(options) })),
      fc
        .record({ perTry: maybe(duration(1, 15)), idle: duration(1, 1000), stream: maybe(duration(20, 5000)) })
        .map((options) => make('timeouts', { options: object(options) })),
    ),
  ),
  retry: maybe(
    fc.oneof(
      fc.constant<Tree>({ maxRetries: 0 }),
      fc
        .record({
          maxRetries: maybe(fc.integer({ min: 1, max: 10 })),
          on: maybe(
            fc
              .subarray(['serverError', 'clientError', 'streamError'], { minLength: 1 })
              .map((ids) => ids.map((id) => make('retryOn', { id }))),
          ),
          anyMethod: maybe(fc.boolean()),
          backoff: maybe(fc.record({ base: duration(1, 5), max: maybe(duration(5, 600)) }).map(object)),
          budgetPercent: maybe(fc.integer({ min: 0, max: 100 })),
          minConcurrency: maybe(fc.nat(5000)),
        })
        .map(object),
    ),
  ),
  circuitBreaker: maybe(fc.record({ maxConnections: limit, maxPendingRequests: limit, maxRequests: limit }).map(object)),
  outlierDetection: maybe(
    fc.oneof(
      fc.constant(make('noOutliers')),
      fc
        .record({
          consecutiveGatewayErrors: limit.map((count) => (count === undefined ? count : 1 + (count % 1000))),
          consecutiveServerErrors: maybe(fc.integer({ min: 1, max: 9 })),
          interval: maybe(duration(1, 60)),
          baseEjection: maybe(duration(1, 600)),
          maxEjectionPercent: maybe(fc.integer({ min: 1, max: 99 })),
        })
        .map((options) => make('outliers', { options: object(options) })),
    ),
  ),
  loadBalancing: maybe(
    fc.oneof(
      fc
        .record({ kind: fc.constantFrom('leastRequest', 'roundRobin'), slowStart: maybe(duration(1, 900)) })
        .map(({ kind, slowStart }) => make(kind, { options: object({ slowStart }) })),
      fc
        .constantFrom(
          make('hashOnHeader', { name: 'X-User' }),
          make('hashOnCookie', { name: 'session' }),
          make('hashOnCookie', { name: 'session', options: { ttl: make('duration', { millis: 60_000 }) } }),
          make('hashOnSource'),
        )
        .map((hashOn) => make('ringHash', { hashOn })),
    ),
  ),
  activeHealthCheck: maybe(
    fc.oneof(
      fc.constant(make('noHealthChecks')),
      fc
        .record({
          path: fc.constantFrom('/', '/health', '/health/ready'),
          interval: maybe(duration(10, 300)),
          timeout: maybe(duration(1, 5)),
          healthyThreshold: maybe(fc.integer({ min: 1, max: 10 })),
        })
        .map((options) => make('healthChecks', { options: object(options) })),
    ),
  ),
  keepAlive: maybe(fc.record({ interval: maybe(duration(1, 3600)), timeout: maybe(duration(1, 60)) }).map(object)),
});
/** A version inherits field by field, so sizes that go together stand together. */
const version = fc
  .record({
    container,
    image: fc.constantFrom(undefined, make('image')),
    cpuArchitecture: fc.constantFrom(undefined, make('arm'), make('x86')),
    enableExecuteCommand: maybe(fc.boolean()),
    stopTimeout: maybe(duration(2, 120)),
    startupTimeout: maybe(duration(0, 900)),
    extraContainers: maybe(fc.constant<Tree>({ proxy: { image: make('image') } })),
  })
  .map(({ container: own, ...rest }) => ({ ...own, ...rest }));

const versioned = fc
  .record({
    v1: fc.record({ tasks: version, weight: fc.integer({ min: 1, max: 1000 }) }),
    v2: maybe(fc.record({ tasks: version, weight: fc.integer({ min: 0, max: 1000 }) })),
    versionHeader: maybe(fc.constantFrom('x-version', 'X-Canary')),
    mirror: maybe(fc.constantFrom<Tree>({ version: 'v1', percent: 0.5 }, { version: 'v1', percent: 100 })),
  })
  .map(({ v1, v2, ...rest }): Record<string, Tree> => ({
    versions: object({
      v1: object({ ...v1.tasks, weight: v1.weight }),
      v2: v2 === undefined ? undefined : object({ ...v2.tasks, weight: v2.weight }),
    }),
    ...rest,
  }));
const headerChanges = maybe(fc.constantFrom<Tree>({}, { set: { 'x-a': '100%' }, remove: ['cookie'] }, { add: { 'X-B': 'b' } }));
const value = fc.constantFrom<Tree>(
  make('value', { kind: 'exact', text: 'a' }),
  make('value', { kind: 'present' }),
  make('value', { kind: 'regex', text: '[a-z]+' }),
);
const header = fc.oneof(
  value,
  fc.constant(make('range', { start: 1, end: 5 })),
  value.map((match) => make('not', { match })),
);
// One path for each route, so that none hides another.
const serviceRoute = (name: string): fc.Arbitrary<Tree> =>
  fc
    .record({
      name: fc.constant(name),
      match: fc
        .record({
          path: fc.constantFrom<Tree>(
            make('path', { kind: 'exact', text: `/${name}` }),
            make('path', { kind: 'prefix', text: `/${name}/` }),
            make('path', { kind: 'regex', text: `/${name}/\\d+` }),
          ),
          methods: maybe(fc.constantFrom<Tree[]>(['GET'], ['POST', 'PUT', 'HEAD'])),
          headers: maybe(fc.dictionary(fc.constantFrom('x-a', 'X-B'), header, { noNullPrototype: true })),
          queryParameters: maybe(fc.dictionary(fc.constantFrom('v', 'w'), value, { noNullPrototype: true })),
        })
        .map(object),
      rewrite: maybe(
        fc.constantFrom<Tree>(
          { host: 'a.example' },
          { path: make('newPath', { kind: 'exact', text: '/' }) },
          { path: make('newPath', { kind: 'regex', text: '^/(\\w+)', substitution: '/x/\\1' }), host: 'a.example:80' },
        ),
      ),
      timeout: maybe(duration(1, 600).map((perRequest) => make('timeout', { perRequest }))),
      requestHeaders: headerChanges,
      responseHeaders: headerChanges,
      compression,
    })
    .map(object);

const filter = {
  methods: maybe(fc.constantFrom<Tree[]>(['GET'], ['POST', 'PUT'])),
  paths: maybe(fc.constantFrom<Tree[]>(['/a'], ['/a/*', '/b'])),
};
const requestPolicy = fc.record({
  routes: maybe(
    fc
      .shuffledSubarray(['a', 'b', 'c'])
      .chain((names) => fc.tuple(...names.map(serviceRoute)))
      .map((routes) => [...routes]),
  ),
  rateLimits: maybe(
    fc.dictionary(
      fc.constantFrom('all', 'some'),
      fc
        .record({
          requests: fc.integer({ min: 1, max: 1000 }),
          per: maybe(duration(1, 60)),
          burst: maybe(fc.integer({ min: 1, max: 10 })),
          ...filter,
        })
        .map(object),
      { noNullPrototype: true },
    ),
  ),
  faultInjection: maybe(
    fc.dictionary(
      fc.constantFrom('slow', 'broken'),
      fc
        .record({
          abortStatus: fc.constantFrom(429, 503),
          delay: maybe(duration(1, 60)),
          percent: maybe(fc.constantFrom(0.5, 100)),
          headers: maybe(fc.dictionary(fc.constantFrom('x-a', 'X-B'), header, { noNullPrototype: true })),
          ...filter,
        })
        .map(object),
      { noNullPrototype: true },
    ),
  ),
  requestHeaders: headerChanges,
  responseHeaders: headerChanges,
  passThroughHeaders: maybe(fc.constant<Tree[]>(['X-HTTP-Method-Override'])),
  headerLimits: maybe(
    fc
      .record({
        requestCount: maybe(fc.integer({ min: 20, max: 1000 })),
        responseSize: maybe(fc.constantFrom(4096, 100_000).map((bytes) => make('size', { bytes }))),
      })
      .map(object),
  ),
  maxRequestSize: maybe(fc.constantFrom(1, 1_000_000).map((bytes) => make('size', { bytes }))),
  compression,
});

const service = (name: string): fc.Arbitrary<Tree> =>
  fc
    .record({
      port: fc.constantFrom(80, 3000, 8080),
      protocol: maybe(fc.constantFrom('http', 'http2')),
      virtualPort: maybe(fc.integer({ min: 20_000, max: 30_000 })),
      calls: maybe(fc.shuffledSubarray([...NAMES.filter((other) => other !== name), ...EXTERNAL_NAMES])),
      callPolicy,
      override: maybe(callPolicy),
      stopTimeout: maybe(duration(2, 120)),
      startupTimeout: maybe(duration(0, 900)),
      allow: maybe(fc.constantFrom<Tree[]>([{}], [{ methods: ['GET', 'HEAD'] }, { paths: ['/orders', '/orders/*'] }])),
      // Most services have none of it.
      policy: fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: requestPolicy }),
      webSockets: maybe(fc.boolean()),
      loadBalancerTarget: maybe(fc.constantFrom('application', 'network').map((kind) => make('loadBalancerTarget', { kind }))),
      container,
      sizing,
      extraContainers: maybe(fc.dictionary(fc.constantFrom('helper', 'Sidecar_2', 'proxy'), helper, { noNullPrototype: true })),
      versions: fc.option(versioned, { nil: {}, freq: 3 }),
    })
    .map(({ container: shared, sizing: sized, callPolicy: called, override, protocol, versions, policy, webSockets, ...rest }) =>
      object({
        image: make('image'),
        ...shared,
        ...sized,
        ...called,
        ...policy,
        ...rest,
        ...versions,
        // Rules let load balancers in only if one names them.
        allow:
          rest.allow === undefined || rest.loadBalancerTarget === undefined ? rest.allow : [...rest.allow, { callers: ['load-balancer'] }],
        webSockets: protocol === 'http2' ? undefined : webSockets,
        callPolicies:
          override === undefined
            ? undefined
            : object(
                Object.fromEntries(
                  (rest.calls ?? [])
                    .filter((callee) => (NAMES as readonly string[]).includes(callee))
                    .map((callee) => [callee, object(override)]),
                ),
              ),
        protocol: protocol === undefined ? undefined : make('protocol', { id: protocol }),
      }),
    );

const external: fc.Arbitrary<Tree> = fc
  .oneof(
    fc.record({
      host: fc.constantFrom('api.stripe.com', '_x.example.co'),
      port: maybe(fc.integer({ min: 1, max: 65_535 })),
      protocol: maybe(fc.constantFrom('http', 'http2', 'grpc').map((id) => make('protocol', { id }))),
      trust: maybe(fc.constantFrom(make('publicAuthorities'), make('trustFile', { path: '/etc/ssl/bank.pem' }))),
      timeout: maybe(duration(1, 100).map((perRequest) => make('timeout', { perRequest }))),
      virtualPort: maybe(fc.integer({ min: 20_000, max: 30_000 })),
    }),
    fc.record({
      host: fc.constant('db.example.com'),
      port: fc.integer({ min: 31_000, max: 32_000 }),
      protocol: fc.constant(make('protocol', { id: 'tcp' })),
      tls: maybe(fc.boolean()),
    }),
    fc.constant({ host: 'old.example.com', port: 80, tls: false }),
  )
  .map((fields) => object(fields));

const CA_ARN = 'arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/11111111-2222-3333-4444-555555555555';
const JWT = make('jwt', { options: { issuer: 'https://login.example.com', audience: ['shop'] } });
const COGNITO = make('cognito', { options: { userPool: make('userPool'), userPoolClients: [make('userPoolClient')] } });
const throttle = maybe(fc.constantFrom<Tree>({ rateLimit: 0.5, burstLimit: 1 }, { rateLimit: 500, burstLimit: 1000 }));

const edge = fc.constantFrom('httpApi', 'restApi').chain((kind) => {
  const authorizer = fc.constantFrom(
    make('none'),
    make('iam'),
    kind === 'httpApi' ? JWT : make('apiKeys'),
    ...(kind === 'httpApi' ? [COGNITO] : []),
  );
  // Names of parameters are the same everywhere: a REST API wants it so.
  const keys = [
    'GET /',
    'ANY /a',
    'POST /a',
    'GET /a/{id}',
    'ANY /a/{id}/b',
    'ANY /b/{proxy+}',
    ...(kind === 'httpApi' ? ['$default', 'GET /{x}/b', 'ANY /{proxy+}'] : []),
  ];
  const route = fc.record({ service: fc.constantFrom(...NAMES), authorizer: maybe(authorizer), throttle }).map(object);
  return fc
    .record({
      routes: fc.dictionary(fc.constantFrom(...keys), route, { minKeys: 1, noNullPrototype: true }),
      authorizer,
      throttle,
      cors: maybe(
        fc.constantFrom<Tree>(
          { allowOrigins: ['*'] },
          {
            allowOrigins: ['https://a.example'],
            allowCredentials: true,
            allowMethods: ['GET'],
            exposeHeaders: ['x-id'],
            maxAge: make('duration', { millis: 60_000 }),
          },
        ),
      ),
      stageName: maybe(fc.constant('live')),
      ipAddressType: maybe(fc.constantFrom('ipv4', 'dualstack')),
      accessLogs: maybe(fc.boolean()),
      passThroughHeaders: maybe(fc.constantFrom<Tree[]>(['x-request-id'], ['x-original-url', 'true-client-ip'])),
      gateway: maybe(sizing.map((chosen) => object(chosen))),
    })
    .map((options) => make(kind, { options: object(options) }));
});

/** None, one in the short form, or one or two with names. */
const waysIn: fc.Arbitrary<{ readonly [prop: string]: Tree }> = fc.oneof(
  fc.constant({}),
  { weight: 2, arbitrary: edge.map((one) => ({ edge: one })) },
  fc
    .dictionary(fc.constantFrom('default', 'partners', 'staff'), edge, { minKeys: 1, maxKeys: 2, noNullPrototype: true })
    .map((edges) => ({ edges })),
);

/** Props that must be accepted, whatever they are. */
export const validProps: fc.Arbitrary<Tree> = fc
  .record({
    services: fc.record(Object.fromEntries(NAMES.map((name) => [name, service(name)]))),
    external: fc.record(Object.fromEntries(EXTERNAL_NAMES.map((name) => [name, external]))),
    egress: maybe(fc.constantFrom(make('egress', { kind: 'open' }), make('egress', { kind: 'declared' }))),
    waysIn,
    mesh: maybe(
      fc.constantFrom(
        make('envoy'),
        make('envoy', { options: { version: 'v1.40.0', logLevel: 'off' } }),
        make('envoy', {
          options: {
            image: make('image'),
            agentImage: make('image'),
            discoveryInterval: make('duration', { millis: 5000 }),
            ...{ discoveryRateLimit: 3000, weightsRateLimit: 500 },
            weightsInterval: make('duration', { millis: 60_000 }),
            maxConnectionDuration: make('duration', { millis: 3_600_000 }),
          },
        }),
      ),
    ),
    certificates: maybe(
      fc.constantFrom(
        make('noCertificates'),
        make('kms'),
        make('kms', { options: { authorities: ['old', 'new'], issuer: 'new' } }),
        make('privateCa'),
        make('privateCa', { options: { authorityArns: { main: CA_ARN } } }),
      ),
    ),
    tracing: maybe(
      fc.constantFrom(make('noTracing'), make('xray'), make('xray', { options: { samplingRate: 0.1, image: make('image') } })),
    ),
    name: maybe(fc.constantFrom('shop', 'a')),
    domain: maybe(fc.constantFrom('shop.internal', 'shop.corp.example')),
    logs: maybe(fc.constantFrom<Tree>({}, { retention: 7, removalPolicy: 'retain' })),
    cpuArchitecture: fc.constantFrom(undefined, make('arm'), make('x86')),
    capacityProviderStrategies: maybe(providers),
    enableExecuteCommand: maybe(fc.boolean()),
  })
  .map(({ waysIn: edges, ...rest }) => object({ ...rest, ...edges }));
