import { everyCaller, servicesBehind } from '../../../lib/core/model/callers';
import { GATEWAY_PORT } from '../../../lib/core/model/constants';
import { ROUTE_HEADER } from '../../../lib/core/model/edge-headers';
import { identityOf } from '../../../lib/core/contract/identity';
import type { EdgeTopology, ExternalService, ProtocolId, Service, Topology } from '../../../lib/core/model/topology';
import { DEFAULT_HEADER_LIMITS, DEFAULT_RETRY, defaultKeepAlive } from '../../../lib/core/model/defaults';
import type { CallPolicy, OutlierDetection, RetryPolicy, RouteMatch, ServiceRoute, Timeouts } from '../../../lib/core/model/traffic-policy';
import { UNSENT } from './mesh-view';
import type {
  CallView,
  ClientTlsView,
  ExternalView,
  GatewayView,
  MeshView,
  RouteView,
  ServerTlsView,
  ServiceView,
  SourceView,
  VersionView,
} from './mesh-view';
import { defined } from '../../../lib/core/defined';

/**
 * What of a topology App Mesh can say, as a `MeshView`: equal to that of the template that the topology becomes. Names of
 * files are the renderer's business, and left out. `unsupportedFields` has the rest.
 */
export function viewOfTopology(topology: Topology): MeshView {
  return {
    name: topology.name,
    services: topology.services.map((service) => serviceView(topology, service)),
    external: topology.external.map(externalView),
    gateways: topology.edges.map((edge) => gatewayView(topology, edge)),
  };
}

const FILE: SourceView = { source: 'file', names: [] };

function serviceView(topology: Topology, service: Service): ServiceView {
  const { name, protocol, port, virtualHost, virtualPort, callPolicy } = service;
  const tls = serverTls(topology, service);
  const versions = versionsOf(service);
  return {
    name,
    virtualHost,
    virtualPort,
    port,
    protocol,
    ...defined({ tls }),
    calls: callsOf(topology, service),
    versions,
    routes: [
      ...[...service.policy.routes, undefined].flatMap((route) => [
        ...pinsOf(service, versions, route),
        ...routesOf(protocol, callPolicy, versions, route),
      ]),
    ],
    ...upstreamPolicy(callPolicy),
  };
}

function versionsOf({ name, versions, discoveryHost }: Service): readonly VersionView[] {
  if (versions === undefined) return [{ name, discoveryHost, weight: 1 }];
  return versions.map((version) => ({ name: version.name, discoveryHost: version.discoveryHost, weight: version.weight }));
}

function upstreamPolicy({
  circuitBreaker,
  outlierDetection,
  activeHealthCheck,
}: CallPolicy): Pick<ServiceView, 'circuitBreaker' | 'outlierDetection' | 'healthCheck'> {
  const ejects = outlierView(outlierDetection);
  return { circuitBreaker, ...defined({ outlierDetection: ejects, healthCheck: activeHealthCheck }) };
}

/** App Mesh counts every 5xx: a count of gateway errors alone would eject tasks for the application's own errors. */
function outlierView(detection: OutlierDetection | undefined): OutlierDetection | undefined {
  if (detection?.consecutiveServerErrors === undefined) return undefined;
  const { consecutiveServerErrors, intervalSeconds, baseEjectionSeconds, maxEjectionPercent } = detection;
  return { consecutiveServerErrors, intervalSeconds, baseEjectionSeconds, maxEjectionPercent };
}

function serverTls(topology: Topology, service: Service): ServerTlsView | undefined {
  if (topology.certificates.kind === 'none') return undefined;
  const clients = everyCaller(service);
  return {
    mode: 'strict',
    certificate: FILE,
    trust: FILE,
    clientNames: clients.map((client) => identityOf(topology.trustDomain, client)).sort(),
  };
}

function callsOf(topology: Topology, { calls, callsExternal }: Service): readonly CallView[] {
  const inside = calls.map((to): CallView => {
    const tls = clientTls(topology, [to]);
    return { to, ...defined({ tls }) };
  });
  const outside = callsExternal.map((to): CallView => {
    const external = topology.external.find(({ name }) => name === to);
    return { to, ...(external?.tls === true ? { tls: { enforced: true, trust: FILE, serverNames: [external.host] } } : {}) };
  });
  return [...inside, ...outside].sort((a, b) => (a.to < b.to ? -1 : 1));
}

function clientTls(topology: Topology, servers: readonly string[]): ClientTlsView | undefined {
  if (topology.certificates.kind === 'none') return undefined;
  return {
    enforced: true,
    certificate: FILE,
    trust: FILE,
    serverNames: servers.map((server) => identityOf(topology.trustDomain, server)).sort(),
  };
}

const EVERYTHING: RouteMatch = { headers: [], queryParameters: [] };

/** RFC 9110, section 9.2.2. */
const IDEMPOTENT: readonly string[] = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PUT', 'TRACE'];

/** One for what may be sent twice, and one for the rest, where that makes a difference. */
function routesOf(protocol: ProtocolId, policy: CallPolicy, versions: readonly VersionView[], route?: ServiceRoute): readonly RouteView[] {
  const { maxRetries, on, anyMethod } = route?.retry ?? policy.retry;
  const base: RouteView = {
    ...defined({ name: route?.name }),
    match: route?.match ?? EVERYTHING,
    targets: versions.flatMap(({ name, weight }) => {
      const wanted = route?.versions === undefined ? weight : route.versions[name];
      // A version that gets no request is a version all the same.
      return wanted === undefined ? [] : [{ version: name, weight: wanted }];
    }),
    timeouts: timeoutsOf(protocol, route?.timeouts ?? policy.timeouts),
  };
  if (protocol === 'tcp') return [base];
  if (maxRetries === 0) return [{ ...base, retry: { maxRetries, on: [], unsentOnly: true } }];
  const anything: RouteView = {
    ...base,
    retry: { maxRetries, ...defined({ on }), unsentOnly: on?.every((event) => UNSENT.includes(event)) ?? false },
  };
  if (anyMethod) return [anything];
  // Every call of gRPC is a POST.
  const careful: RouteView = { ...base, retry: { maxRetries, unsentOnly: true } };
  if (protocol === 'grpc') return [careful];
  const methods = (base.match.methods ?? IDEMPOTENT).filter((method) => IDEMPOTENT.includes(method));
  return methods.length === 0 ? [careful] : [{ ...anything, match: { ...anything.match, methods } }, careful];
}

/** What a request that names a version meets: all that the route says, but for where it goes. */
function pinsOf(
  { protocol, callPolicy, versionHeader }: Service,
  versions: readonly VersionView[],
  route?: ServiceRoute,
): readonly RouteView[] {
  if (versionHeader === undefined) return [];
  return versions.flatMap(({ name }) =>
    routesOf(protocol, callPolicy, versions, {
      ...route,
      name: route === undefined ? `version-${name}` : `${route.name}-version-${name}`,
      match: {
        ...(route?.match ?? EVERYTHING),
        headers: [...(route?.match.headers ?? []), { name: versionHeader, kind: 'exact', text: name, invert: false }],
      },
      versions: { [name]: 1 },
    }),
  );
}

function timeoutsOf(protocol: ProtocolId, { requestSeconds, perTrySeconds, idleSeconds }: Timeouts): Timeouts {
  const binds = perTrySeconds !== undefined && perTrySeconds < (requestSeconds ?? Infinity);
  return {
    ...(requestSeconds === undefined || protocol === 'tcp' ? {} : { requestSeconds }),
    ...defined({ idleSeconds }),
    ...(binds ? { perTrySeconds } : {}),
  };
}

function externalView({ name, host, port, protocol, virtualHost, virtualPort, callPolicy }: ExternalService): ExternalView {
  return {
    name,
    host,
    port,
    protocol,
    virtualHost,
    virtualPort,
    routes: routesOf(protocol, callPolicy, [{ name, discoveryHost: host, weight: 1 }]),
    ...upstreamPolicy(callPolicy),
  };
}

/** API Gateway says in a header which of its routes it matched: the gateway goes by that alone. */
function gatewayView(topology: Topology, edge: EdgeTopology): GatewayView {
  const tls = clientTls(
    topology,
    servicesBehind(topology, edge).map(({ name }) => name),
  );
  return {
    name: edge.gatewayName,
    port: GATEWAY_PORT,
    protocol: 'http',
    circuitBreaker: {},
    ...defined({ clientTls: tls }),
    // Of a route that aggregates, nothing is left: it is an unsupported field.
    routes: edge.routes.flatMap(({ key, target }) =>
      target.kind === 'aggregate'
        ? []
        : {
            name: key,
            match: { headers: [{ name: ROUTE_HEADER, kind: 'exact' as const, text: key, invert: false }], queryParameters: [] },
            to: target.service,
          },
    ),
  };
}

/**
 * What a topology asks for that no App Mesh template can say, as paths in the props. Whoever renders App Mesh has to refuse
 * a topology for which this is not empty.
 */
export function unsupportedFields(topology: Topology): readonly string[] {
  const outside = topology.external.filter(({ protocol, tls }) => tls || protocol !== 'tcp').map(({ name }) => `external.${name}`);
  const inside = topology.services.flatMap((service) => {
    const { policy, callPolicy, protocol } = service;
    const found = {
      allow: service.allow !== undefined,
      callPolicies: Object.keys(service.callOverrides).length > 0,
      rateLimits: policy.rateLimits.length > 0,
      faults: policy.faults.length > 0,
      requestHeaders: policy.requestHeaders !== undefined || policy.routes.some(({ requestHeaders }) => requestHeaders !== undefined),
      responseHeaders: policy.responseHeaders !== undefined || policy.routes.some(({ responseHeaders }) => responseHeaders !== undefined),
      headerLimits: JSON.stringify(policy.headerLimits) !== JSON.stringify(DEFAULT_HEADER_LIMITS),
      maxRequestBytes: policy.maxRequestBytes !== undefined,
      mirror: service.mirror !== undefined || policy.routes.some(({ mirror }) => mirror !== undefined),
      webSockets: policy.webSockets,
      routeStreams: policy.routes.some(({ timeouts }) => timeouts?.streamSeconds !== undefined),
      routeRetries: policy.routes.some(({ retry }) => retry !== undefined && isUnsupportedRetry(retry)),
      rewrite: policy.routes.some(({ rewrite }) => rewrite !== undefined),
      ...unsupportedOf(callPolicy, protocol),
    };
    return Object.entries(found)
      .filter(([, asked]) => asked)
      .map(([what]) => `services.${service.name}.${what}`);
  });
  const atEdges = topology.edges.flatMap(({ path, routes }) =>
    routes.flatMap(({ key, target }) => (target.kind === 'service' ? [] : [`${path}.routes[${JSON.stringify(key)}]`])),
  );
  return [...inside, ...outside, ...atEdges];
}

/** No App Mesh resource has a field for the time between tries, or for how many retries there may be of all requests. */
function isUnsupportedRetry({ backoff, budgetPercent, minConcurrency, idempotentMethods }: RetryPolicy): boolean {
  return (
    idempotentMethods !== undefined ||
    backoff !== undefined ||
    budgetPercent !== DEFAULT_RETRY.budgetPercent ||
    minConcurrency !== DEFAULT_RETRY.minConcurrency
  );
}

function unsupportedOf(
  { timeouts, retry, loadBalancing, circuitBreaker, keepAlive }: CallPolicy,
  protocol: ProtocolId,
): Readonly<Record<string, boolean>> {
  const limits = { http: ['maxConnections', 'maxPendingRequests'], http2: ['maxRequests'], grpc: ['maxRequests'], tcp: ['maxConnections'] }[
    protocol
  ];
  return {
    'timeout.stream': timeouts.streamSeconds !== undefined,
    retry: isUnsupportedRetry(retry),
    keepAlive: JSON.stringify(keepAlive) !== JSON.stringify(defaultKeepAlive(protocol)),
    loadBalancing: loadBalancing.algorithm !== 'leastRequest' || loadBalancing.slowStartSeconds !== undefined,
    circuitBreaker: Object.entries(circuitBreaker).some(([limit, value]) => value !== undefined && !limits.includes(limit)),
  };
}
