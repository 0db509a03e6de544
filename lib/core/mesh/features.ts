import { named } from '../model/by-name';
import type { RoutePolicy } from '../model/route-policy';
import { identityHeadersOf } from '../model/identity-headers';
import type { Service, Topology } from '../model/topology';
import { launchTypeOf } from '../model/topology';
import { DEFAULT_HEADER_LIMITS, DEFAULT_LIVENESS_CHECK, defaultCallPolicy } from '../model/defaults';
import type { CallPolicy, ServiceRoute } from '../model/traffic-policy';

/** Something that a mesh may or may not be able to do; each row of the table in docs/app-mesh.md is one. */
export interface Feature {
  /** As the table has it. */
  readonly title: string;
  /** Paths in the user's props that ask for it; none for what every system has by default. */
  readonly usedAt: (topology: Topology) => readonly string[];
  /** How a system does without, where leaving the prop out does not do. */
  readonly without?: string;
}

/** Paths of the services for which something holds. */
function services(topology: Topology, prop: string, holds: (service: Service) => boolean): readonly string[] {
  return topology.services.filter(holds).map(({ path }) => `${path}.${prop}`);
}

const speaking =
  (protocol: Service['protocol']) =>
  (topology: Topology): readonly string[] =>
    services(topology, 'protocol', (service) => service.protocol === protocol);
const always = (): readonly string[] => [];

/**
 * Paths at which a policy of calls says another thing than the default: of called services, and of callers that override it.
 *
 * @param part what of the policy it is about
 */
function calls(topology: Topology, prop: string, part: (policy: Partial<CallPolicy>) => unknown): readonly string[] {
  const says = (policy: Partial<CallPolicy>, standard: Partial<CallPolicy>): boolean =>
    JSON.stringify(part(policy)) !== JSON.stringify(part(standard));
  return topology.services.flatMap(({ path, protocol, callPolicy, callOverrides }) => [
    ...(says(callPolicy, defaultCallPolicy(protocol)) ? [`${path}.${prop}`] : []),
    // What an override leaves out is the called service's matter.
    ...Object.entries(callOverrides).flatMap(([callee, override]) => {
      const called = named(topology.services, callee);
      const standard = called === undefined ? {} : defaultCallPolicy(called.protocol);
      return says({ ...standard, ...override }, standard) ? [`${path}.callPolicies.${callee}.${prop}`] : [];
    }),
  ]);
}

function limitsHeaders({ headerLimits }: Pick<Service['policy'], 'headerLimits'>): boolean {
  return JSON.stringify(headerLimits) !== JSON.stringify(DEFAULT_HEADER_LIMITS);
}

function scalesByRequests({ scaling }: Pick<Service, 'scaling'>): boolean {
  return scaling?.requestsPerTask !== undefined;
}

const HEADERS = ['requestHeaders', 'responseHeaders'] as const;

/** Paths inside of the routes of services. */
const routes = (topology: Topology, within: (route: ServiceRoute) => readonly string[]): readonly string[] =>
  topology.services.flatMap(({ path, policy }) =>
    policy.routes.flatMap((route, index) => within(route).map((prop) => `${path}.routes[${index}]${prop}`)),
  );

/** Routes of edges of whose policy something holds, be it their own or that of their edge. */
const edgeRoutes = (topology: Topology, holds: (policy: RoutePolicy) => boolean): readonly string[] =>
  topology.edges.flatMap(({ path, routes: all }) =>
    all.flatMap(({ key, policy }) => (policy !== undefined && holds(policy) ? [`${path}.routes[${JSON.stringify(key)}]`] : [])),
  );

/** Every feature of a mesh, by its id. A provider says of each whether it can do it; the compliance suite holds it to that. */
export const FEATURES = {
  http: { title: 'HTTP/1.1', usedAt: always },
  http2: { title: 'HTTP/2', usedAt: speaking('http2') },
  grpc: { title: 'gRPC', usedAt: speaking('grpc') },
  tcp: { title: 'TCP', usedAt: speaking('tcp') },
  declaredCalls: { title: 'Only declared calls, by security group and by the proxies', usedAt: always },
  mutualTls: {
    title: 'Mutual TLS with certificates that renew themselves',
    usedAt: ({ certificates }) => (certificates.kind === 'none' ? [] : ['certificates']),
    without: 'set certificates to Certificates.none()',
  },
  manyTasks: {
    title: 'More than 8 tasks of a service',
    usedAt: (topology) => services(topology, 'scaling', ({ discovery }) => discovery === 'cloudMap'),
  },
  accessLogs: { title: 'Access logs of the proxies', usedAt: always },
  savedQueries: {
    title: 'Saved queries of the access logs (`observability.queries`)',
    usedAt: ({ observability }) => (observability?.queries === true ? ['observability.queries'] : []),
  },
  openTelemetry: {
    title: 'Traces by OpenTelemetry (`Tracing.openTelemetry()`)',
    usedAt: ({ tracing }) => (tracing?.kind === 'openTelemetry' ? ['tracing'] : []),
    without: 'use Tracing.xray()',
  },
  traces: {
    title: 'X-Ray traces of the proxies',
    usedAt: ({ tracing }) => (tracing === undefined ? [] : ['tracing']),
    without: 'set tracing to Tracing.none()',
  },
  metrics: {
    title: 'Metrics of services and calls (`observability.metrics`)',
    usedAt: ({ observability }) => (observability?.metrics === true ? ['observability.metrics'] : []),
    without: 'leave metrics, dashboard and alarms of observability out',
  },
  prometheus: {
    title: 'Metrics that Prometheus scrapes from each task (`observability.prometheus`)',
    usedAt: ({ observability }) => (observability?.prometheus === undefined ? [] : ['observability.prometheus']),
  },
  loadBalancerTarget: {
    title: 'A load balancer of your own in front (`loadBalancerTarget`)',
    usedAt: (topology) => services(topology, 'loadBalancerTarget', ({ loadBalancerTarget }) => loadBalancerTarget !== undefined),
  },
  requestsPerTask: {
    title: 'Scaling by the requests of a task (`scaling.requestsPerTask`)',
    usedAt: (topology) => [
      ...services(topology, 'scaling.requestsPerTask', (service) => (service.versions ?? [service]).some(scalesByRequests)),
      ...topology.edges.filter(({ gateway }) => scalesByRequests(gateway)).map(({ path }) => `${path}.gateway.scaling.requestsPerTask`),
    ],
    without: 'scale by cpuTargetPercent, or by a metric of your own in metrics',
  },
  managedInstances: {
    title: 'Services on Amazon ECS Managed Instances (`Capacity.managedInstances()`)',
    usedAt: (topology) =>
      services(topology, 'capacityProviderStrategies', (service) =>
        [service, ...(service.versions ?? [])].some((tasks) => launchTypeOf(tasks) === 'MANAGED_INSTANCES'),
      ),
    without: 'use Fargate, or instances of your own: Capacity.ec2()',
  },
  workers: {
    title: 'Services without a port, which only call others',
    usedAt: ({ services: all }) => all.filter(({ port, job }) => port === undefined && job === undefined).map(({ path }) => path),
    without: 'set port, also where nobody calls it',
  },
  jobs: { title: 'Tasks that run and end (`jobs`)', usedAt: ({ services: all }) => all.flatMap(({ path, job }) => (job ? [path] : [])) },
  ports: {
    title: 'Several ports of a service, each with callers of its own (`ports`)',
    usedAt: ({ services: all }) => all.flatMap(({ path, additionalPort }) => (additionalPort === undefined ? [] : [path])),
    without: 'run the application once for each port, as services of their own',
  },
  clients: {
    title: 'Callers outside of the mesh, with an identity (`clients`)',
    usedAt: ({ clientGateway }) => clientGateway?.clients.map(({ path }) => path) ?? [],
    without: 'let them call by an edge, such as Edge.httpApi()',
  },
  edge: { title: 'API Gateway in front (`edge`)', usedAt: ({ edges }) => edges.map(({ path }) => path) },
  edgePorts: {
    title: 'An Application Load Balancer in front (`Edge.loadBalancer()`)',
    usedAt: ({ edges }) => edges.flatMap(({ path, api }) => (api.ports === undefined ? [] : [path])),
    without: 'use Edge.httpApi() or Edge.restApi()',
  },
  grpcTranslation: {
    title: 'JSON and gRPC-Web of clients translated to gRPC (`grpc` of a route, `grpcRoutes`)',
    usedAt: ({ edges }) =>
      edges.filter(({ routes: all }) => all.some(({ target }) => target.kind === 'grpc')).map(({ path }) => `${path}.routes`),
    without: 'route to HTTP services that call it',
  },
  aggregation: {
    title: 'Answers of several services at the edge (`aggregate`)',
    usedAt: ({ edges }) =>
      edges.flatMap(({ path, routes: all }) =>
        all.flatMap(({ key, target }) => (target.kind === 'aggregate' ? [`${path}.routes[${JSON.stringify(key)}].aggregate`] : [])),
      ),
    without: 'let the route lead to a service that calls the others',
  },
  edgeCache: {
    title: 'Routes of an edge whose responses are kept, and whose services see of credentials only what they are kept by (`cache`)',
    usedAt: ({ edges }) =>
      edges.flatMap(({ path, routes: all }) =>
        all.flatMap(({ key, cache }) => (cache === undefined ? [] : [`${path}.routes[${JSON.stringify(key)}].cache`])),
      ),
  },
  allow: {
    title: 'Authorization by caller, method and path (`allow`)',
    usedAt: (topology) => services(topology, 'allow', ({ allow }) => allow !== undefined),
  },
  callPolicies: {
    title: 'A policy of calls that differs by caller',
    usedAt: ({ services: all }) =>
      all.flatMap(({ path, callOverrides }) =>
        Object.entries(callOverrides).flatMap(([callee, override]) =>
          Object.keys(override).length === 0 ? [] : [`${path}.callPolicies.${callee}`],
        ),
      ),
  },
  timeouts: {
    title: 'Timeouts of requests, tries and silence',
    usedAt: (topology) => calls(topology, 'timeout', ({ timeouts = {} }) => ({ ...timeouts, streamSeconds: undefined })),
  },
  streamTimeout: {
    title: 'A limit on the life of a stream',
    usedAt: (topology) => calls(topology, 'timeout', ({ timeouts }) => timeouts?.streamSeconds),
  },
  retries: {
    title: 'Retries by event, and how many',
    usedAt: (topology) => calls(topology, 'retry', ({ retry }) => [retry?.maxRetries, retry?.on]),
  },
  anyMethod: {
    title: 'Retries of methods that are not idempotent',
    usedAt: (topology) => calls(topology, 'retry', ({ retry }) => retry?.anyMethod),
  },
  idempotentMethods: {
    title: 'Retries of gRPC methods that are declared idempotent (`idempotentMethods`)',
    usedAt: (topology) => [
      ...calls(topology, 'retry.idempotentMethods', ({ retry }) => retry?.idempotentMethods),
      ...routes(topology, ({ retry }) => (retry?.idempotentMethods === undefined ? [] : ['.retry.idempotentMethods'])),
    ],
  },
  retryBudget: {
    title: 'Backoff and budget of retries',
    usedAt: (topology) => calls(topology, 'retry', ({ retry }) => [retry?.backoff, retry?.budgetPercent, retry?.minConcurrency]),
  },
  circuitBreaker: {
    title: 'Circuit breakers',
    usedAt: (topology) => calls(topology, 'circuitBreaker', ({ circuitBreaker }) => circuitBreaker),
  },
  outlierDetection: {
    title: 'Outlier detection',
    usedAt: (topology) => calls(topology, 'outlierDetection', ({ outlierDetection }) => outlierDetection),
  },
  roundRobin: {
    title: 'Load balancing: round robin',
    usedAt: (topology) => calls(topology, 'loadBalancing', ({ loadBalancing }) => loadBalancing?.algorithm === 'roundRobin'),
  },
  ringHash: {
    title: 'Load balancing: by a hash of a header, a cookie or the client',
    usedAt: (topology) => calls(topology, 'loadBalancing', ({ loadBalancing }) => loadBalancing?.algorithm === 'ringHash'),
  },
  slowStart: {
    title: 'Slow start of new tasks',
    usedAt: (topology) =>
      calls(topology, 'loadBalancing', ({ loadBalancing }) =>
        loadBalancing?.algorithm === 'ringHash' ? undefined : loadBalancing?.slowStartSeconds,
      ),
  },
  activeHealthCheck: {
    title: 'Active health checks',
    usedAt: (topology) => calls(topology, 'activeHealthCheck', ({ activeHealthCheck }) => activeHealthCheck),
  },
  livenessCheck: {
    title: 'Checks whether the Envoy of a task answers (`ActiveHealthCheck.proxy()`)',
    usedAt: (topology) => calls(topology, 'activeHealthCheck', ({ livenessCheck = DEFAULT_LIVENESS_CHECK }) => livenessCheck),
  },
  keepAlive: {
    title: 'Keepalive of connections between tasks',
    usedAt: (topology) => calls(topology, 'keepAlive', ({ keepAlive }) => keepAlive),
  },
  external: { title: 'External services (`external`)', usedAt: ({ external }) => external.map(({ name }) => `external.${name}`) },
  externalTls: {
    title: 'TLS to external services, begun and checked by the proxy',
    usedAt: ({ external }) => external.filter(({ tls }) => tls).map(({ name }) => `external.${name}.tls`),
  },
  routes: {
    title: 'Routes by path, method, header, query parameter, gRPC method and metadata',
    usedAt: (topology) => routes(topology, () => ['']),
  },
  rewrites: {
    title: 'Rewrite of path and host',
    usedAt: (topology) => routes(topology, ({ rewrite }) => (rewrite === undefined ? [] : ['.rewrite'])),
  },
  headerChanges: {
    title: 'Changes to the headers of requests and responses',
    usedAt: (topology) => [
      ...HEADERS.flatMap((prop) => services(topology, prop, ({ policy }) => policy[prop] !== undefined)),
      ...routes(topology, (route) => HEADERS.filter((prop) => route[prop] !== undefined).map((prop) => `.${prop}`)),
      ...edgeRoutes(topology, ({ responseHeaders }) => responseHeaders !== undefined),
    ],
  },
  rateLimits: {
    title: 'Local rate limits, by caller, method and path',
    usedAt: (topology) => services(topology, 'rateLimits', ({ policy }) => policy.rateLimits.length > 0),
  },
  faultInjection: {
    title: 'Fault injection',
    usedAt: (topology) => services(topology, 'faultInjection', ({ policy }) => policy.faults.length > 0),
  },
  maxRequestSize: {
    title: 'Limit on the size of requests',
    usedAt: (topology) => [
      ...services(topology, 'maxRequestSize', ({ policy }) => policy.maxRequestBytes !== undefined),
      ...edgeRoutes(topology, ({ maxRequestBytes }) => maxRequestBytes !== undefined),
    ],
  },
  headerLimits: {
    title: 'Limits on the number and size of headers (`headerLimits`)',
    usedAt: (topology) => [
      ...services(topology, 'headerLimits', ({ policy }) => limitsHeaders(policy)),
      ...topology.external.filter(limitsHeaders).map(({ name }) => `external.${name}.headerLimits`),
    ],
  },
  compression: {
    title: 'Compression of responses (`compression`)',
    usedAt: (topology) => [
      ...services(topology, 'compression', ({ policy }) => policy.compression !== undefined),
      ...routes(topology, ({ compression }) => (compression === undefined ? [] : ['.compression'])),
      ...edgeRoutes(topology, ({ compression }) => compression !== undefined),
    ],
  },
  overrideHeaders: {
    title: 'Override headers removed, but for some (`passThroughHeaders`)',
    usedAt: (topology) => [
      ...services(topology, 'passThroughHeaders', ({ policy }) => policy.passThroughHeaders.length > 0),
      ...topology.edges.filter(({ passThroughHeaders }) => passThroughHeaders.length > 0).map(({ path }) => `${path}.passThroughHeaders`),
    ],
  },
  edgeTimeouts: {
    title: 'Timeouts that the gateway service of an edge keeps (`timeout` of an HTTP API)',
    usedAt: (topology) => edgeRoutes(topology, ({ timeoutSeconds }) => timeoutSeconds !== undefined),
  },
  identityHeaders: {
    title: 'Identity of clients in headers (`claimsToHeaders` and the like)',
    usedAt: ({ edges }) => edges.filter((edge) => identityHeadersOf(edge).length > 0).map(({ path }) => path),
  },
  webSockets: { title: 'WebSockets', usedAt: (topology) => services(topology, 'webSockets', ({ policy }) => policy.webSockets) },
  versions: {
    title: 'Versions by weight, shifted with no task replaced',
    usedAt: (topology) => services(topology, 'versions', ({ versions }) => versions !== undefined),
  },
  shift: {
    title: 'Weights that move by themselves, and are taken back (`shift`)',
    usedAt: (topology) => services(topology, 'shift', ({ shift }) => shift !== undefined),
  },
  versionHeader: {
    title: 'A header that chooses a version',
    usedAt: (topology) => services(topology, 'versionHeader', ({ versionHeader }) => versionHeader !== undefined),
  },
  groups: {
    title: 'Services in stacks of their own (`groups`)',
    usedAt: ({ groups = [] }) => groups.map(({ name }) => `groups.${name}`),
  },
  mirror: {
    title: 'Mirroring of requests to a version',
    usedAt: (topology) => [
      ...services(topology, 'mirror', ({ mirror }) => mirror !== undefined),
      ...routes(topology, ({ mirror }) => (mirror === undefined ? [] : ['.mirror'])),
    ],
  },
} as const satisfies Readonly<Record<string, Feature>>;

export type FeatureId = keyof typeof FEATURES;

/** True, or why not. */
export type Capability = true | { readonly no: string };

export type Capabilities = Readonly<Record<FeatureId, Capability>>;
