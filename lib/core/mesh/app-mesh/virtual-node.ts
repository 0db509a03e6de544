import type {
  Backend,
  ConnectionPool,
  HealthCheck,
  Listener,
  OutlierDetection,
  PerProtocol,
  ServiceDiscovery,
  VirtualNodePlan,
} from './resources';
import { allNamed } from '../../model/by-name';
import type { CalledService, ProtocolId, Service } from '../../model/topology';
import { isCalled } from '../../model/topology';
import type { AppMeshTopology } from './settings';
import type { CallPolicy } from '../../model/traffic-policy';
import { LOGGING } from './access-log';
import { duration } from './duration';
import { timeoutsOf } from './routes';
import type { TaskGroup } from './targets';
import { longest, timeout } from './timeouts';
import { clientPolicy, listenerTls } from './tls';
import { defined } from '../../defined';

/** What runs in the tasks of a service, or of one of its versions. */
export function virtualNode(topology: AppMeshTopology, group: TaskGroup): VirtualNodePlan {
  const { service } = group;
  const backends = [
    ...allNamed(topology.services, service.calls).map((callee) => backend(topology, callee)),
    ...topology.external
      .filter(({ name }) => service.callsExternal.includes(name))
      .map(({ virtualHost }): Backend => ({ virtualService: { virtualServiceName: virtualHost } })),
  ];
  return {
    name: group.name,
    spec: {
      listeners: isCalled(service) ? [listener(topology, service)] : [],
      ...(backends.length === 0 ? {} : { backends }),
      serviceDiscovery: discovery(topology, group),
      logging: LOGGING,
    },
  };
}

function backend(topology: AppMeshTopology, callee: Service): Backend {
  const policy = clientPolicy(topology, [callee]);
  return { virtualService: { virtualServiceName: callee.virtualHost, ...defined({ clientPolicy: policy }) } };
}

function discovery(topology: AppMeshTopology, { service, version }: TaskGroup): ServiceDiscovery {
  const { discoveryHost } = version ?? service;
  const { mesh, discoveryDomain: namespaceName } = topology;
  if (mesh.discovery === 'dns') return { dns: { hostname: discoveryHost, responseType: 'ENDPOINTS' } };
  return { awsCloudMap: { namespaceName, serviceName: discoveryHost.slice(0, -namespaceName.length - 1) } };
}

function listener(topology: AppMeshTopology, service: CalledService): Listener {
  const { port, protocol, callPolicy } = service;
  const tls = listenerTls(topology, service);
  const limits = timeout(longest(timeoutsOf(service)), protocol);
  const pool = connectionPool(callPolicy, protocol);
  return {
    portMapping: { port, protocol },
    ...defined({ tls, timeout: limits === undefined ? undefined : perProtocol(protocol, limits), connectionPool: pool }),
    ...healthCheck(callPolicy, protocol),
    ...outlierDetection(callPolicy),
  };
}

function perProtocol<T>(protocol: ProtocolId, value: T): PerProtocol<T> {
  return { [protocol]: value };
}

/**
 * What App Mesh sets by itself: no limit.
 * https://docs.aws.amazon.com/app-mesh/latest/userguide/envoy-defaults.html#default-circuit-breaker
 */
const UNLIMITED = 2_147_483_647;

/** Which limits there are depends on the protocol; check-policy.ts refuses the others. */
function connectionPool({ circuitBreaker }: CallPolicy, protocol: ProtocolId): ConnectionPool | undefined {
  const { maxConnections, maxPendingRequests, maxRequests } = circuitBreaker;
  if (protocol === 'http2' || protocol === 'grpc') return maxRequests === undefined ? undefined : { [protocol]: { maxRequests } };
  if (protocol === 'tcp') return maxConnections === undefined ? undefined : { tcp: { maxConnections } };
  if (maxConnections === undefined && maxPendingRequests === undefined) return undefined;
  return { http: { maxConnections: maxConnections ?? UNLIMITED, ...defined({ maxPendingRequests }) } };
}

function healthCheck({ activeHealthCheck: check }: CallPolicy, protocol: ProtocolId): { readonly healthCheck?: HealthCheck } {
  if (check === undefined) return {};
  const { path, intervalSeconds, timeoutSeconds, healthyThreshold, unhealthyThreshold } = check;
  return {
    healthCheck: {
      protocol,
      ...(protocol === 'http' || protocol === 'http2' ? { path: path ?? '/' } : {}),
      intervalMillis: Math.round(intervalSeconds * 1000),
      timeoutMillis: Math.round(timeoutSeconds * 1000),
      healthyThreshold,
      unhealthyThreshold,
    },
  };
}

/** Only of the application's own errors: App Mesh counts every 5xx. Failed connections are retried, and eject no task. */
function outlierDetection({ outlierDetection: settings }: CallPolicy): { readonly outlierDetection?: OutlierDetection } {
  if (settings?.consecutiveServerErrors === undefined) return {};
  const { consecutiveServerErrors, intervalSeconds, baseEjectionSeconds, maxEjectionPercent } = settings;
  return {
    outlierDetection: {
      maxServerErrors: consecutiveServerErrors,
      interval: duration(intervalSeconds),
      baseEjectionDuration: duration(baseEjectionSeconds),
      maxEjectionPercent,
    },
  };
}
