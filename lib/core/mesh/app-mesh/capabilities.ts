import type { Capabilities } from '../features';

const HOW_CALLS_ARE_SPREAD = { no: 'it does not let you choose how calls are spread over tasks' };

/** Also of a route's own retries (check-policy.ts). */
export const NO_RETRY_BUDGET = {
  no: 'it neither lets you choose how long to wait between tries, nor bounds the retries of all requests together',
};

export const NO_STREAM_TIMEOUT = { no: 'it has no limit on the life of a stream' };

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ProxyConfiguration.html */
const NO_PORT = { no: 'only with a port of the application (AppPorts) does Amazon ECS lead the traffic of a task through its Envoy' };

export const CAPABILITIES: Capabilities = {
  http: true,
  http2: true,
  grpc: true,
  tcp: true,
  declaredCalls: true,
  mutualTls: true,
  manyTasks: true,
  accessLogs: true,
  savedQueries: { no: 'its access log has one format for all listeners, and does not say in which direction a request went' },
  traces: true,
  metrics: { no: 'the statistics of its Envoys have other names, and agents read those of our own configuration' },
  prometheus: { no: 'its Envoys open no port but that of calls, and take no other configuration' },
  openTelemetry: { no: 'its Envoys are configured by App Mesh, whose tracers know neither OTLP nor `traceparent`' },
  requestsPerTask: true,
  loadBalancerTarget: { no: 'its Envoys have one listener for a service, which takes all that arrives for calls of the mesh' },
  managedInstances: { no: 'its tasks need a proxy configuration, which Amazon ECS has on Fargate and EC2 only' },
  ports: { no: 'the router of a virtual service would need a virtual node for each port' },
  workers: NO_PORT,
  jobs: NO_PORT,
  clients: {
    no: 'its virtual gateways ask for a certificate, and cannot say which client calls: every client could call every service behind them',
  },
  edge: true,
  edgePorts: { no: 'its virtual gateways have one listener, and go by the route that API Gateway names' },
  grpcTranslation: { no: 'its virtual gateways pass requests on as they are' },
  edgeCache: { no: 'its virtual gateways pass on cookies and tokens, so one client could get what a service answers to another' },
  aggregation: { no: 'a virtual gateway has no route to a program in its own task' },
  allow: {
    no: 'it has no authorization. A service lets in the callers that list it, by their certificates, and those may ask for everything',
  },
  callPolicies: { no: 'it has one policy for all callers of a service. Say it at the called service' },
  timeouts: true,
  streamTimeout: NO_STREAM_TIMEOUT,
  retries: true,
  anyMethod: true,
  idempotentMethods: {
    no: 'it retries all methods of a route alike. Give the methods that may run twice routes of their own, with retry: { anyMethod: true }',
  },
  retryBudget: NO_RETRY_BUDGET,
  circuitBreaker: true,
  outlierDetection: true,
  roundRobin: HOW_CALLS_ARE_SPREAD,
  ringHash: HOW_CALLS_ARE_SPREAD,
  slowStart: { no: 'a new task gets its whole share at once' },
  activeHealthCheck: true,
  livenessCheck: { no: 'its health checks ask the application, not the Envoy of its task. Use ActiveHealthCheck.of()' },
  keepAlive: { no: 'it has no setting for pings between Envoys' },
  external: true,
  externalTls: {
    no: 'its Envoys begin no TLS with hosts outside of the mesh. With Protocol.TCP and no TLS, applications begin it themselves',
  },
  routes: true,
  rewrites: { no: 'the routes of a virtual router rewrite nothing' },
  headerChanges: { no: 'it changes no headers' },
  rateLimits: { no: 'it has no rate limits' },
  faultInjection: { no: 'it injects no faults' },
  maxRequestSize: { no: 'it has no limit on the size of requests' },
  headerLimits: { no: 'it has no setting for the number or size of headers: its Envoys take 100 headers of 60 KiB' },
  compression: { no: 'it does not change the bodies of responses' },
  overrideHeaders: { no: 'it removes no headers' },
  edgeTimeouts: { no: 'the routes of a virtual gateway have no timeouts' },
  identityHeaders: { no: 'it neither sets headers nor removes those of clients' },
  webSockets: { no: 'it has no setting for upgrades' },
  versions: true,
  shift: { no: 'weights are in its routes, which CloudFormation changes at once' },
  versionHeader: true,
  groups: {
    no: 'virtual nodes, routers and services name each other, and would change under stacks that use them. All of it stands in one stack',
  },
  mirror: { no: 'it sends no copies of requests' },
};
