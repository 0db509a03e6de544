import { gatewayBootstrap } from '../../envoy/gateway';
import type { JsonObject } from '../../envoy/syntax/json';
import { sidecarBootstrap } from '../../envoy/sidecar';
import type { ContainerPlan, SystemPlan, WorkloadPlan } from '../../plan/system-plan';
import { ingressOf } from '../../plan/ingress';
import { checkTaskDefinitionSize } from '../../plan/task-definition-size';
import { MESH_DIRECTORY } from '../../contract/files';
import { ADMIN_PORT } from '../../contract/ports';
import {
  DISCOVERY_TTL_SECONDS,
  GATEWAY_NAME,
  GATEWAY_PORT,
  INBOUND_PORT,
  INIT_CONTAINER,
  MESH_VOLUME,
  PROXY_CONTAINER,
} from '../../model/constants';
import { identityOf } from '../../contract/identity';
import { PROXY_USER } from '../../model/images';
import type { IssueList } from '../../reading/issues';
import type { EdgeTopology, Service, Sizing, Topology, Version } from '../../model/topology';
import { serviceAs } from '../../model/topology';
import { plaintext } from '../../plan/plaintext';
import type { MeshProvider } from '../provider';
import type { AgentPlan } from '../../plan/workload/agent';
import { agentContainer, discoveredBy, initContainer, needsFiles, refreshSecondsOf, stopSecondsOf } from '../../plan/workload/agent';
import { application, collector, collectorVolumes, extra } from '../../plan/workload/containers';
import { EDGE_REFRESH_SECONDS, EDGE_REQUEST_SECONDS, gatewayRegistration } from '../../plan/workload/gateway';
import { sizingOf } from '../../plan/workload/sizing';
import { weightedCallees, weightsPlan } from '../../plan/workload/weights';
import { CAPABILITIES } from './capabilities';
import { defined } from '../../defined';

/** Self-managed Envoy sidecars with no control plane. */
export const envoyProvider: MeshProvider = {
  id: 'envoy',
  factory: 'Mesh.envoy()',
  capabilities: CAPABILITIES,
  plan(topology: Topology, issues: IssueList): SystemPlan {
    const { certificates: settings, trustDomain } = topology;
    const tasks = topology.services.flatMap((service) => workloadsOf(topology, service));
    for (const task of tasks) checkTaskDefinitionSize(task, pathOf(task), issues);
    const weights = weightedCallees(topology.services).map(weightsPlan);
    const gateway = topology.edge === undefined ? [] : [gatewayWorkload(topology, topology.edge)];
    for (const task of gateway) checkTaskDefinitionSize(task, 'edge', issues);
    return {
      workloads: [...tasks, ...gateway],
      ...(weights.length === 0 ? {} : { weights }),
      records: [...topology.services, ...topology.external]
        .filter((service) => service.callers.length > 0)
        .map((service) => ({ service: service.name, host: service.virtualHost, address: service.address })),
      ingress: topology.services.flatMap((service) => ingressOf(service, INBOUND_PORT)),
      ...(settings.kind === 'none' ? {} : { certificates: { trustDomain, settings } }),
      warnings: settings.kind === 'none' ? [plaintext()] : [],
    };
  },
};

function pathOf({ name, version }: WorkloadPlan): string {
  return version === undefined ? `services.${name}` : `services.${version.service}.versions.${version.name}`;
}

/** Those of a service, or of each of its versions. */
function workloadsOf(topology: Topology, service: Service): readonly WorkloadPlan[] {
  return (
    service.versions?.map((version) => serviceWorkload(topology, serviceAs(service, version), version)) ?? [
      serviceWorkload(topology, service),
    ]
  );
}

function serviceWorkload(topology: Topology, service: Service, version?: Version): WorkloadPlan {
  const callees = topology.services.filter((other) => service.calls.includes(other.name));
  const refreshSeconds = refreshSecondsOf(topology, service);
  const name = version?.workloadName ?? service.name;
  const agent: AgentPlan = {
    topology,
    service: service.name,
    name,
    callees,
    refreshSeconds,
    stopSeconds: stopSecondsOf(refreshSeconds, service.stopTimeoutSeconds),
  };
  return {
    ...workloadOf(agent, [
      proxy(agent, service, sidecarBootstrap(topology, service, name), INBOUND_PORT),
      application(service),
      ...service.extraContainers.map(extra),
    ]),
    ...defined({ version: version === undefined ? undefined : { service: service.name, name: version.name } }),
    sizing: sizingOf(service),
    registration: { recordType: 'A', ttlSeconds: DISCOVERY_TTL_SECONDS },
  };
}

function gatewayWorkload(topology: Topology, edge: EdgeTopology): WorkloadPlan {
  const agent: AgentPlan = {
    topology,
    service: GATEWAY_NAME,
    name: GATEWAY_NAME,
    callees: topology.services.filter((service) => service.routed),
    refreshSeconds: EDGE_REFRESH_SECONDS,
    stopSeconds: stopSecondsOf(EDGE_REFRESH_SECONDS, EDGE_REQUEST_SECONDS),
  };
  return {
    ...workloadOf(agent, [proxy(agent, edge.gateway, gatewayBootstrap(topology, edge), GATEWAY_PORT)]),
    sizing: edge.gateway,
    registration: gatewayRegistration(edge),
  };
}

/** What all tasks have beside their own containers. */
function workloadOf(agent: AgentPlan, own: readonly ContainerPlan[]): Omit<WorkloadPlan, 'sizing' | 'registration'> {
  const { topology, service, name } = agent;
  const others = [...(needsFiles(agent) ? [initContainer(agent)] : []), ...own, ...collector(topology)];
  const discovered = discoveredBy(agent.callees);
  const weighed = weightedCallees(agent.callees);
  return {
    name,
    ...(topology.certificates.kind === 'none'
      ? {}
      : { identity: { uri: identityOf(topology.trustDomain, service), dnsName: `${service}.${topology.domain}` } }),
    ...(weighed.length === 0 ? {} : { weightedCallees: weighed.map((callee) => callee.name) }),
    // Its own service too, to weigh whether its zone may be preferred.
    discovers: discovered.length === 0 ? [] : [...new Set([...discovered.map((callee) => callee.name), name])].sort(),
    volumes: [MESH_VOLUME, ...collectorVolumes(topology)],
    containers: [...others, agentContainer(agent, others)],
    traced: topology.tracing !== undefined,
  };
}

/** The image has no curl; bash opens the socket itself. Envoy refuses HTTP/1.0 (426). */
const READY = `exec 3<>/dev/tcp/127.0.0.1/${ADMIN_PORT} && printf 'GET /ready HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && grep -q LIVE <&3`;

function proxy(agent: AgentPlan, sizing: Sizing, config: JsonObject, port: number): ContainerPlan {
  const { mesh } = agent.topology;
  return {
    name: PROXY_CONTAINER,
    role: 'proxy',
    image: mesh.proxyImage,
    copyImage: true,
    essential: true,
    command: [
      '--config-yaml',
      JSON.stringify(config),
      '--log-level',
      mesh.proxyLogLevel,
      // Without it Envoy starts one worker for each core of the host, whatever share of it the task has.
      '--concurrency',
      String(Math.max(1, Math.ceil(sizing.cpu / 1024))),
      '--disable-hot-restart',
      // When the agent drains, each connection is told with its next response, not within ten minutes.
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
    // Only where it reads something: the first container with the volume gives it its owner, who must be the agent's.
    mounts: needsFiles(agent) ? [{ volume: MESH_VOLUME, path: MESH_DIRECTORY, readOnly: true }] : [],
    healthCheck: { command: ['CMD', 'bash', '-c', READY], intervalSeconds: 5, timeoutSeconds: 2, retries: 3, startPeriodSeconds: 10 },
    dependsOn: needsFiles(agent) ? [{ container: INIT_CONTAINER, condition: 'SUCCESS' }] : [],
    ports: [port],
    // ECS stops it after the application (the reverse of dependsOn), whose last requests pass through it.
    restart: false,
  };
}
