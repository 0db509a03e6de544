import type {
  ClientTlsView,
  ExternalView,
  MeshView,
  RouteView,
  ServerTlsView,
  ServiceView,
} from '../../../../programs/import/app-mesh/mesh-view';
import type { ProtocolId } from '../../../../lib/core/model/topology';
import type { RouteMatch, ValueMatch } from '../../../../lib/core/model/traffic-policy';

/**
 * A view as the simplest App Mesh template that says the same: each thing in the most literal way, with no thought for size
 * or limits. The reader and the comparison are tried on it over generated topologies, without the library's own renderer.
 */
type Json = undefined | string | number | boolean | readonly Json[] | { readonly [key: string]: Json };
type Fields = { readonly [key: string]: Json };

export function simplestTemplate(view: MeshView): unknown {
  const resources: Record<string, Json> = {};
  const add = (type: string, name: string, spec: Fields, more: Fields = {}): void => {
    resources[`R${Object.keys(resources).length}`] = {
      Type: `AWS::AppMesh::${type}`,
      Properties: { MeshName: view.name, [`${type}Name`]: name, Spec: spec, ...more },
    };
  };
  resources['Mesh'] = { Type: 'AWS::AppMesh::Mesh', Properties: { MeshName: view.name } };
  const hosts = new Map([...view.services, ...view.external].map(({ name, virtualHost }) => [name, virtualHost]));

  for (const service of view.services)
    addCallable(
      add,
      service,
      service.versions.map(({ name, discoveryHost = '' }) => [name, discoveryHost] as const),
      (spec) => ({
        ...spec,
        Backends: service.calls.map(({ to, tls }) => ({
          VirtualService: { VirtualServiceName: hosts.get(to), ...(tls === undefined ? {} : { ClientPolicy: { TLS: clientTls(tls) } }) },
        })),
      }),
      service.tls,
    );
  for (const external of view.external) addCallable(add, external, [[external.name, external.host]], (spec) => spec);
  for (const { name, port, protocol, clientTls: tls, routes } of view.gateways) {
    add('VirtualGateway', name, {
      Listeners: [{ PortMapping: { Port: port, Protocol: protocol } }],
      ...(tls === undefined ? {} : { BackendDefaults: { ClientPolicy: { TLS: clientTls(tls) } } }),
    });
    for (const [index, { match, to }] of routes.entries()) {
      add(
        'GatewayRoute',
        `${name}-${index}`,
        {
          Priority: index,
          HttpRoute: { Match: httpMatch(match), Action: { Target: { VirtualService: { VirtualServiceName: hosts.get(to) } } } },
        },
        { VirtualGatewayName: name },
      );
    }
  }
  return JSON.parse(JSON.stringify({ Resources: resources }));
}

function addCallable(
  add: (type: string, name: string, spec: Fields, more?: Fields) => void,
  callee: ServiceView | ExternalView,
  tasks: readonly (readonly [string, string])[],
  finish: (spec: Fields) => Fields,
  tls?: ServerTlsView,
): void {
  const { name, protocol = 'http', port, virtualHost = '', virtualPort, routes } = callee;
  for (const [version, host] of tasks) {
    add(
      'VirtualNode',
      `${name}-${version}`,
      finish({
        ServiceDiscovery: { DNS: { Hostname: host } },
        Listeners: [
          {
            PortMapping: { Port: port, Protocol: protocol },
            ...(tls === undefined ? {} : { TLS: serverTls(tls) }),
            ...listener(callee, protocol),
          },
        ],
      }),
    );
  }
  add('VirtualRouter', name, { Listeners: [{ PortMapping: { Port: virtualPort, Protocol: protocol } }] });
  add('VirtualService', virtualHost, { Provider: { VirtualRouter: { VirtualRouterName: name } } });
  const single = routes.flatMap(withOrWithoutHeaders).flatMap((route) =>
    protocol === 'grpc'
      ? [route]
      : (route.match.methods ?? [undefined]).map((method): RouteView => ({
          ...route,
          match: { ...route.match, ...(method === undefined ? {} : { methods: [method] }) },
        })),
  );
  for (const [index, route] of single.entries())
    add(
      'Route',
      `${name}-${index}`,
      {
        Priority: index,
        [`${{ http: 'Http', http2: 'Http2', grpc: 'Grpc', tcp: 'Tcp' }[protocol]}Route`]: routeSpec(name, protocol, route),
      },
      { VirtualRouterName: name },
    );
}

/** `Invert` wants the header to be there: a request may also fit that has none, for which there is another route. */
function withOrWithoutHeaders(route: RouteView): readonly RouteView[] {
  const matches = route.match.headers.reduce<readonly RouteMatch[]>(
    (all, header, at) =>
      !header.invert || header.kind === 'present'
        ? all
        : all.flatMap((match) => [
            match,
            {
              ...match,
              headers: match.headers.map((each, index) =>
                index === at ? { name: header.name, kind: 'present' as const, invert: true } : each,
              ),
            },
          ]),
    [route.match],
  );
  return matches.map((match) => ({ ...route, match }));
}

function routeSpec(callee: string, protocol: ProtocolId, { match, targets, timeouts, retry }: RouteView): Fields {
  return {
    ...(protocol === 'tcp' ? {} : { Match: protocol === 'grpc' ? grpcMatch(match) : httpMatch(match) }),
    Action: { WeightedTargets: targets.map(({ version, weight }) => ({ VirtualNode: `${callee}-${version}`, Weight: weight })) },
    Timeout: timeout(protocol, timeouts.requestSeconds, timeouts.idleSeconds),
    ...(retry === undefined
      ? {}
      : {
          RetryPolicy: {
            MaxRetries: retry.maxRetries,
            PerRetryTimeout: millis(timeouts.perTrySeconds ?? timeouts.requestSeconds ?? 0),
            ...events(retry.on ?? (retry.unsentOnly ? ['connection-error'] : ['connection-error', 'gateway-error'])),
          },
        }),
  };
}

function events(on: readonly string[]): Fields {
  const http = on.filter((event) => event.endsWith('-error') && event !== 'connection-error');
  const grpc = on.filter((event) => !event.endsWith('-error'));
  return {
    ...(http.length === 0 ? {} : { HttpRetryEvents: http }),
    ...(grpc.length === 0 ? {} : { GrpcRetryEvents: grpc }),
    ...(on.includes('connection-error') ? { TcpRetryEvents: ['connection-error'] } : {}),
  };
}

function listener({ healthCheck, circuitBreaker, outlierDetection, routes }: ServiceView | ExternalView, protocol: ProtocolId): Fields {
  const kind = { http: 'HTTP', http2: 'HTTP2', grpc: 'GRPC', tcp: 'TCP' }[protocol];
  const requests = routes.map(({ timeouts }) => timeouts.requestSeconds);
  const { maxConnections, maxPendingRequests, maxRequests } = circuitBreaker;
  return {
    Timeout: {
      [kind]: timeout(protocol, requests.includes(undefined) ? undefined : Math.max(...requests.map((each) => each ?? 0)), undefined),
    },
    ...(Object.keys(circuitBreaker).length === 0
      ? {}
      : {
          ConnectionPool: {
            [kind]:
              protocol === 'http'
                ? { MaxConnections: maxConnections ?? 2_147_483_647, MaxPendingRequests: maxPendingRequests }
                : protocol === 'tcp'
                  ? { MaxConnections: maxConnections }
                  : { MaxRequests: maxRequests },
          },
        }),
    ...(outlierDetection === undefined
      ? {}
      : {
          OutlierDetection: {
            MaxServerErrors: outlierDetection.consecutiveServerErrors,
            Interval: millis(outlierDetection.intervalSeconds),
            BaseEjectionDuration: millis(outlierDetection.baseEjectionSeconds),
            MaxEjectionPercent: outlierDetection.maxEjectionPercent,
          },
        }),
    ...(healthCheck === undefined
      ? {}
      : {
          HealthCheck: {
            Protocol: protocol,
            Path: healthCheck.path,
            IntervalMillis: healthCheck.intervalSeconds * 1000,
            TimeoutMillis: healthCheck.timeoutSeconds * 1000,
            HealthyThreshold: healthCheck.healthyThreshold,
            UnhealthyThreshold: healthCheck.unhealthyThreshold,
          },
        }),
  };
}

/** Zero where there is no limit, since App Mesh has one by default. */
function timeout(protocol: ProtocolId, requestSeconds: number | undefined, idleSeconds: number | undefined): Fields {
  return {
    ...(protocol === 'tcp' ? {} : { PerRequest: millis(requestSeconds ?? 0) }),
    ...(idleSeconds === undefined ? {} : { Idle: millis(idleSeconds) }),
  };
}

function millis(seconds: number): Fields {
  return { Unit: 'ms', Value: Math.round(seconds * 1000) };
}

function httpMatch({ path, methods, headers, queryParameters }: RouteMatch): Fields {
  return {
    ...(path === undefined
      ? { Prefix: '/' }
      : path.kind === 'prefix'
        ? { Prefix: path.text }
        : { Path: { [path.kind === 'exact' ? 'Exact' : 'Regex']: path.text } }),
    ...(methods === undefined ? {} : { Method: methods[0] }),
    ...(headers.length === 0 ? {} : { Headers: headers.map(value) }),
    ...(queryParameters.length === 0
      ? {}
      : {
          QueryParameters: queryParameters.map(({ name, text }) => ({
            Name: name,
            ...(text === undefined ? {} : { Match: { Exact: text } }),
          })),
        }),
  };
}

function grpcMatch({ path, headers }: RouteMatch): Fields {
  const [, service, method] = path?.text.split('/') ?? [];
  return {
    ...(service === undefined ? {} : { ServiceName: service }),
    ...(method === undefined || method === '' ? {} : { MethodName: method }),
    ...(headers.length === 0 ? {} : { Metadata: headers.map(value) }),
  };
}

function value({ name, kind, text, start, end, invert }: ValueMatch): Fields {
  const match =
    kind === 'present'
      ? undefined
      : kind === 'range'
        ? { Range: { Start: start, End: end } }
        : { [`${kind[0]?.toUpperCase() ?? ''}${kind.slice(1)}`]: text };
  return { Name: name, ...(match === undefined ? {} : { Match: match }), ...(invert ? { Invert: true } : {}) };
}

const TRUST = { File: { CertificateChain: '/ca.pem' } };
const CERTIFICATE = { File: { CertificateChain: '/chain.pem', PrivateKey: '/key.pem' } };

function serverTls({ clientNames }: ServerTlsView): Fields {
  return { Mode: 'STRICT', Certificate: CERTIFICATE, Validation: { Trust: TRUST, ...names(clientNames) } };
}

function clientTls({ certificate, serverNames }: ClientTlsView): Fields {
  return {
    Enforce: true,
    ...(certificate === undefined ? {} : { Certificate: CERTIFICATE }),
    Validation: { Trust: TRUST, ...(serverNames === 'discoveryHost' ? {} : names(serverNames)) },
  };
}

function names(exact: readonly string[] | undefined): Fields {
  return exact === undefined ? {} : { SubjectAlternativeNames: { Match: { Exact: exact } } };
}
