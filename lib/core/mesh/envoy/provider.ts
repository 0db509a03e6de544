import type { TaskConfig } from '../../contract/task-config';
import { aggregationsOf } from '../../model/aggregation';
import { allNamed } from '../../model/by-name';
import { additionalPortsOf, inboundPortOf, withTasks } from '../../model/service-ports';
import { servicesBehind } from '../../model/callers';
import { clientGatewayBootstrap } from '../../envoy/client-gateway';
import { gatewayBootstrap } from '../../envoy/gateway';
import type { Bootstrap } from '../../envoy/api/bootstrap';
import { sidecarBootstrap } from '../../envoy/sidecar';
import type { ContainerPlan, HealthCheckPlan, LoadBalancerTargetPlan, MeshPlan, MeshWorkloadPlan } from '../../plan/system-plan';
import { pathOfWorkload } from '../../plan/system-plan';
import { ingressOf } from '../../plan/ingress';
import { checkTaskDefinitionSize } from '../../plan/task-definition-size';
import { ENVOY_CONFIG_FILE, MESH_DIRECTORY } from '../../contract/files';
import { ADMIN_PORT } from '../../contract/ports';
import {
  AGENT_CONTAINER,
  AGENT_MEMORY_MIB,
  DEFAULT_VIRTUAL_PORT,
  DISCOVERY_TTL_SECONDS,
  GATEWAY_PORT,
  INBOUND_PORT,
  INIT_CONTAINER,
  LOAD_BALANCER_PORT,
  MESH_VOLUME,
  PROXY_CONTAINER,
} from '../../model/constants';
import { identityOf } from '../../contract/identity';
import { IMAGES, PROXY_USER, imageReference } from '../../model/images';
import type { IssueList } from '../../reading/issues';
import type { PrometheusSettings } from '../../model/observability/settings';
import { prometheusLabels } from '../../model/observability/prometheus';
import { sendsToXRay, TRACE_CONTEXT_HEADERS } from '../../model/observability/tracing';
import type { EdgeTopology, Service, Sizing, Version } from '../../model/topology';
import { isCalled, serviceAs } from '../../model/topology';
import type { ClientGateway } from '../../model/clients';
import { CLIENT_GATEWAY_PORT } from '../../model/clients';
import { plaintext } from '../../plan/plaintext';
import type { MeshProvider } from '../provider';
import type { AgentPace, AgentPlan } from '../../plan/workload/agent';
import {
  agentContainer,
  applicationOf,
  countedRequests,
  discoveredBy,
  initContainer,
  refreshSecondsOf,
  stopSecondsOf,
} from '../../plan/workload/agent';
import { aggregator } from '../../plan/workload/aggregator';
import { application, collector, extras } from '../../plan/workload/containers';
import { CLIENT_REFRESH_SECONDS, EDGE_REFRESH_SECONDS, EDGE_REQUEST_SECONDS, gatewayRegistration } from '../../plan/workload/gateway';
import type { Traced } from '../../plan/workload/open-telemetry';
import { resourceAttributesOf, withOpenTelemetry } from '../../plan/workload/open-telemetry';
import { sizingOf } from '../../plan/workload/sizing';
import { storageOf } from '../../plan/workload/volumes';
import { taskMetrics } from '../../plan/workload/task-metrics';
import { weightedCallees, weightsPlan } from '../../plan/workload/weights';
import { agentPace } from './agent-pace';
import { agentRequests } from './agent-requests';
import { CAPABILITIES } from './capabilities';
import { checkCompression, warnOfNewerProxy } from './check-proxy-version';
import { addressWarnings, loopbackAddresses } from './loopback-addresses';
import { ENVOY_OPTIONS, parseEnvoyOptions } from './options';
import type { EnvoyMeshSettings, EnvoyTopology } from './settings';
import { defined } from '../../defined';

/** Self-managed Envoy sidecars with no control plane. */
export const envoyProvider: MeshProvider<EnvoyMeshSettings> = {
  id: 'envoy',
  factory: 'Mesh.envoy()',
  capabilities: CAPABILITIES,
  options: ENVOY_OPTIONS,
  parse: parseEnvoyOptions,
  footprint: {
    ports: new Map([
      [ADMIN_PORT, "Envoy's admin interface"],
      [INBOUND_PORT, "Envoy's inbound listener"],
    ]),
    containers: [
      { name: PROXY_CONTAINER, memoryMiB: 0 },
      { name: INIT_CONTAINER, memoryMiB: 0 },
      { name: AGENT_CONTAINER, memoryMiB: AGENT_MEMORY_MIB },
    ],
    virtualPort: DEFAULT_VIRTUAL_PORT,
  },
  virtualAddresses: (names) => loopbackAddresses(names),
  plan(topology: EnvoyTopology, issues: IssueList): MeshPlan {
    checkCompression(topology, issues);
    const pace = agentPace(topology);
    const services = withTasks(topology.services).flatMap((service) => workloadsOf(topology, pace, service));
    const { clientGateway } = topology;
    const gateways = [
      ...topology.edges.map((edge) => ({ workload: gatewayWorkload(topology, pace, edge), path: edge.path })),
      ...(clientGateway === undefined ? [] : [{ workload: clientGatewayWorkload(topology, pace, clientGateway), path: 'clients' }]),
    ];
    for (const workload of services) checkTaskDefinitionSize(workload, pathOfWorkload(workload), issues);
    for (const { workload, path } of gateways) checkTaskDefinitionSize(workload, path, issues);
    const weights = weightedCallees(topology.services).map(weightsPlan);
    const requests = agentRequests(topology, pace);
    const workloads = [...services, ...gateways.map(({ workload }) => workload)];
    return {
      workloads,
      uses: requests.uses,
      ...(weights.length === 0 ? {} : { weights }),
      ingress: topology.services.filter(isCalled).flatMap((service) => ingressOf(service, inboundPortOf(service))),
      virtualAddresses: 'loopback addresses',
      warnings: [
        ...requests.warnings,
        ...warnOfNewerProxy(topology.mesh),
        ...addressWarnings([...topology.services, ...topology.external].map(({ name }) => name)),
        ...(topology.certificates.kind === 'none' ? [plaintext()] : []),
      ],
    };
  },
};

/** Those of a service, or of each of its versions. */
function workloadsOf(topology: EnvoyTopology, pace: AgentPace, service: Service): readonly MeshWorkloadPlan[] {
  return (
    service.versions?.map((version) => serviceWorkload(topology, pace, serviceAs(service, version), version)) ?? [
      serviceWorkload(topology, pace, service),
    ]
  );
}

function serviceWorkload(topology: EnvoyTopology, pace: AgentPace, service: Service, version?: Version): MeshWorkloadPlan {
  const callees = allNamed(topology.services, service.calls);
  const registers = isCalled(service);
  // Of a task that nobody calls, nobody has to notice that it stops.
  const refreshSeconds = registers ? refreshSecondsOf(topology, pace, service) : 0;
  const name = version?.workloadName ?? service.name;
  const agent: AgentPlan = {
    topology,
    service: service.name,
    name,
    callees,
    caller: service,
    pace,
    registers,
    endsByItself: service.job !== undefined,
    announcesStop: registers && [service, ...additionalPortsOf(topology, service)].some(({ protocol }) => protocol !== 'tcp'),
    refreshSeconds,
    stopSeconds: stopSecondsOf(refreshSeconds, service.stopTimeoutSeconds),
    ...defined({
      application: applicationOf(topology, service),
      requests: countedRequests(service.name, service, version?.name),
      metrics: taskMetrics(topology, {
        name: service.name,
        ...defined({ version: version?.name }),
        serves: [service, ...additionalPortsOf(topology, service)].filter(isCalled).map((each) => each.name),
        callees,
        external: allNamed(topology.external, service.callsExternal),
      }),
    }),
  };
  return {
    ...workloadOf(
      agent,
      { service: service.name, version: version?.name, sizing: service },
      { envoy: sidecarBootstrap(topology, service, name) },
      [
        proxy(agent, service, [...portsOf(service), ...additionalPortsOf(topology, service).map(inboundPortOf)]),
        application(service),
        ...extras(service.extraContainers),
      ],
    ),
    ...storageOf(topology, service),
    ...defined({
      version: version === undefined ? undefined : { service: service.name, name: version.name },
      loadBalancerTarget: targetOf(service),
    }),
    sizing: sizingOf(service),
    ...defined({
      job: service.job,
      openPorts: service.openPorts,
      registration: registers ? ({ recordType: 'A', ttlSeconds: DISCOVERY_TTL_SECONDS } as const) : undefined,
    }),
  };
}

function portsOf({ port, loadBalancerTarget }: Service): readonly number[] {
  return [...(port === undefined ? [] : [INBOUND_PORT]), ...(loadBalancerTarget === undefined ? [] : [LOAD_BALANCER_PORT])];
}

function targetOf({ loadBalancerTarget, protocol, startupTimeoutSeconds }: Service): LoadBalancerTargetPlan | undefined {
  if (loadBalancerTarget === undefined) return undefined;
  return {
    kind: loadBalancerTarget.kind,
    protocol,
    container: PROXY_CONTAINER,
    port: LOAD_BALANCER_PORT,
    graceSeconds: startupTimeoutSeconds + TARGET_CHECKS_SECONDS,
  };
}

/** Until a load balancer whose checks come at their usual intervals has found a task healthy: five of them in a row, every 30 seconds. */
const TARGET_CHECKS_SECONDS = 150;

function gatewayWorkload(topology: EnvoyTopology, pace: AgentPace, edge: EdgeTopology): MeshWorkloadPlan {
  const aggregations = aggregationsOf(edge, topology.tracing?.kind === 'openTelemetry' ? TRACE_CONTEXT_HEADERS : []);
  const callees = servicesBehind(topology, edge);
  const agent: AgentPlan = {
    topology,
    service: edge.gatewayName,
    name: edge.gatewayName,
    callees,
    pace,
    refreshSeconds: EDGE_REFRESH_SECONDS,
    stopSeconds: stopSecondsOf(EDGE_REFRESH_SECONDS, EDGE_REQUEST_SECONDS),
    ...defined({
      requests: countedRequests(edge.gatewayName, edge.gateway),
      metrics: taskMetrics(topology, { name: edge.gatewayName, serves: [edge.gatewayName], callees }),
    }),
  };
  return {
    ...workloadOf(
      agent,
      { service: edge.gatewayName, sizing: edge.gateway },
      { envoy: gatewayBootstrap(topology, edge), ...defined({ aggregations }) },
      [
        proxy(agent, edge.gateway, edge.api.ports?.map(({ port }) => port) ?? [GATEWAY_PORT]),
        ...(aggregations === undefined ? [] : [aggregator()]),
      ],
    ),
    edge: edge.name,
    sizing: sizingOf(edge.gateway),
    registration: gatewayRegistration(edge),
  };
}

function clientGatewayWorkload(topology: EnvoyTopology, pace: AgentPace, gateway: ClientGateway): MeshWorkloadPlan {
  const { name, sizing } = gateway;
  const callees = servicesBehind(topology, { gatewayName: name });
  const agent: AgentPlan = {
    topology,
    service: name,
    name,
    callees,
    pace,
    refreshSeconds: CLIENT_REFRESH_SECONDS,
    stopSeconds: stopSecondsOf(CLIENT_REFRESH_SECONDS, EDGE_REQUEST_SECONDS),
    ...defined({ requests: countedRequests(name, sizing), metrics: taskMetrics(topology, { name, serves: [name], callees }) }),
  };
  return {
    ...workloadOf(agent, { service: name, sizing }, { envoy: clientGatewayBootstrap(topology, gateway) }, [
      proxy(agent, sizing, [CLIENT_GATEWAY_PORT]),
    ]),
    clientGateway: true,
    sizing: sizingOf(sizing),
    registration: { recordType: 'A', ttlSeconds: DISCOVERY_TTL_SECONDS },
  };
}

/** What programs of a task are configured with, beside its agent. */
interface Configurations extends Pick<TaskConfig, 'aggregations'> {
  readonly envoy: Bootstrap;
}

/** What all tasks have beside their own containers. */
function workloadOf(
  agent: AgentPlan,
  traced: Traced,
  config: Configurations,
  containers: readonly ContainerPlan[],
): Omit<MeshWorkloadPlan, 'sizing' | 'registration'> {
  const { topology, service, name } = agent;
  const others = withOpenTelemetry(topology, traced, [initContainer(agent, config), ...containers, ...collector(topology)]);
  const discovered = discoveredBy(agent.callees);
  const weighed = weightedCallees(agent.callees);
  const own = agent.registers === false ? [] : [name];
  return {
    name,
    ...(topology.certificates.kind === 'none' ? {} : { identity: { uri: identityOf(topology.trustDomain, service) } }),
    ...(weighed.length === 0 ? {} : { weightedCallees: weighed.map((callee) => callee.name) }),
    // Its own service too: whether the callees of its own zone may be preferred depends on the zones of its tasks.
    discovers: discovered.length === 0 ? [] : [...new Set([...discovered.map((callee) => callee.registeredAs), ...own])].sort(),
    ...storageOf(topology),
    containers: [...others, agentContainer(agent, others)],
    traced: sendsToXRay(topology.tracing),
    ...resourceAttributesOf(topology, traced),
    ...defined({ prometheusPort: prometheusOf(agent)?.port }),
  };
}

/** Jobs end before a scraper finds them. */
function prometheusOf({ topology, endsByItself = false }: AgentPlan): PrometheusSettings | undefined {
  return endsByItself ? undefined : topology.observability?.prometheus;
}

/** The image has no curl; bash opens the socket itself. The admin interface refuses HTTP/1.0 (426). */
const READY =
  `exec 3<>/dev/tcp/127.0.0.1/${ADMIN_PORT} && ` +
  "printf 'GET /ready HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && " +
  'grep -q LIVE <&3';

/**
 * Envoy is live once DNS has answered for each of its callees. With 150 callees and a share of a busy CPU that took more than 25
 * seconds. A check that succeeds ends the start period, and an Envoy that refuses its configuration exits by itself: a long period
 * delays neither.
 */
const PROXY_HEALTH_CHECK: Omit<HealthCheckPlan, 'command'> = { intervalSeconds: 5, timeoutSeconds: 5, retries: 3, startPeriodSeconds: 120 };

function proxy(agent: AgentPlan, sizing: Sizing, ports: readonly number[]): ContainerPlan {
  const { mesh } = agent.topology;
  const prometheus = prometheusOf(agent);
  return {
    name: PROXY_CONTAINER,
    role: 'proxy',
    image: mesh.proxyImage,
    // The Dockerfile itself names the default image, so that it can be built by hand.
    copyImage: { buildArgs: mesh.proxyImage === imageReference(IMAGES.envoy) ? {} : { ENVOY_IMAGE: mesh.proxyImage } },
    essential: true,
    command: [
      '-c',
      `${MESH_DIRECTORY}/${ENVOY_CONFIG_FILE}`,
      '--log-level',
      mesh.proxyLogLevel,
      // Without it Envoy starts one worker for each core of the host, whatever share of it the task has.
      '--concurrency',
      String(Math.max(1, Math.ceil(sizing.cpu / 1024))),
      '--disable-hot-restart',
      // When the agent drains, each connection gets a GOAWAY or "connection: close" with its next response, not within ten minutes.
      '--drain-strategy',
      'immediate',
      // By default the access log comes in blocks, up to ten seconds late.
      '--file-flush-interval-msec',
      '1000',
    ],
    environment: {},
    secretNames: [],
    user: PROXY_USER,
    readonlyRootFilesystem: true,
    dropCapabilities: true,
    // The first container with the volume gives it its owner, who must be the agent's: so Envoy waits for that one.
    mounts: [{ volume: MESH_VOLUME, path: MESH_DIRECTORY, readOnly: true }],
    healthCheck: { command: ['CMD', 'bash', '-c', READY], ...PROXY_HEALTH_CHECK },
    dependsOn: [{ container: INIT_CONTAINER, condition: 'SUCCESS' }],
    // Scrapers look for the port among those of the container.
    ports: [...ports, ...(prometheus === undefined ? [] : [prometheus.port])],
    ...(prometheus === undefined ? {} : { dockerLabels: prometheusLabels(agent.name, prometheus) }),
    // ECS stops it after the application (the reverse of dependsOn), whose last requests pass through it.
    restart: false,
  };
}
