import { defaultCallPolicy } from '../../../lib/core/model/defaults';
import { planSystem } from '../../../lib/core/plan-system';
import { AGENT_MEMORY_MIB, COLLECTOR_MEMORY_MIB } from '../../../lib/core/model/constants';
import { imageReference, IMAGES } from '../../../lib/core/model/images';
import { Opaque, holdsToken } from '../../../lib/core/reading/input';
import { IssueList } from '../../../lib/core/reading/issues';
import type { Raw } from '../../support/parsing';
import {
  cluster,
  edge,
  firelens,
  image,
  issuesOf,
  jwt,
  listToken,
  logGroup,
  mesh,
  publicRoute,
  routes,
  seconds,
  secret,
  service,
  token,
  topologyOf,
  ui,
} from '../../support/parsing';

describe('the smallest mesh', () => {
  test('gets every default that the documentation promises', () => {
    expect(topologyOf(mesh({ ui: service() }))).toEqual({
      name: 'shop',
      domain: 'shop.internal',
      discoveryDomain: 'tasks.shop.internal',
      trustDomain: 'shop.internal',
      mesh: {
        provider: 'envoy',
        proxyImage: imageReference(IMAGES.envoy),
        proxyLogLevel: 'warning',
        discoveryIntervalSeconds: 2,
        discoveryRateLimit: 1500,
        weightsIntervalSeconds: 15,
        weightsRateLimit: 20,
        maxConnectionSeconds: 86_400,
      },
      certificates: { kind: 'kms', authorities: ['main'], issuer: 'main' },
      tracing: { kind: 'xray', collectorImage: imageReference(IMAGES.collector) },
      egress: 'declared',
      external: [],
      edges: [],
      warnings: [],
      services: [
        {
          name: 'ui',
          path: 'services.ui',
          protocol: 'http',
          port: 8080,
          virtualPort: 15080,
          address: '127.116.251.223',
          virtualHost: 'ui.shop.internal',
          discoveryHost: 'ui.tasks.shop.internal',
          calls: [],
          callers: [],
          gateways: [],
          discovery: 'dns',
          cpu: 512,
          memoryMiB: 1024,
          architecture: 'ARM64',
          desiredCount: 1,
          enableExecuteCommand: false,
          capacityProviders: [],
          environment: {},
          secretNames: [],
          readonlyRootFilesystem: false,
          initProcess: true,
          startupTimeoutSeconds: 300,
          stopTimeoutSeconds: 30,
          extraContainers: [],
          callPolicy: defaultCallPolicy('http'),
          callOverrides: {},
          policy: {
            routes: [],
            rateLimits: [],
            faults: [],
            headerLimits: { requestCount: 100, requestKib: 60, responseCount: 200, responseKib: 60 },
            passThroughHeaders: [],
            webSockets: false,
          },
          callsExternal: [],
        },
      ],
    });
  });

  test('gets an edge with every default that the documentation promises', () => {
    expect(topologyOf(edge({})).edges[0]).toEqual({
      name: 'default',
      path: 'edge',
      gatewayName: 'gateway',
      kind: 'http',
      api: { beginsTraces: false, preflightPaths: [], gatewayRecord: 'SRV', provesContext: true },
      stageName: '$default',
      accessLogs: true,
      passThroughHeaders: [],
      authorizers: [{ id: 'none', kind: 'none' }],
      routes: [
        {
          key: 'ANY /{proxy+}',
          method: 'ANY',
          path: '/{proxy+}',
          segments: [{ kind: 'greedy', name: 'proxy' }],
          target: { kind: 'service', service: 'ui' },
          authorizer: 'none',
          scopes: [],
          streamed: false,
        },
      ],
      gateway: { cpu: 256, memoryMiB: 512, architecture: 'ARM64', desiredCount: 2, enableExecuteCommand: false, capacityProviders: [] },
    });
    expect(topologyOf(edge({}, 'rest')).edges[0]).toMatchObject({ kind: 'rest', stageName: 'prod' });
    expect(topologyOf(edge({ cors: { allowOrigins: ['*'] } })).edges[0]?.cors).toEqual({
      allowOrigins: ['*'],
      allowMethods: ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'],
      allowHeaders: ['authorization', 'content-type', 'x-api-key'],
      exposeHeaders: [],
      allowCredentials: false,
    });
  });
});

describe('a service', () => {
  const one = (more: Raw) => topologyOf(ui(more)).services[0];

  test.each([
    ['http', 15],
    ['http2', 15],
    ['grpc', undefined],
    ['tcp', undefined],
  ])('that speaks %s has by default a request timeout of %p seconds', (protocol, expected) => {
    expect(one({ protocol }).callPolicy.timeouts.requestSeconds).toBe(expected);
  });

  test('of TCP is reached on the port on which it listens, any other on 15080', () => {
    expect(one({ protocol: 'tcp', port: 6379 }).virtualPort).toBe(6379);
    expect(one({ protocol: 'tcp', port: 80, virtualPort: 8081 }).virtualPort).toBe(8081);
    expect(one({ protocol: 'grpc', port: 50051 }).virtualPort).toBe(15080);
    expect(one({ port: 80 }).port).toBe(80);
  });

  test.each([
    [{}, [512, 1024]],
    [{ cpu: 256 }, [256, 1024]],
    [{ cpu: 1024 }, [1024, 2048]],
    [{ cpu: 16_384 }, [16_384, 32_768]],
    [{ cpu: 32_768, memoryLimitMiB: 249_856 }, [32_768, 249_856]],
    [{ memoryLimitMiB: 4096 }, [512, 4096]],
  ])('with %j gets a task of %j CPU units and MiB', (size, expected) => {
    const { cpu, memoryMiB } = one(size);
    expect([cpu, memoryMiB]).toEqual(expected);
  });

  test('that scales leaves its count to scaling, and aims at 60 percent of CPU if told nothing', () => {
    expect(one({ scaling: { maxCapacity: 4 } })).toMatchObject({ scaling: { minCapacity: 1, maxCapacity: 4, cpuTargetPercent: 60 } });
    expect(one({ scaling: { maxCapacity: 4 } })).not.toHaveProperty('desiredCount');
    expect(one({ scaling: { minCapacity: 2, maxCapacity: 4, memoryTargetPercent: 70 } })).toMatchObject({
      scaling: { minCapacity: 2, maxCapacity: 4, memoryTargetPercent: 70 },
    });
    expect(one({ scaling: { maxCapacity: 4, memoryTargetPercent: 70 } }).scaling).not.toHaveProperty('cpuTargetPercent');
  });

  test('can run no task at all', () => {
    expect(one({ desiredCount: 0 }).desiredCount).toBe(0);
  });

  test('takes from the mesh what it does not choose itself', () => {
    const shared = {
      cpuArchitecture: 'X86_64',
      enableExecuteCommand: true,
      capacityProviderStrategies: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }],
    };
    const own = { cpuArchitecture: 'ARM64', enableExecuteCommand: false, capacityProviderStrategies: [] };
    const topology = topologyOf(
      mesh({ a: service(), b: service(own) }, { ...shared, edge: { kind: 'http', routes: { 'GET /': { ...publicRoute, service: 'a' } } } }),
    );
    const expected = {
      architecture: 'X86_64',
      enableExecuteCommand: true,
      capacityProviders: [{ name: 'FARGATE_SPOT', base: 0, weight: 1 }],
    };
    expect(topology.services[0]).toMatchObject(expected);
    // Not Spot, unless its own props say so.
    expect(topology.edges[0]?.gateway).toMatchObject({ ...expected, capacityProviders: [{ name: 'FARGATE', base: 0, weight: 1 }] });
    expect(topology.services[1]).toMatchObject({ architecture: 'ARM64', enableExecuteCommand: false, capacityProviders: [] });
  });

  test('knows its calls and its callers, cycles included', () => {
    const { services } = topologyOf(mesh({ c: service({ calls: ['a'] }), a: service({ calls: ['c', 'b'] }), b: service() }));
    expect(services.map(({ name, calls, callers }) => ({ name, calls, callers }))).toEqual([
      { name: 'a', calls: ['b', 'c'], callers: ['c'] },
      { name: 'b', calls: [], callers: ['a'] },
      { name: 'c', calls: ['a'], callers: ['a'] },
    ]);
  });

  test('knows whether a route leads to it', () => {
    const { services } = topologyOf(
      mesh({ a: service(), b: service() }, { edge: { kind: 'http', routes: { 'GET /': { ...publicRoute, service: 'b' } } } }),
    );
    expect(services.map((entry) => entry.gateways)).toEqual([[], ['gateway']]);
  });

  test('may have ten containers, and not one more', () => {
    const names = (count: number): Raw => Object.fromEntries(Array.from({ length: count }, (_, index) => [`c${index}`, { image }]));
    expect(one({ extraContainers: names(5) }).extraContainers).toHaveLength(5);
    expect(
      topologyOf(mesh({ ui: service({ extraContainers: names(6) }) }, { tracing: { kind: 'none' } })).services[0].extraContainers,
    ).toHaveLength(6);
  });

  test('counts one log router, however many containers log with FireLens', () => {
    const logged = (count: number): Raw =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`c${index}`, { image, logging: firelens }]));
    expect(one({ logging: firelens, extraContainers: logged(4) }).extraContainers).toHaveLength(4);
  });

  test('may give its extra containers all memory that nothing else reserves', () => {
    expect(one({ extraContainers: { a: { image, memoryLimitMiB: 600 }, b: { image, memoryLimitMiB: 232 } } }).memoryMiB).toBe(1024);
    const untraced = mesh({ ui: service({ extraContainers: { a: { image, memoryLimitMiB: 896 } } }) }, { tracing: { kind: 'none' } });
    expect(issuesOf(untraced)).toEqual([]);
  });

  test('reserves as much memory for the collector and the agent as is counted', () => {
    const plan = planSystem(topologyOf(ui({})), new IssueList());
    const reserved = plan.workloads.flatMap((task) =>
      task.containers.map((container) => container.memoryReservationMiB ?? container.memoryLimitMiB ?? 0),
    );
    expect(reserved.reduce((sum, each) => sum + each)).toBe(COLLECTOR_MEMORY_MIB + AGENT_MEMORY_MIB);
  });

  test('has extra containers with all that was said of them', () => {
    const helper = {
      image,
      essential: false,
      ports: [9000, 9001],
      environment: { A: 'b' },
      secrets: { S: secret },
      command: ['x'],
      entryPoint: ['y'],
      user: '1000',
      readonlyRootFilesystem: true,
      initProcess: true,
      cpu: 64,
      memoryLimitMiB: 128,
      healthCheck: { command: ['true'] },
    };
    expect(one({ extraContainers: { helper } }).extraContainers).toEqual([
      {
        name: 'helper',
        essential: false,
        ports: [9000, 9001],
        environment: { A: 'b' },
        secretNames: ['S'],
        command: ['x'],
        entryPoint: ['y'],
        user: '1000',
        readonlyRootFilesystem: true,
        initProcess: true,
        cpu: 64,
        memoryLimitMiB: 128,
      },
    ]);
  });

  test('may be called what JavaScript objects have, as long as the CDK can hold it', () => {
    expect(
      topologyOf(mesh({ prototype: service({ calls: ['valueof'] }), valueof: service() })).services.map((entry) => entry.name),
    ).toEqual(['prototype', 'valueof']);
    expect(one({ environment: { constructor: 'a', toString: 'b' } }).environment).toEqual({ constructor: 'a', toString: 'b' });
  });

  test('keeps a variable called "__proto__" as one', () => {
    const environment = one({ environment: JSON.parse('{"__proto__":"x"}') as unknown }).environment;
    expect(Object.entries(environment)).toEqual([['__proto__', 'x']]);
    expect(Object.getPrototypeOf(environment)).toBe(Object.prototype);
  });
});

describe('a token is accepted where CloudFormation can resolve it', () => {
  test.each<[string, Raw]>([
    ['an environment variable', ui({ environment: { A: token } })],
    ['a part of a command', ui({ command: ['run', token] })],
    ['a whole command', ui({ command: listToken })],
    ['an entry point', ui({ entryPoint: listToken })],
    ['the user', ui({ user: token })],
    ['a part of a health check command', ui({ healthCheck: { command: ['CMD-SHELL', token] } })],
    ['an issuer', edge({ authorizer: { ...jwt, issuer: token } })],
    ['an audience', edge({ authorizer: { ...jwt, audience: [token] } })],
    ['a scope', routes({ 'GET /': { service: 'ui', authorizer: jwt, scopes: [token] } })],
    ['a CORS origin of an HTTP API', edge({ cors: { allowOrigins: [token] } })],
    ['the retention of logs', mesh({ ui: service() }, { logs: { retention: token } })],
  ])('%s', (_, props) => {
    expect(issuesOf(props)).toEqual([]);
  });

  test('and is passed on as it is', () => {
    const [only] = topologyOf(ui({ environment: { A: token }, command: listToken, entryPoint: ['sh', token] })).services;
    expect(only.environment['A']).toBe(token.text);
    expect(only.command).toEqual(listToken.list);
    expect(only.entryPoint).toEqual(['sh', token.text]);
  });

  test('a key is known to hold one by the text alone', () => {
    expect(holdsToken('GET /${Token[TOKEN.7]}')).toBe(true);
    expect(holdsToken('GET /{id}')).toBe(false);
    expect(holdsToken('${name}')).toBe(false);
  });
});

describe('the edge', () => {
  test('keeps what was said of routes', () => {
    const api = topologyOf(
      edge({
        throttle: { rateLimit: 500, burstLimit: 1000 },
        stageName: 'live',
        ipAddressType: 'dualstack',
        accessLogs: false,
        gateway: { cpu: 1024, desiredCount: 3 },
        routes: {
          $default: { service: 'ui' },
          'POST /checkout': { service: 'ui', authorizer: jwt, scopes: ['pay'], throttle: { rateLimit: 0.5, burstLimit: 1 } },
        },
      }),
    ).edges[0];
    expect(api).toMatchObject({
      throttle: { rateLimit: 500, burstLimit: 1000 },
      stageName: 'live',
      ipAddressType: 'dualstack',
      accessLogs: false,
      gateway: { cpu: 1024, memoryMiB: 2048, desiredCount: 3 },
    });
    expect(api.routes.map(({ key, authorizer, scopes, throttle }) => ({ key, authorizer, scopes, throttle }))).toEqual([
      { key: 'POST /checkout', authorizer: 'jwt', scopes: ['pay'], throttle: { rateLimit: 0.5, burstLimit: 1 } },
      { key: '$default', authorizer: 'none', scopes: [], throttle: undefined },
    ]);
    expect(api.authorizers).toEqual([
      {
        id: 'jwt',
        kind: 'jwt',
        identity: { in: 'header', name: 'Authorization' },
        tokens: { issuer: 'https://login.example.com', audience: ['shop'] },
      },
      { id: 'none', kind: 'none' },
    ]);
  });

  test('can be closed by a throttle of nothing', () => {
    expect(topologyOf(edge({ throttle: { rateLimit: 0, burstLimit: 0 } })).edges[0]?.throttle).toEqual({ rateLimit: 0, burstLimit: 0 });
  });

  test('knows no default authorizer that nobody uses', () => {
    const api = topologyOf(edge({ authorizer: undefined, routes: { 'GET /': publicRoute } })).edges[0];
    expect(api.authorizers).toEqual([{ id: 'none', kind: 'none' }]);
  });

  test.each(['none', 'iam'])('takes Authorizer.%s() in many places as one', (kind) => {
    expect(
      topologyOf(
        routes({ 'GET /a': { service: 'ui', authorizer: { kind } }, 'GET /b': { service: 'ui', authorizer: { kind } } }),
      ).edges[0].routes.map((route) => route.authorizer),
    ).toEqual([kind, kind]);
  });

  test('takes origins, methods and ages of CORS', () => {
    const cors = {
      allowOrigins: ['https://shop.example', 'http://localhost:3000'],
      allowMethods: ['GET'],
      allowHeaders: ['*'],
      exposeHeaders: ['x-id'],
      maxAge: seconds(600),
      allowCredentials: true,
    };
    expect(topologyOf(edge({ cors })).edges[0]?.cors).toEqual({ ...cors, maxAge: undefined, maxAgeSeconds: 600 });
    expect(topologyOf(edge({ cors: { allowOrigins: ['*'], allowMethods: ['*'] } })).edges[0]?.cors?.allowMethods).toHaveLength(7);
  });

  test('may have 300 routes, and not one more', () => {
    const many = (count: number): Raw =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`GET /r${index}`, { service: 'ui' }]));
    expect(topologyOf(routes(many(300))).edges[0]?.routes).toHaveLength(300);
    expect(topologyOf(routes(many(300), 'rest')).edges[0]?.routes).toHaveLength(300);
  });

  test('may have ten authorizers; what is no authorizer of API Gateway does not count', () => {
    const handler = new Opaque({ functionArn: 'f' });
    const ten = Object.fromEntries(
      Array.from({ length: 10 }, (_, index) => [
        `GET /r${index}`,
        { service: 'ui', authorizer: { kind: 'lambda', handler, name: `l${index}` } },
      ]),
    );
    expect(
      topologyOf(routes({ ...ten, 'GET /public': publicRoute, 'GET /iam': { service: 'ui', authorizer: { kind: 'iam' } } })).edges[0]
        ?.authorizers,
    ).toHaveLength(12);
  });

  test.each([
    'http://localhost:3000',
    'http://127.0.0.1:8080',
    'http://[::1]:3000',
    'https://xn--grsse-lva.example',
    'https://my_shop.example',
  ])('takes the origin %s', (origin) => {
    expect(topologyOf(edge({ cors: { allowOrigins: [origin] } }, 'rest')).edges[0]?.cors?.allowOrigins).toEqual([origin]);
  });
});

describe('the mesh', () => {
  test('keeps what was said of names, tracing and Envoy', () => {
    const topology = topologyOf(
      mesh(
        { ui: service() },
        { name: 'store', tracing: { kind: 'xray', samplingRate: 0 }, mesh: { provider: 'envoy', version: 'v1.39.2', logLevel: 'debug' } },
      ),
    );
    expect(topology).toMatchObject({
      name: 'store',
      domain: 'store.internal',
      discoveryDomain: 'tasks.store.internal',
      tracing: { samplingRate: 0 },
      mesh: { proxyImage: 'docker.io/envoyproxy/envoy:v1.39.2', proxyLogLevel: 'debug' },
    });
    expect(topologyOf(mesh({ ui: service() }, { tracing: { kind: 'none' } }))).not.toHaveProperty('tracing');
    expect(topologyOf(mesh({ ui: service() }, { domain: 'shop.corp.example' }))).toMatchObject({
      name: 'shop',
      domain: 'shop.corp.example',
      discoveryDomain: 'tasks.shop.corp.example',
    });
  });

  test.each(['v1.40.0', 'contrib-v1.40.0', 'v1.37.0', 'v1.100.0'])('takes the Envoy release %s', (version) => {
    expect(topologyOf(mesh({ ui: service() }, { mesh: { provider: 'envoy', version } })).mesh.proxyImage.split('@')[0]).toBe(
      `docker.io/envoyproxy/envoy:${version}`,
    );
  });

  test.each(['shop.amazonaws.internal', 'myamazonaws.com', 'aws.example.com', 'aws-shop.dev', 'ec2.shop.internal'])(
    'takes the domain %s, which hides nothing of AWS',
    (domain) => {
      expect(topologyOf(mesh({ ui: service() }, { domain })).domain).toBe(domain);
    },
  );

  test('takes a cluster, logs and an image of the user', () => {
    expect(issuesOf(mesh({ ui: service() }, { cluster, logs: { logGroup }, mesh: { provider: 'envoy', image } }))).toEqual([]);
    expect(issuesOf(mesh({ ui: service() }, { logs: { retention: 9999, removalPolicy: 'retain' } }))).toEqual([]);
  });
});
