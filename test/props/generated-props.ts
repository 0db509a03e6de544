import { App, Duration, Lazy, Size, Stack, Token } from 'aws-cdk-lib';
import { ApiKey } from 'aws-cdk-lib/aws-apigateway';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { UserPool, UserPoolClient } from 'aws-cdk-lib/aws-cognito';
import { ContainerImage, CpuArchitecture, LogDrivers, Secret } from 'aws-cdk-lib/aws-ecs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import fc from 'fast-check';
import {
  ActiveHealthCheck,
  Authorizer,
  Certificates,
  Deployment,
  Edge,
  Egress,
  HashOn,
  LoadBalancing,
  Mesh,
  OutlierDetection,
  PathMatch,
  PathRewrite,
  Protocol,
  RetryOn,
  Timeout,
  Tracing,
  TrustedAuthorities,
  ValueMatch,
} from '../../lib';
import { FARGATE_CPUS, fargateMemory } from '../../lib/core/parse/workload/fargate-sizes';

/**
 * Props as plain data, so that they can be mutated anywhere: `{ $: 'image' }` stands for an image, and so on.
 * `build` makes of them what a user would write.
 */
export type Tree = undefined | null | string | number | boolean | Junk | Tree[] | { [key: string]: Tree };

/** A value that is kept as it is. Shown by its number, since some junk throws when it is shown. */
export class Junk {
  constructor(
    readonly value: unknown,
    private readonly label: string,
  ) {}

  [fc.toStringMethod](): string {
    return `junk ${this.label}`;
  }
}

const elsewhere = new Stack(new App(), 'Elsewhere');
const parameter = StringParameter.fromSecureStringParameterAttributes(elsewhere, 'Parameter', { parameterName: '/shop/key' });
const alarm = Alarm.fromAlarmArn(elsewhere, 'Alarm', 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:errors');
const userPool = UserPool.fromUserPoolId(elsewhere, 'Pool', 'eu-west-1_pool');
const userPoolClient = UserPoolClient.fromUserPoolClientId(elsewhere, 'Client', 'client');

/** What a user passes to a factory may be wrong in every way: that must not matter before props are read. */
type Factory = (fields: Record<string, unknown>) => unknown;

const FACTORIES: Readonly<Record<string, Factory>> = {
  image: () => ContainerImage.fromRegistry('example/image'),
  secret: () => Secret.fromSsmParameter(parameter),
  logging: () => LogDrivers.awsLogs({ streamPrefix: 'x' }),
  userPool: () => userPool,
  userPoolClient: () => userPoolClient,
  apiKey: () => ApiKey.fromApiKeyId(elsewhere, `Key${String(elsewhere.node.children.length)}`, 'key'),
  arm: () => CpuArchitecture.ARM64,
  x86: () => CpuArchitecture.X86_64,
  protocol: ({ id }) => ({ http: Protocol.HTTP, http2: Protocol.HTTP2, grpc: Protocol.GRPC, tcp: Protocol.TCP })[id as string],
  duration: ({ millis }) => Duration.millis(millis as number),
  size: ({ bytes }) => Size.bytes(bytes as number),
  path: ({ kind, text }) => PathMatch[kind as 'exact'](text as string),
  value: ({ kind, text }) => ValueMatch[kind as 'exact'](text as string),
  range: ({ start, end }) => ValueMatch.range(start as number, end as number),
  not: ({ match }) => ValueMatch.not(match as ValueMatch),
  newPath: ({ kind, text, substitution }) => PathRewrite[kind as 'regex'](text as string, substitution as string),
  timeout: ({ perRequest }) => Timeout.perRequest(perRequest as Duration),
  timeouts: ({ options }) => Timeout.of(options as never),
  retryOn: ({ id }) =>
    ({ serverError: RetryOn.SERVER_ERROR, clientError: RetryOn.CLIENT_ERROR, streamError: RetryOn.STREAM_ERROR })[id as string],
  outliers: ({ options }) => OutlierDetection.of(options as never),
  noOutliers: () => OutlierDetection.none(),
  leastRequest: ({ options }) => LoadBalancing.leastRequest(options as never),
  roundRobin: ({ options }) => LoadBalancing.roundRobin(options as never),
  ringHash: ({ hashOn }) => LoadBalancing.ringHash(hashOn as never),
  hashOnHeader: ({ name }) => HashOn.header(name as string),
  hashOnCookie: ({ name, options }) => HashOn.cookie(name as string, options as never),
  hashOnSource: () => HashOn.source(),
  healthChecks: ({ options }) => ActiveHealthCheck.of(options as never),
  noHealthChecks: () => ActiveHealthCheck.none(),
  rolling: ({ options }) => Deployment.rolling(options as never),
  alarm: () => alarm,
  httpApi: ({ options }) => Edge.httpApi(options as never),
  restApi: ({ options }) => Edge.restApi(options as never),
  envoy: ({ options }) => Mesh.envoy(options as never),
  kms: ({ options }) => Certificates.kms(options as never),
  privateCa: ({ options }) => Certificates.privateCa(options as never),
  noCertificates: () => Certificates.none(),
  xray: ({ options }) => Tracing.xray(options as never),
  noTracing: () => Tracing.none(),
  egress: ({ kind }) => (kind === 'open' ? Egress.open() : Egress.declared()),
  publicAuthorities: () => TrustedAuthorities.public(),
  trustFile: ({ path }) => TrustedAuthorities.file(path as string),
  trustPem: ({ pem }) => TrustedAuthorities.pem(pem as string),
  none: () => Authorizer.none(),
  iam: () => Authorizer.iam(),
  jwt: ({ options }) => Authorizer.jwt(options as never),
  cognito: ({ options }) => Authorizer.cognito(options as never),
  lambda: ({ options }) => Authorizer.lambda(options as never),
  apiKeys: ({ options }) => Authorizer.apiKey(options as never),
};

export function build(tree: Tree, made = new Map<string, unknown>()): unknown {
  if (tree instanceof Junk) return tree.value;
  if (Array.isArray(tree)) return tree.map((item) => build(item, made));
  if (typeof tree !== 'object' || tree === null) return tree;
  const fields = Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, build(value, made)]));
  const factory = typeof fields['$'] === 'string' && Object.hasOwn(FACTORIES, fields['$']) ? FACTORIES[fields['$']] : undefined;
  if (factory === undefined) return fields;
  if (!SHARED.includes(fields['$'] as string)) return attempt(() => factory(fields));
  // Equal trees give one object: an authorizer in two places is one authorizer.
  const key = identity(tree);
  if (!made.has(key))
    made.set(
      key,
      attempt(() => factory(fields)),
    );
  return made.get(key);
}

const SHARED = ['jwt', 'cognito', 'lambda', 'apiKeys'];

/** Equal for trees that differ in nothing but the order of their keys. */
function identity(tree: Tree): string {
  if (Array.isArray(tree)) return `[${tree.map(identity).join()}]`;
  if (tree instanceof Junk || typeof tree !== 'object' || tree === null) return fc.stringify(tree);
  return `{${Object.keys(tree)
    .sort()
    .map((key) => `${key}:${identity(tree[key])}`)
    .join()}}`;
}

function attempt(create: () => unknown): unknown {
  try {
    return create();
  } catch {
    return undefined; // the CDK's own factories refuse some junk before this library sees it
  }
}

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
      { scaling: { minCapacity: 2, maxCapacity: 12, memoryTargetPercent: 70 }, desiredCount: 2 },
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
  maxRequestSize: maybe(fc.constantFrom(1, 1_000_000).map((bytes) => make('size', { bytes }))),
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
      allow: maybe(fc.constantFrom<Tree[]>([{}], [{ methods: ['GET', 'HEAD'] }, { paths: ['/orders', '/orders/*'] }])),
      // Most services have none of it.
      policy: fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: requestPolicy }),
      webSockets: maybe(fc.boolean()),
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
      accessLogs: maybe(fc.boolean()),
      passThroughHeaders: maybe(fc.constantFrom<Tree[]>(['x-request-id'], ['x-original-url', 'true-client-ip'])),
      gateway: maybe(sizing.map((chosen) => object(chosen))),
    })
    .map((options) => make(kind, { options: object(options) }));
});

/** Props that must be accepted, whatever they are. */
export const validProps: fc.Arbitrary<Tree> = fc
  .record({
    services: fc.record(Object.fromEntries(NAMES.map((name) => [name, service(name)]))),
    external: fc.record(Object.fromEntries(EXTERNAL_NAMES.map((name) => [name, external]))),
    egress: maybe(fc.constantFrom(make('egress', { kind: 'open' }), make('egress', { kind: 'declared' }))),
    edge: maybe(edge),
    mesh: maybe(
      fc.constantFrom(
        make('envoy'),
        make('envoy', { options: { version: 'v1.39.0', logLevel: 'off' } }),
        make('envoy', {
          options: {
            image: make('image'),
            agentImage: make('image'),
            discoveryInterval: make('duration', { millis: 5000 }),
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
  .map(object);

const cycle: Record<string, unknown> = {};
cycle['a'] = cycle;
cycle['b'] = { cycle };
const revoked = Proxy.revocable({}, {});
revoked.revoke();
const broken = (): never => {
  throw new RangeError('boom');
};

/** Whatever JavaScript can pass. */
const JUNK: readonly unknown[] = [
  undefined,
  null,
  '',
  'x',
  ' ',
  '\n',
  '__proto__',
  'constructor',
  'ui',
  'GET /',
  '${Token[',
  '\ud800',
  'x'.repeat(5000),
  '8080',
  '$default',
  '*',
  0,
  -0,
  -1,
  1,
  1.5,
  256,
  443,
  15006,
  NaN,
  Infinity,
  -Infinity,
  Number.MAX_SAFE_INTEGER,
  1e308,
  10n,
  true,
  false,
  [],
  [[]],
  [undefined],
  [null],
  new Array(3),
  ['x'],
  ['ui', 'ui'],
  [{}],
  {},
  { a: 1 },
  { kind: 'http' },
  { provider: 'envoy' },
  Object.create(null),
  Object.freeze({ constructor: null }),
  JSON.parse('{"__proto__":{"port":1}}'),
  () => 1,
  function constructor() {
    return 1;
  },
  class {},
  Symbol('s'),
  Symbol.iterator,
  new Date(0),
  new Map([['ui', 1]]),
  new Set(),
  /x/,
  new Error('x'),
  Buffer.from('x'),
  Promise.resolve(1),
  new (class Person {
    name = 'Ann';
  })(),
  Object.create({ bind: 1 }),
  Object.create({ constructor: undefined }),
  cycle,
  [cycle],
  {
    get port() {
      return broken();
    },
  },
  {
    bind: 1,
    get image() {
      return broken();
    },
  },
  new Proxy({}, { get: broken }),
  new Proxy({}, { ownKeys: broken }),
  new Proxy({}, { has: broken, getPrototypeOf: broken }),
  new Proxy([], { get: broken }),
  revoked.proxy,
  { _input: broken, _type: 'Edge' },
  { _input: () => cycle, _type: 'Edge' },
  { _input: 7, _type: 7 },
  { toString: broken },
  { valueOf: broken, toJSON: broken },
  Token.asString({ Ref: 'X' }),
  `a${Token.asString({ Ref: 'X' })}b`,
  Token.asNumber({ Ref: 'X' }),
  Token.asList({ Ref: 'X' }),
  Token.asAny({ Ref: 'X' }),
  Lazy.string({ produce: () => 'x' }),
  Lazy.any({ produce: () => 'x' }),
  Duration.seconds(0),
  Duration.days(400),
  Duration.millis(1.5),
  Duration.seconds(0.0001),
  Duration.seconds(NaN),
  Duration.seconds(Token.asNumber({ Ref: 'X' })),
  Duration,
  Size.bytes(0),
  Size.gibibytes(1000),
  Size.mebibytes(Token.asNumber({ Ref: 'X' })),
  Size,
  PathMatch.exact(7 as never),
  PathRewrite.prefix('/'),
  ValueMatch.not(undefined as never),
  ValueMatch.not(ValueMatch.not(ValueMatch.regex('('))),
  ContainerImage,
  Protocol,
  Protocol.HTTP,
  Protocol.TCP,
  Edge,
  Mesh.envoy(),
  Tracing.none(),
  Authorizer.none(),
  Timeout.perRequest('x' as never),
  Timeout.of('x' as never),
  RetryOn.SERVER_ERROR,
  OutlierDetection.none(),
  LoadBalancing.ringHash(HashOn.cookie(7 as never, null as never)),
  HashOn.source(),
  ActiveHealthCheck.of(null as never),
  CpuArchitecture.X86_64,
  CpuArchitecture.of('RISCV'),
  parameter,
  userPool,
  elsewhere,
];

const KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'prototype',
  '',
  ' ',
  'a.b',
  'a/b',
  'ui',
  'orders',
  'Resource',
  'Default',
  'envoy',
  'gateway',
  'tasks',
  '-a',
  'a-',
  '0',
  'é',
  '😀',
  '\u0000',
  '\ud800',
  '${Token[TOKEN.1]}',
  'x'.repeat(64),
  'x'.repeat(300),
  '$default',
  'GET /',
  'ANY /{proxy+}',
  'port',
  'kind',
  'provider',
  '$',
];

interface Mutation {
  readonly at: number;
  readonly how: 'delete' | 'replace' | 'rename' | 'add' | 'duplicate';
  readonly junk: Junk;
  readonly key: string;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(),
  how: fc.constantFrom<Mutation['how']>('delete', 'replace', 'replace', 'replace', 'rename', 'add', 'duplicate'),
  junk: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...JUNK.map((value, index) => new Junk(value, String(index)))) },
    {
      weight: 1,
      arbitrary: fc
        .anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withSparseArray: true })
        .map((value) => new Junk(value, fc.stringify(value))),
    },
  ),
  key: fc.constantFrom(...KEYS),
});

type Parent = Tree[] | Record<string, Tree>;

function isParent(tree: Tree): tree is Parent {
  return typeof tree === 'object' && tree !== null && !(tree instanceof Junk);
}

/** Every place in the tree, as its parent and key. */
function places(tree: Tree, found: (readonly [Parent, string])[] = []): readonly (readonly [Parent, string])[] {
  if (!isParent(tree)) return found;
  for (const key of Object.keys(tree)) {
    found.push([tree, key]);
    places((tree as Record<string, Tree>)[key], found);
  }
  return found;
}

/** Assignment would not make "__proto__" a property. */
function put(parent: Parent, key: string, value: Tree): void {
  if (Array.isArray(parent) && !/^\d+$/.test(key)) parent.push(value);
  else Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
}

function mutate(tree: Tree, { at, how, junk, key }: Mutation): void {
  const all = places(tree);
  const [parent, name] = all[at % all.length];
  const value = (parent as Record<string, Tree>)[name];
  if (how === 'delete' || how === 'rename') Reflect.deleteProperty(parent, name);
  if (how === 'replace') put(parent, name, junk);
  if (how === 'rename' || how === 'duplicate') put(parent, key, value);
  if (how === 'add') put(parent, key, junk);
}

/** Valid props with up to four things wrong; still only a tree, so that a counterexample can be read. */
export const mutatedProps = mutatedUpTo(4);

export function mutatedUpTo(times: number): fc.Arbitrary<Tree> {
  return fc
    .tuple(validProps, fc.array(mutation, { minLength: 1, maxLength: times }))
    .map(([props, mutations]) => mutateAll(props, mutations));
}

function mutateAll(props: Tree, mutations: readonly Mutation[]): Tree {
  // In an object of its own, so that the props as a whole can be replaced too.
  const root: Record<string, Tree> = { props: structuredCloneOf(props) };
  for (const each of mutations) if (places(root).length > 0) mutate(root, each);
  return root['props'];
}

function structuredCloneOf(tree: Tree): Tree {
  if (Array.isArray(tree)) return tree.map(structuredCloneOf);
  return isParent(tree) ? Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, structuredCloneOf(value)])) : tree;
}

/** The same props written in another order: of all keys, and of calls. */
export function reorder(tree: Tree, random: () => number): Tree {
  if (Array.isArray(tree)) return tree.map((item) => reorder(item, random));
  if (!isParent(tree)) return tree;
  const entries = Object.entries(tree).map(([key, value]): [string, Tree] => [
    key,
    key === 'calls' && Array.isArray(value) ? shuffle(value, random) : reorder(value, random),
  ]);
  return Object.fromEntries(shuffle(entries, random));
}

function shuffle<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
