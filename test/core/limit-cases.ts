import { API_GATEWAY, HTTP_API, REST_API, WEB_SOCKET_API } from '../../lib/core/limits/api-gateway';
import { APP_MESH } from '../../lib/core/limits/app-mesh';
import { AUTO_SCALING, CLOUDFORMATION } from '../../lib/core/limits/cloudformation';
import { CLOUD_MAP } from '../../lib/core/limits/discovery';
import { ECS, FARGATE } from '../../lib/core/limits/ecs';
import type { Limit } from '../../lib/core/limits/limit';
import { ALB, ELB, VPC } from '../../lib/core/limits/network';
import { LAMBDA, SSM } from '../../lib/core/limits/security';
import { routeName } from '../../lib/core/mesh/app-mesh/virtual-gateway';
import { planSystem } from '../../lib/core/plan-system';
import type { Warning } from '../../lib/core/model/topology';
import { Bytes, Opaque } from '../../lib/core/reading/input';
import type { Issue } from '../../lib/core/reading/issues';
import { IssueList } from '../../lib/core/reading/issues';
import type { Raw } from '../support/parsing';
import { cluster, edge, image, jwt, mesh, metric, oidc, parse, routes, schedule, seconds, service, ui } from '../support/parsing';

/** A system that takes so much of a limit. */
export interface LimitCase {
  readonly limit: Limit;
  readonly taking: (count: number) => Raw;
  /** Of a warning that several limits share: what it says of this one. */
  readonly says?: string;
}

export interface Said {
  readonly issues: readonly Issue[];
  readonly warnings: readonly Warning[];
}

/** Of props, by reading and planning them. */
export function said(props: Raw): Said {
  const { topology, issues } = parse(props);
  if (issues.length > 0) return { issues, warnings: [] };
  const found = new IssueList();
  const { warnings } = planSystem(topology, found);
  return { issues: found.all, warnings };
}

const times = <T>(count: number, make: (index: number) => T): readonly T[] => Array.from({ length: count }, (_, index) => make(index));
const named = <T>(count: number, make: (index: number) => readonly [string, T]): Readonly<Record<string, T>> =>
  Object.fromEntries(times(count, make));
const handler = new Opaque({ functionArn: 'f' });
const listener = new Opaque({ listenerArn: 'arn', connections: {}, registerConnectable: () => undefined });
const text = (length: number): string => 'x'.repeat(length);

/** Replaced without more tasks than there are. */
const IN_PLACE = { minHealthyPercent: 0, maxHealthyPercent: 100 };
/** A schema of so many bytes. */
function schemaOf(bytes: number): Raw {
  const written = (title: string): string => JSON.stringify({ $schema: 'http://json-schema.org/draft-04/schema#', title });
  return { kind: 'inline', text: written(text(bytes - written('').length)) };
}
/** As long as one can be. */
/** A WebSocket API with as many routes, of which one is `$connect`. */
const messages = (count: number): Raw =>
  edge(
    {
      routes: Object.fromEntries(
        ['$connect', ...Array.from({ length: count - 1 }, (_, index) => `m${index}`)].map((key) => [key, { service: 'ui' }]),
      ),
    },
    'webSocket',
  );
const STREAM = seconds(REST_API.streamedResponse.value);
const tasks = (desiredCount: number, more: Raw = {}): Raw => service({ desiredCount, deployment: IN_PLACE, ...more });
const publicly = (service_: string): Raw => ({ kind: 'http', authorizer: { kind: 'none' }, routes: { 'GET /': { service: service_ } } });
const gets = (count: number): Raw => named(count, (index) => [`GET /r${index}`, { service: 'ui' }]);
const authorizers = (count: number): Raw =>
  named(count, (index) => [`GET /r${index}`, { service: 'ui', authorizer: { kind: 'lambda', handler, name: `a${index}` } }]);
const TOKENS = { service: 'ui', authorizer: { ...jwt, jwksUri: 'https://login.example.com/keys' } };
const OPEN = { service: 'ui' };
/** An edge with a load balancer. */
const balanced = (all: Raw, more: Raw = {}): Raw =>
  edge({ certificate: new Opaque({ certificateArn: 'arn' }), routes: all, ...more }, 'alb');
const verified = (count: number): Raw =>
  named(count, (index) => [`GET /r${index}`, { ...TOKENS, authorizer: { ...TOKENS.authorizer, name: `a${index}` } }]);
const check = (more: Raw): Raw => ui({ healthCheck: { command: ['CMD', 'true'], ...more } });
const instances = (index: number): readonly [string, Raw] => [
  `a${index}`,
  { launchType: 'EC2', providerName: `a${index}`, name: `a${index}` },
];
const onInstances = (more: Raw): Raw =>
  mesh(
    { ui: service({ capacityProviderStrategies: [{ capacityProvider: 'a0', weight: 1 }], ...more }) },
    { cluster, capacityProviders: Object.fromEntries([instances(0)]) },
  );
const provider = (more: Raw): Raw => ui({ capacityProviderStrategies: [{ capacityProvider: 'FARGATE', weight: 1, ...more }] });

/** Tasks that look at so many services a second: callees with more tasks than DNS names, and their own. */
function lookups(count: number): Raw {
  const names = ['callee-0', 'callee-1', 'callee-2'];
  const [four, three] = [Math.floor(count / 8), count % 2];
  return mesh(
    {
      caller: tasks(four, { calls: names }),
      ...(three === 0 ? {} : { odd: tasks(1, { calls: names.slice(0, 2) }) }),
      more: tasks((count - 4 * four - 3 * three) / 2, { calls: names.slice(0, 1) }),
      ...Object.fromEntries(names.map((name) => [name, tasks(CLOUD_MAP.dnsAnswers.value + 1)])),
    },
    { mesh: { provider: 'envoy', discoveryInterval: seconds(1), discoveryRateLimit: 100_000 } },
  );
}

const versioned = (more: Raw = {}): Raw => service({ versions: { a: { weight: 1 }, b: { weight: 1 } }, ...more });

/** Weights of so many bytes: routes of known length, of which the last has the rest in its name. */
function weights(bytes: number): Raw {
  const weighted = (name: string): Raw => ({ name, match: { path: { kind: 'exact', text: `/${name}` } }, versions: { a: 1, b: 1 } });
  const size = (names: readonly string[]): number =>
    JSON.stringify({ weights: { a: 1, b: 1 }, routes: Object.fromEntries(names.map((name) => [name, { a: 1, b: 1 }])) }).length;
  const names: string[] = [];
  for (let index = 100; size([...names, `r${index}`]) <= bytes; index += 1) names.push(`r${index}`);
  const last = names.pop() ?? '';
  const padded = [...names, last.padEnd(last.length + bytes - size([...names, last]), 'x')];
  return ui({ versions: { a: { weight: 1 }, b: { weight: 1 } }, routes: padded.map(weighted) });
}

/** A task definition that has so many bytes, as they are estimated. */
function definition(bytes: number): Raw {
  const withText = (length: number): Raw => ui({ environment: { TEXT: text(length) } });
  const [, measured = ''] = /has about (\d+) bytes/.exec(said(withText(bytes)).issues[0]?.message ?? '') ?? [];
  return withText(2 * bytes - Number(measured));
}

const onAppMesh = (services: Raw, more: Raw = {}): Raw => mesh(services, { mesh: { provider: 'appMesh' }, ...more });
const appMeshUi = (more: Raw): Raw => onAppMesh({ ui: service(more), caller: service({ calls: ['ui'] }) });
const health = (more: Raw): Raw => appMeshUi({ activeHealthCheck: { path: '/', ...more } });
const route = (match: Raw, more: Raw = {}): Raw => appMeshUi({ routes: [{ name: 'r', match }], ...more });
const arn = (index: number): string =>
  `arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/11111111-2222-3333-4444-${String(index).padStart(12, '0')}`;

/** Each limit that synthesis checks by props and plan. */
/** A group whose services have names so long that what it hands out takes so many bytes: `|name=sg-…` for each, and `|` at the end. */
function handedOut(bytes: number): Raw {
  const longest = 85;
  const lengths = [];
  let left = bytes - 1;
  for (; left > 2 * longest; left -= longest) lengths.push(longest);
  lengths.push(Math.floor(left / 2), Math.ceil(left / 2));
  const names = lengths.map((length, index) => `s${index}-`.padEnd(length - 22, 'x'));
  return mesh(Object.fromEntries(names.map((name) => [name, service({ group: 'back' })])), { groups: { back: { kind: 'nestedStack' } } });
}

/** A REST API with a resource policy of so many characters: one route is open, and of another a function decides. */
function policyOf(characters: number): Raw {
  const all = { 'GET /b': { service: 'ui', authorizer: { kind: 'lambda', handler } }, [`GET /${text(characters - 341)}`]: OPEN };
  return edge({ allowedIpRanges: ['10.0.0.0/8'], authorizer: { kind: 'none' }, routes: all }, 'rest');
}

export const LIMIT_CASES: readonly LimitCase[] = [
  {
    limit: AUTO_SCALING.policies,
    taking: (count) => ui({ scaling: { maxCapacity: 4, metrics: named(count, (index) => [`m${index}`, { metric, targetValue: 1 }]) } }),
  },
  {
    limit: AUTO_SCALING.schedules,
    taking: (count) => ui({ scaling: { maxCapacity: 4, schedules: named(count, (index) => [`s${index}`, { schedule, minCapacity: 1 }]) } }),
  },
  { limit: HTTP_API.routes, taking: (count) => routes(gets(count)) },
  { limit: HTTP_API.authorizers, taking: (count) => routes(authorizers(count)) },
  {
    limit: HTTP_API.scopes,
    taking: (count) => routes({ 'GET /': { service: 'ui', authorizer: jwt, scopes: times(count, (index) => `s${index}`) } }),
  },
  { limit: HTTP_API.audiences, taking: (count) => edge({ authorizer: { ...jwt, audience: times(count, (index) => `a${index}`) } }) },
  { limit: HTTP_API.integrationTimeout, taking: (count) => withUi(edge({}), { timeout: { perRequest: seconds(count) } }) },
  { limit: HTTP_API.payload, taking: (count) => withUi(edge({}), { maxRequestSize: new Bytes(count) }) },
  { limit: REST_API.resources, taking: (count) => routes(gets(count), 'rest') },
  { limit: REST_API.resourcePolicy, taking: policyOf },
  { limit: REST_API.authorizers, taking: (count) => routes(authorizers(count), 'rest') },
  { limit: REST_API.integrationTimeout, taking: (count) => withUi(edge({}, 'rest'), { timeout: { perRequest: seconds(count) } }) },
  { limit: REST_API.raisedTimeout, taking: (count) => edge({ timeout: seconds(count) }, 'rest') },
  {
    limit: REST_API.streamIdle,
    taking: (count) => withUi(edge({ responseTransferMode: 'STREAM' }, 'rest'), { timeout: { idle: seconds(count), stream: STREAM } }),
  },
  { limit: REST_API.streamedResponse, taking: (count) => edge({ responseTransferMode: 'STREAM', timeout: seconds(count) }, 'rest') },
  {
    limit: REST_API.cacheTtl,
    taking: (count) => edge({ cache: { ttl: seconds(count) }, routes: { 'GET /': { service: 'ui', cache: {} } } }, 'rest'),
  },
  {
    limit: REST_API.model,
    taking: (count) => edge({ routes: { 'POST /': { service: 'ui', validation: { body: schemaOf(count) } } } }, 'rest'),
  },
  {
    limit: REST_API.usagePlans,
    taking: (count) => edge({ apiKeyRequired: true, clients: named(count, (index) => [`c${index}`, {}]) }, 'rest'),
  },
  {
    limit: REST_API.quota,
    taking: (count) => edge({ apiKeyRequired: true, clients: { acme: { quota: { limit: count, period: 'DAY' } } } }, 'rest'),
  },
  { limit: WEB_SOCKET_API.routes, taking: (count) => messages(count) },
  {
    limit: WEB_SOCKET_API.routeKey,
    taking: (count) => edge({ routes: { $connect: { service: 'ui' }, ['a'.repeat(count)]: { service: 'ui' } } }, 'webSocket'),
  },
  { limit: WEB_SOCKET_API.integrationTimeout, taking: (count) => withUi(messages(1), { timeout: { perRequest: seconds(count) } }) },
  { limit: REST_API.payload, taking: (count) => withUi(edge({}, 'rest'), { maxRequestSize: new Bytes(count) }) },
  {
    limit: API_GATEWAY.vpcLinks,
    taking: (count) => mesh({ ui: service() }, { edges: named(count, (index) => [`e${index}`, publicly('ui')]) }),
  },
  { limit: API_GATEWAY.requests, taking: (count) => edge({ throttle: { rateLimit: count, burstLimit: 1 } }) },
  {
    limit: API_GATEWAY.basePath,
    taking: (count) =>
      edge({ domain: { domainName: 'api.example.com', certificate: new Opaque({ certificateArn: 'arn' }), basePath: `/${text(count)}` } }),
  },
  { limit: API_GATEWAY.stageName, taking: (count) => edge({ stageName: text(count) }) },
  {
    limit: API_GATEWAY.authorizerName,
    taking: (count) => edge({ authorizer: { kind: 'lambda', handler, name: text(count) } }),
  },
  {
    limit: API_GATEWAY.authorizerCache,
    taking: (count) => edge({ authorizer: { kind: 'lambda', handler, resultsCacheTtl: seconds(count) } }),
  },
  {
    // Beside Envoy, the agent, its init container, the collector and the application.
    limit: ECS.containers,
    taking: (count) => ui({ extraContainers: named(count - 5, (index) => [`c${index}`, { image }]) }),
  },
  { limit: ECS.taskDefinition, taking: definition },
  { limit: ECS.variables, taking: (count) => ui({ environment: named(count, (index) => [`V${index}`, '']) }) },
  { limit: ECS.containerName, taking: (count) => ui({ extraContainers: { [text(count)]: { image } } }) },
  { limit: ECS.volumeName, taking: (count) => ui({ volumes: { [text(count)]: { kind: 'empty' } } }) },
  { limit: ECS.environmentFiles, taking: (count) => ui({ environmentFiles: times(count, () => new Opaque({ bind: () => ({}) })) }) },
  { limit: ECS.stopTimeout, taking: (count) => ui({ stopTimeout: seconds(count) }) },
  { limit: ECS.healthInterval, taking: (count) => check({ interval: seconds(count), timeout: seconds(2) }) },
  { limit: ECS.healthTimeout, taking: (count) => check({ interval: seconds(100), timeout: seconds(count) }) },
  { limit: ECS.healthRetries, taking: (retries) => check({ retries }) },
  { limit: ECS.healthStartPeriod, taking: (count) => check({ startPeriod: seconds(count) }) },
  { limit: ECS.containerMemory, taking: (memoryLimitMiB) => ui({ extraContainers: { extra: { image, memoryLimitMiB } } }) },
  {
    limit: ECS.proxyIgnoredPorts,
    taking: (count) =>
      mesh({ ui: service() }, { mesh: { provider: 'appMesh', ignoredEgressPorts: times(count, (index) => 2000 + index) } }),
  },
  { limit: ECS.providerBase, taking: (base) => provider({ base }) },
  { limit: ECS.providerWeight, taking: (weight) => provider({ weight }) },
  { limit: ECS.instanceTaskCpu, taking: (cpu) => onInstances({ cpu, memoryLimitMiB: 1024 }) },
  { limit: ECS.instanceTaskMemory, taking: (memoryLimitMiB) => onInstances({ memoryLimitMiB }) },
  { limit: ECS.gpus, taking: (gpuCount) => onInstances({ gpuCount }) },
  {
    limit: ECS.capacityProviders,
    taking: (count) => mesh({ ui: service() }, { cluster, capacityProviders: Object.fromEntries(times(count - 2, instances)) }),
  },
  { limit: ECS.minHealthyPercent, taking: (minHealthyPercent) => ui({ deployment: { minHealthyPercent, maxHealthyPercent: 200 } }) },
  { limit: ECS.maxHealthyPercent, taking: (maxHealthyPercent) => ui({ deployment: { minHealthyPercent: 0, maxHealthyPercent } }) },
  { limit: FARGATE.onDemand, taking: (count) => mesh({ ui: tasks(count, { cpu: 1024 }) }) },
  {
    limit: FARGATE.spot,
    taking: (count) =>
      mesh({ ui: tasks(count, { cpu: 1024, capacityProviderStrategies: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }] }) }),
  },
  { limit: FARGATE.taskCpu, taking: (cpu) => ui({ cpu }) },
  { limit: FARGATE.ephemeralStorage, taking: (ephemeralStorageGiB) => ui({ ephemeralStorageGiB }) },
  { limit: FARGATE.taskMemory, taking: (memoryLimitMiB) => ui({ cpu: 32_768, memoryLimitMiB }) },
  { limit: CLOUD_MAP.instancesOfService, taking: (count) => mesh({ ui: tasks(count) }) },
  {
    limit: CLOUD_MAP.instancesOfNamespace,
    taking: (count) => mesh({ a: tasks(1000), b: tasks(500), ui: tasks(count - 1500) }),
  },
  {
    limit: VPC.interfaces,
    taking: (count) => mesh({ ...named(5, (index) => [`full-${index}`, tasks(999)]), ui: tasks(count - 5 * 999) }),
  },
  { limit: CLOUD_MAP.revisions, taking: lookups, says: 'came or went;' },
  { limit: CLOUD_MAP.lists, taking: lookups, says: 'list the tasks of callees' },
  {
    limit: VPC.inboundRules,
    // With certificates they share one.
    taking: (count) =>
      mesh(
        { ui: service(), ...named(count, (index) => [`caller-${index}`, service({ calls: ['ui'] })]) },
        { certificates: { kind: 'none' } },
      ),
  },
  {
    // HTTPS takes one.
    limit: VPC.outboundRules,
    taking: (count) =>
      mesh(
        { ui: service({ calls: times(count - 1, (index) => `db-${index}`) }) },
        { external: named(count - 1, (index) => [`db-${index}`, { host: 'db.example.com', port: 3000 + index, protocol: 'tcp' }]) },
      ),
  },
  { limit: ECS.targetGroups, taking: (count) => balanced(verified(count)) },
  {
    limit: ALB.rules,
    // Neighbours have different authorizers, and so has the last one.
    taking: (count) =>
      balanced({
        ...named(count, (index) => [`GET /{a}/${String(index).padStart(5, '0')}`, index % 2 === 0 ? TOKENS : OPEN]),
        $default: count % 2 === 0 ? TOKENS : OPEN,
      }),
  },
  {
    limit: ALB.priority,
    // Of the last rule, which has any path: it stands 99 behind the first.
    taking: (count) =>
      edge(
        { listener, hosts: ['api.example.com'], firstPriority: count - 99, authorizer: { kind: 'none' }, routes: { 'GET /': OPEN } },
        'alb',
      ),
  },
  {
    limit: ALB.targets,
    taking: (count) => balanced({ 'GET /': OPEN, $default: TOKENS }, { gateway: { desiredCount: Math.ceil(count / 2) } }),
  },
  {
    limit: ALB.pathPattern,
    taking: (count) => balanced({ [`GET /${text(count - 1)}`]: OPEN, $default: TOKENS }),
  },
  {
    limit: ALB.claimValues,
    taking: (count) =>
      balanced({ 'GET /': { ...TOKENS, authorizer: { ...TOKENS.authorizer, audience: times(count, (index) => `a${index}`) } } }),
  },
  { limit: ALB.session, taking: (count) => balanced({ 'GET /': { ...OPEN, authorizer: { ...oidc, sessionTimeout: seconds(count) } } }) },
  { limit: ALB.idleTimeout, taking: (count) => balanced({ 'GET /': OPEN }, { idleTimeout: seconds(count) }) },
  { limit: ELB.targets, taking: (desiredCount) => edge({ gateway: { desiredCount } }, 'rest') },
  {
    limit: LAMBDA.reservedConcurrency,
    taking: (count) =>
      mesh({ ui: service() }, { certificates: { kind: 'kms', ...(count === 0 ? {} : { reservedConcurrentExecutions: count }) } }),
  },
  { limit: SSM.parameter, taking: weights },
  { limit: CLOUDFORMATION.parameterValue, taking: handedOut },
  {
    limit: SSM.requests,
    taking: (count) =>
      mesh(
        { caller: tasks(count, { calls: ['ui'] }), ui: versioned() },
        { mesh: { provider: 'envoy', weightsInterval: seconds(1), weightsRateLimit: 100_000 } },
      ),
  },
  {
    limit: APP_MESH.virtualGateways,
    taking: (count) => onAppMesh({ ui: service() }, { edges: named(count, (index) => [`e${index}`, publicly('ui')]) }),
  },
  { limit: APP_MESH.virtualNodes, taking: (count) => onAppMesh(named(count, (index) => [`s${index}`, service()])) },
  { limit: APP_MESH.virtualRouters, taking: ring, says: 'virtual routers;' },
  { limit: APP_MESH.virtualServices, taking: ring, says: 'virtual services;' },
  { limit: APP_MESH.gatewayRoutes, taking: (count) => onAppMesh({ ui: service() }, { edge: { ...publicly('ui'), routes: gets(count) } }) },
  {
    // Beside the route that takes the rest; without retries each is one route of App Mesh.
    limit: APP_MESH.routes,
    taking: (count) =>
      appMeshUi({
        retry: { maxRetries: 0 },
        routes: times(count - 1, (index) => ({ name: `r${index}`, match: { path: { kind: 'exact', text: `/${index}` } } })),
      }),
  },
  {
    limit: APP_MESH.backends,
    taking: (count) =>
      onAppMesh({
        ui: service({ calls: times(count, (index) => `s${index}`) }),
        ...named(count, (index) => [`s${index}`, service()]),
      }),
  },
  { limit: APP_MESH.envoys, taking: (count) => onAppMesh({ ui: tasks(count) }) },
  {
    limit: APP_MESH.authorities,
    taking: (count) =>
      mesh(
        { ui: service() },
        {
          mesh: {
            provider: 'appMesh',
            serverCertificates: {
              certificateArns: { ui: 'arn:aws:acm:eu-west-1:111122223333:certificate/11111111-2222-3333-4444-555555555555' },
              authorityArns: times(count, arn),
            },
          },
        },
      ),
  },
  { limit: APP_MESH.healthInterval, taking: (count) => health({ interval: seconds(count), timeout: seconds(2) }) },
  { limit: APP_MESH.healthTimeout, taking: (count) => health({ interval: seconds(100), timeout: seconds(count) }) },
  { limit: APP_MESH.healthThreshold, taking: (healthyThreshold) => health({ healthyThreshold }) },
  {
    limit: APP_MESH.matches,
    taking: (count) => route({ headers: named(count, (index) => [`h${index}`, { kind: 'exact', text: 'a' }]) }),
  },
  {
    limit: APP_MESH.targets,
    taking: (count) => appMeshUi({ versions: named(count, (index) => [`v${index}`, { weight: 1 }]) }),
  },
  { limit: APP_MESH.weight, taking: (weight) => appMeshUi({ versions: { a: { weight }, b: { weight: 1 } } }) },
  { limit: APP_MESH.headerName, taking: (count) => route({ headers: { [text(count)]: { kind: 'exact', text: 'a' } } }) },
  { limit: APP_MESH.matchText, taking: (count) => route({ path: { kind: 'exact', text: `/${text(count - 1)}` } }) },
  {
    limit: APP_MESH.methodName,
    taking: (count) => route({ path: { kind: 'grpcMethod', service: 'shop', method: text(count) } }, { protocol: 'grpc' }),
  },
  {
    limit: APP_MESH.name,
    taking: (count) => onAppMesh({ ui: service() }, { edge: { ...publicly('ui'), routes: { [gatewayRoute(count)]: { service: 'ui' } } } }),
  },
];

function withUi(props: Raw, more: Raw): Raw {
  return { ...props, services: { ui: service(more) } };
}

/** Each service calls the next one, and the last one the first. */
function ring(count: number): Raw {
  return onAppMesh(named(count, (index) => [`s${index}`, service({ calls: [`s${(index + 1) % count}`] })]));
}

/** A route whose gateway route has a name of so many characters. */
function gatewayRoute(count: number): string {
  const key = 'GET /';
  return key.padEnd(key.length + count - routeName(key).length, 'x');
}
