import type { RetryEvent } from '../../../lib/core/model/traffic-policy';
import type { Reader } from '../../../lib/core/reading/reader';
import { alternative, items, oneAlternative, requiredText, section, text, wholeNumber, word } from '../cloudformation/values';
import { isJsonObject, textOf } from '../cloudformation/symbolic';
import type { TemplateResource } from '../cloudformation/template';
import type {
  AppMesh,
  Backend,
  Discovery,
  GatewayRewrite,
  GatewayRoute,
  IpPreference,
  ListenerProtocol,
  MadeResource,
  Retry,
  Route,
  VirtualGateway,
  VirtualNode,
  VirtualRouter,
  VirtualService,
  WeightedTarget,
} from './model';
import { readDuration, readTimeouts } from './read-duration';
import { readAccessLog, readListeners, readPairs, readPortMapping } from './read-listener';
import type { Matched } from './read-match';
import { readGrpcMatch, readHttpMatch, readTcpMatch } from './read-match';
import { readBackendDefaults, readClientPolicy } from './read-tls';
import { defined } from '../../../lib/core/defined';

/** A resource, and the mesh that it says it belongs to. */
export interface OfMesh<T> {
  readonly mesh: string;
  readonly made: T;
}

/** A route, and the virtual router or gateway that it says it belongs to. */
export interface OfParent<T> extends OfMesh<T> {
  readonly parent: string;
}

const IP_PREFERENCES: readonly IpPreference[] = ['IPv4_ONLY', 'IPv4_PREFERRED', 'IPv6_ONLY', 'IPv6_PREFERRED'];

type MeshOnly = Pick<AppMesh, 'name' | 'id' | 'tags' | 'egressFilter' | 'ipPreference'>;

export function readMesh({ id, properties }: TemplateResource): MeshOnly {
  const mesh = section(properties, ['MeshName', 'Spec', 'Tags']) ?? properties;
  const spec = section(mesh.field('Spec'), ['EgressFilter', 'ServiceDiscovery']);
  const egress = spec === undefined ? undefined : section(spec.field('EgressFilter'), ['Type']);
  const egressFilter =
    egress === undefined
      ? undefined
      : word(egress.field('Type').required('the type', 'give ALLOW_ALL or DROP_ALL'), ['ALLOW_ALL', 'DROP_ALL'], 'an egress filter');
  const discovery = spec === undefined ? undefined : section(spec.field('ServiceDiscovery'), ['IpPreference']);
  const ipPreference = discovery === undefined ? undefined : word(discovery.field('IpPreference'), IP_PREFERENCES, 'an IP preference');
  return {
    name: text(mesh.field('MeshName')) ?? `\${${id}.MeshName}`,
    id,
    tags: readPairs(mesh.field('Tags')),
    ...defined({ egressFilter, ipPreference }),
  };
}

/** What all resources of a mesh have, and `Spec`. */
function readMade(
  { id, properties }: TemplateResource,
  nameProperty: string,
  others: readonly string[] = [],
): { readonly mesh: string; readonly base: MadeResource; readonly at: Reader } | undefined {
  const at = section(properties, [nameProperty, 'MeshName', 'MeshOwner', 'Spec', 'Tags', ...others]);
  if (at === undefined) return undefined;
  const mesh = requiredText(at.field('MeshName'), 'the name of the mesh');
  const meshOwner = text(at.field('MeshOwner'));
  const name = text(at.field(nameProperty)) ?? `\${${id}.${nameProperty}}`;
  at.field('Spec').required('what it is', 'give Spec');
  return mesh === undefined ? undefined : { mesh, base: { id, name, ...defined({ meshOwner }), tags: readPairs(at.field('Tags')) }, at };
}

export function readVirtualNode(resource: TemplateResource): OfMesh<VirtualNode> | undefined {
  const read = readMade(resource, 'VirtualNodeName');
  if (read === undefined) return undefined;
  const { mesh, base, at } = read;
  const spec = section(at.field('Spec'), ['Listeners', 'ServiceDiscovery', 'Backends', 'BackendDefaults', 'Logging']) ?? at.withoutValue;
  const discovery = readDiscovery(spec.field('ServiceDiscovery'));
  const clientPolicy = readBackendDefaults(spec.field('BackendDefaults'));
  const accessLog = readAccessLog(spec.field('Logging'));
  return {
    mesh,
    made: {
      ...base,
      listeners: readListeners(spec.field('Listeners'), 'node'),
      ...defined({ discovery }),
      backends: items(spec.field('Backends'))
        .flatMap((item) => readBackend(item) ?? [])
        .sort((a, b) => (a.virtualService < b.virtualService ? -1 : 1)),
      ...defined({ clientPolicy, accessLog }),
      taskDefinitions: [],
    },
  };
}

function readBackend(at: Reader): Backend | undefined {
  const backend = section(at, ['VirtualService']);
  const service =
    backend === undefined
      ? undefined
      : section(backend.field('VirtualService').required('a virtual service', 'give VirtualService'), [
          'VirtualServiceName',
          'ClientPolicy',
        ]);
  const virtualService =
    service === undefined ? undefined : requiredText(service.field('VirtualServiceName'), 'the name of the virtual service');
  if (service === undefined || virtualService === undefined) return undefined;
  const clientPolicy = readClientPolicy(service.field('ClientPolicy'));
  return { virtualService, ...defined({ clientPolicy }) };
}

function readDiscovery(at: Reader): Discovery | undefined {
  const discovery = section(at, ['DNS', 'AWSCloudMap']);
  const [kind, found] = discovery === undefined ? [] : (oneAlternative(discovery, ['DNS', 'AWSCloudMap']) ?? []);
  if (found === undefined) return undefined;
  return kind === 'DNS' ? readDns(found) : readCloudMap(found);
}

function readDns(at: Reader): Discovery | undefined {
  const dns = section(at, ['Hostname', 'ResponseType', 'IpPreference']);
  if (dns === undefined) return undefined;
  const hostname = requiredText(dns.field('Hostname'), 'the host name');
  const responseType = word(dns.field('ResponseType'), ['LOADBALANCER', 'ENDPOINTS'], 'a response type');
  const ipPreference = word(dns.field('IpPreference'), IP_PREFERENCES, 'an IP preference');
  if (hostname === undefined) return undefined;
  return { kind: 'dns', hostname, ...defined({ responseType, ipPreference }) };
}

function readCloudMap(at: Reader): Discovery | undefined {
  const cloudMap = section(at, ['NamespaceName', 'ServiceName', 'Attributes', 'IpPreference']);
  if (cloudMap === undefined) return undefined;
  const namespace = requiredText(cloudMap.field('NamespaceName'), 'the namespace');
  const service = requiredText(cloudMap.field('ServiceName'), 'the service');
  const ipPreference = word(cloudMap.field('IpPreference'), IP_PREFERENCES, 'an IP preference');
  const attributes = readPairs(cloudMap.field('Attributes'));
  return namespace === undefined || service === undefined
    ? undefined
    : { kind: 'cloudMap', namespace, service, attributes, ...defined({ ipPreference }) };
}

export function readVirtualService(resource: TemplateResource): OfMesh<VirtualService> | undefined {
  const read = readMade(resource, 'VirtualServiceName');
  if (read === undefined) return undefined;
  const { mesh, base, at } = read;
  at.field('VirtualServiceName').required('the name of the virtual service', 'give the name that applications call');
  const spec = section(at.field('Spec'), ['Provider']);
  const provider = spec === undefined ? undefined : readProvider(spec.field('Provider'));
  return { mesh, made: { ...base, ...defined({ provider }) } };
}

function readProvider(at: Reader): VirtualService['provider'] {
  const provider = section(at, ['VirtualNode', 'VirtualRouter']);
  const [kind, found] = provider === undefined ? [] : (oneAlternative(provider, ['VirtualNode', 'VirtualRouter']) ?? []);
  if (kind === undefined || found === undefined) return undefined;
  const object = section(found, [`${kind}Name`]);
  const name = object === undefined ? undefined : requiredText(object.field(`${kind}Name`), 'the name');
  return name === undefined ? undefined : { kind: kind === 'VirtualNode' ? 'node' : 'router', name };
}

export function readVirtualRouter(resource: TemplateResource): OfMesh<VirtualRouter> | undefined {
  const read = readMade(resource, 'VirtualRouterName');
  if (read === undefined) return undefined;
  const { mesh, base, at } = read;
  const spec = section(at.field('Spec'), ['Listeners']);
  const listeners =
    spec === undefined
      ? []
      : items(spec.field('Listeners').required('the listeners', 'give Listeners')).flatMap((item) => {
          const listener = section(item, ['PortMapping']);
          return (listener === undefined ? undefined : readPortMapping(listener.field('PortMapping'))) ?? [];
        });
  return { mesh, made: { ...base, listeners, routes: [] } };
}

const ROUTES: readonly (readonly [string, ListenerProtocol])[] = [
  ['HttpRoute', 'http'],
  ['Http2Route', 'http2'],
  ['GrpcRoute', 'grpc'],
  ['TcpRoute', 'tcp'],
];

export function readRoute(resource: TemplateResource): OfParent<Route> | undefined {
  const read = readMade(resource, 'RouteName', ['VirtualRouterName']);
  if (read === undefined) return undefined;
  const { mesh, base, at } = read;
  const router = requiredText(at.field('VirtualRouterName'), 'the name of the virtual router');
  const names = ROUTES.map(([name]) => name);
  const spec = section(at.field('Spec'), [...names, 'Priority']);
  const [name, found] = spec === undefined ? [] : (oneAlternative(spec, names) ?? []);
  const protocol = ROUTES.find(([each]) => each === name)?.[1];
  if (spec === undefined || found === undefined || protocol === undefined || router === undefined) return undefined;
  const priority = wholeNumber(spec.field('Priority'), 0, 1000);
  const route = section(found, protocol === 'tcp' ? ['Action', 'Match', 'Timeout'] : ['Action', 'Match', 'Timeout', 'RetryPolicy']);
  if (route === undefined) return undefined;
  const matchAt = protocol === 'tcp' ? route.field('Match') : route.field('Match').required('which requests it is for', 'give Match');
  const timeouts = readTimeouts(route.field('Timeout'), protocol === 'tcp');
  const retry = readRetry(route.field('RetryPolicy'), protocol);
  return {
    mesh,
    parent: router,
    made: {
      ...base,
      protocol,
      ...defined({ priority }),
      ...readMatch(matchAt, protocol, 'route'),
      targets: readTargets(route.field('Action').required('where requests go', 'give Action')),
      ...defined({ timeouts, retry }),
    },
  };
}

function readMatch(at: Reader, protocol: ListenerProtocol, of: 'route' | 'gatewayRoute'): Matched {
  if (protocol === 'tcp') return readTcpMatch(at);
  return protocol === 'grpc' ? readGrpcMatch(at, of) : readHttpMatch(at, of);
}

function readTargets(at: Reader): readonly WeightedTarget[] {
  const action = section(at, ['WeightedTargets']);
  if (action === undefined) return [];
  const targets = items(action.field('WeightedTargets').required('the virtual nodes', 'give WeightedTargets')).flatMap(
    (item): WeightedTarget[] => {
      const target = section(item, ['VirtualNode', 'Weight', 'Port']);
      if (target === undefined) return [];
      const virtualNode = requiredText(target.field('VirtualNode'), 'the virtual node');
      const weight = wholeNumber(target.field('Weight').required('its weight', 'give a number from 0 to 100'), 0, 100);
      const port = wholeNumber(target.field('Port'), 1, 65_535);
      return virtualNode === undefined || weight === undefined ? [] : [{ virtualNode, weight, ...defined({ port }) }];
    },
  );
  return targets.sort((a, b) => (a.virtualNode < b.virtualNode ? -1 : 1));
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-appmesh-route-grpcretrypolicy.html */
const HTTP_EVENTS: readonly RetryEvent[] = ['server-error', 'gateway-error', 'client-error', 'stream-error'];
const GRPC_EVENTS: readonly RetryEvent[] = ['cancelled', 'deadline-exceeded', 'internal', 'resource-exhausted', 'unavailable'];
const TCP_EVENTS: readonly RetryEvent[] = ['connection-error'];

function readRetry(at: Reader, protocol: ListenerProtocol): Retry | undefined {
  const policy = section(at, [
    'MaxRetries',
    'PerRetryTimeout',
    'HttpRetryEvents',
    'TcpRetryEvents',
    ...(protocol === 'grpc' ? ['GrpcRetryEvents'] : []),
  ]);
  if (policy === undefined) return undefined;
  const maxRetries = wholeNumber(policy.field('MaxRetries').required('how often', 'give MaxRetries'), 0, Number.MAX_SAFE_INTEGER);
  const perTrySeconds = readDuration(policy.field('PerRetryTimeout').required('how long a try may take', 'give PerRetryTimeout'));
  const events = (name: string, known: readonly RetryEvent[]): readonly RetryEvent[] =>
    items(policy.field(name)).flatMap((item) => word(item, known, 'an event') ?? []);
  const on = [
    ...events('HttpRetryEvents', HTTP_EVENTS),
    ...events('TcpRetryEvents', TCP_EVENTS),
    ...events('GrpcRetryEvents', GRPC_EVENTS),
  ].sort();
  if (maxRetries === undefined) return undefined;
  return { maxRetries, on, ...defined({ perTrySeconds }) };
}

export function readVirtualGateway(resource: TemplateResource): OfMesh<VirtualGateway> | undefined {
  const read = readMade(resource, 'VirtualGatewayName');
  if (read === undefined) return undefined;
  const { mesh, base, at } = read;
  const spec = section(at.field('Spec'), ['Listeners', 'BackendDefaults', 'Logging']);
  if (spec === undefined) return undefined;
  const clientPolicy = readBackendDefaults(spec.field('BackendDefaults'));
  const accessLog = readAccessLog(spec.field('Logging'));
  return {
    mesh,
    made: {
      ...base,
      listeners: readListeners(spec.field('Listeners').required('the listeners', 'give Listeners'), 'gateway'),
      ...defined({ clientPolicy, accessLog }),
      routes: [],
      taskDefinitions: [],
    },
  };
}

export function readGatewayRoute(resource: TemplateResource): OfParent<GatewayRoute> | undefined {
  const read = readMade(resource, 'GatewayRouteName', ['VirtualGatewayName']);
  if (read === undefined) return undefined;
  const { mesh, base, at } = read;
  const gateway = requiredText(at.field('VirtualGatewayName'), 'the name of the virtual gateway');
  const names = ROUTES.map(([name]) => name).filter((name) => name !== 'TcpRoute');
  const spec = section(at.field('Spec'), [...names, 'Priority']);
  const [name, found] = spec === undefined ? [] : (oneAlternative(spec, names) ?? []);
  const protocol = ROUTES.find(([each]) => each === name)?.[1];
  const route = found === undefined ? undefined : section(found, ['Action', 'Match']);
  if (spec === undefined || route === undefined || protocol === undefined || gateway === undefined) return undefined;
  const priority = wholeNumber(spec.field('Priority'), 0, 1000);
  const matched = readMatch(route.field('Match').required('which requests it is for', 'give Match'), protocol, 'gatewayRoute');
  const action = section(route.field('Action').required('where requests go', 'give Action'), ['Target', 'Rewrite']);
  const target =
    action === undefined ? undefined : section(action.field('Target').required('the target', 'give Target'), ['VirtualService', 'Port']);
  const service =
    target === undefined
      ? undefined
      : section(target.field('VirtualService').required('the virtual service', 'give VirtualService'), ['VirtualServiceName']);
  const virtualService =
    service === undefined ? undefined : requiredText(service.field('VirtualServiceName'), 'the name of the virtual service');
  if (action === undefined || target === undefined || virtualService === undefined) return undefined;
  const targetPort = wholeNumber(target.field('Port'), 1, 65_535);
  const rewrite = readRewrite(action.field('Rewrite'), protocol);
  return {
    mesh,
    parent: gateway,
    made: { ...base, protocol, ...defined({ priority }), ...matched, virtualService, ...defined({ targetPort, rewrite }) },
  };
}

function readRewrite(at: Reader, protocol: ListenerProtocol): GatewayRewrite | undefined {
  const rewrite = section(at, protocol === 'grpc' ? ['Hostname'] : ['Hostname', 'Path', 'Prefix']);
  if (rewrite === undefined) return undefined;
  const hostname = section(rewrite.field('Hostname'), ['DefaultTargetHostname']);
  const defaultHostname =
    hostname === undefined ? undefined : word(hostname.field('DefaultTargetHostname'), ['ENABLED', 'DISABLED'], 'ENABLED or DISABLED');
  const path = section(rewrite.field('Path'), ['Exact']);
  const exactPath = path === undefined ? undefined : text(path.field('Exact'));
  const prefixes = section(rewrite.field('Prefix'), ['DefaultPrefix', 'Value']);
  if (prefixes !== undefined) alternative(prefixes, ['DefaultPrefix', 'Value']);
  const defaultPrefix =
    prefixes === undefined ? undefined : word(prefixes.field('DefaultPrefix'), ['ENABLED', 'DISABLED'], 'ENABLED or DISABLED');
  const prefix = prefixes === undefined ? undefined : text(prefixes.field('Value'));
  return defined({ defaultHostname, exactPath, defaultPrefix, prefix });
}

/** Which virtual node or gateway the Envoys of a task definition are of, as their environment says it. */
export function readProxyIdentities({ properties }: TemplateResource): readonly string[] {
  const containers: unknown = properties.field('ContainerDefinitions').value;
  return objectsOf(containers)
    .flatMap(({ Environment: variables }) => objectsOf(variables))
    .flatMap(({ Name: name, Value: value }) =>
      typeof name === 'string' && IDENTITY_VARIABLES.includes(name) ? (textOf(value) ?? []) : [],
    );
}

function objectsOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** The second one is what images had before 2020. https://docs.aws.amazon.com/app-mesh/latest/userguide/envoy-config.html */
const IDENTITY_VARIABLES: readonly string[] = ['APPMESH_RESOURCE_ARN', 'APPMESH_VIRTUAL_NODE_NAME'];
