import { sendsToXRay } from '../../model/observability/tracing';
import { allNamed } from '../../model/by-name';
import { servicesBehind } from '../../model/callers';
import type { ContainerPlan, InterceptionPlan, MeshEndpointPlan, MeshWorkloadPlan } from '../../plan/system-plan';
import {
  COLLECTOR_CONTAINER,
  DISCOVERY_TTL_SECONDS,
  GATEWAY_PORT,
  INIT_CONTAINER,
  MESH_VOLUME,
  PROXY_CONTAINER,
} from '../../model/constants';
import type { CertificateFormatName } from '../../contract/agent';
import { meshVariables } from '../../contract/agent';
import { APP_MESH_DIRECTORY } from '../../contract/files';
import { identityOf } from '../../contract/identity';
import { ADMIN_PORT, APP_MESH_EGRESS_PORT } from '../../contract/ports';
import { APP_MESH_GROUP, APP_MESH_USER } from '../../model/images';
import type { EdgeTopology, Service, Topology } from '../../model/topology';
import type { AppMeshSettings, AppMeshTopology } from './settings';
import type { AgentPlan } from '../../plan/workload/agent';
import { agentContainer, applicationOf, countedRequests, initContainer, stopSecondsOf } from '../../plan/workload/agent';
import { application, collector, extras } from '../../plan/workload/containers';
import { EDGE_REFRESH_SECONDS, EDGE_REQUEST_SECONDS, gatewayRegistration } from '../../plan/workload/gateway';
import { sizingOf } from '../../plan/workload/sizing';
import { FILE_SYSTEM_PORT } from '../../plan/egress';
import { storageOf } from '../../plan/workload/volumes';
import { IGNORED_IPS, INGRESS_PORT, REFRESH_SECONDS } from './constants';
import type { TaskGroup } from './targets';
import { acmCertificateOf } from './tls';
import { defined } from '../../defined';

/** What a task of App Mesh is made of. Whatever it adds runs as a user, or in a group, whose traffic is not intercepted. */
export function serviceWorkload(topology: AppMeshTopology, mesh: AppMeshSettings, { name, service, version }: TaskGroup): MeshWorkloadPlan {
  const refreshSeconds = mesh.discovery === 'dns' ? DISCOVERY_TTL_SECONDS : REFRESH_SECONDS;
  const agent: AgentPlan = {
    topology,
    service: service.name,
    name,
    callees: [],
    refreshSeconds,
    stopSeconds: stopSecondsOf(refreshSeconds, service.stopTimeoutSeconds),
    ...defined({ application: applicationOf(topology, service), requests: countedRequests(service.name, service, version?.name) }),
  };
  const callees = allNamed(topology.services, service.calls);
  const storage = storageOf(topology, service);
  return {
    ...workloadOf(agent, mesh, { kind: 'virtualNode', name, ...permissions(topology, service, callees) }, [
      application(service),
      ...extras(service.extraContainers),
    ]),
    ...storage,
    ...defined({
      version: version === undefined ? undefined : { service: service.name, name: version.name },
      openPorts: service.openPorts,
    }),
    sizing: sizingOf(service),
    registration: { recordType: 'A', ttlSeconds: DISCOVERY_TTL_SECONDS },
    interception: interceptionOf(mesh, service, storage.fileSystems !== undefined),
  };
}

export function gatewayWorkload(topology: AppMeshTopology, mesh: AppMeshSettings, edge: EdgeTopology): MeshWorkloadPlan {
  const agent: AgentPlan = {
    topology,
    service: edge.gatewayName,
    name: edge.gatewayName,
    callees: [],
    refreshSeconds: EDGE_REFRESH_SECONDS,
    stopSeconds: stopSecondsOf(EDGE_REFRESH_SECONDS, EDGE_REQUEST_SECONDS),
    ...defined({ requests: countedRequests(edge.gatewayName, edge.gateway) }),
  };
  const routed = servicesBehind(topology, edge);
  return {
    ...workloadOf(agent, mesh, { kind: 'virtualGateway', name: edge.gatewayName, ...permissions(topology, undefined, routed) }, []),
    edge: edge.name,
    sizing: sizingOf(edge.gateway),
    registration: gatewayRegistration(edge),
  };
}

/**
 * https://docs.aws.amazon.com/app-mesh/latest/userguide/proxy-authorization.html
 * https://docs.aws.amazon.com/app-mesh/latest/userguide/tls.html#authentication-certificates
 */
function permissions(
  topology: AppMeshTopology,
  service: Service | undefined,
  callees: readonly Service[],
): Pick<MeshEndpointPlan, 'permissions'> {
  const own = service === undefined ? undefined : acmCertificateOf(topology, service);
  const trusts = callees.some((callee) => acmCertificateOf(topology, callee) !== undefined);
  return {
    permissions: [
      { action: 'appmesh:StreamAggregatedResources' },
      ...(own === undefined ? [] : [{ action: 'acm:ExportCertificate', resources: [own] }]),
      ...(trusts
        ? [
            {
              action: 'acm-pca:GetCertificateAuthorityCertificate',
              resources: topology.mesh.serverCertificates?.authorityArns ?? [],
            },
          ]
        : []),
    ],
  };
}

/** @param mountsFileSystems whether something in the task connects to a file system, which Envoy would take for a call */
function interceptionOf({ ignoredEgressPorts }: AppMeshSettings, { port }: Service, mountsFileSystems: boolean): InterceptionPlan {
  return {
    container: PROXY_CONTAINER,
    appPorts: port === undefined ? [] : [port],
    ingressPort: INGRESS_PORT,
    egressPort: APP_MESH_EGRESS_PORT,
    ignoredUser: Number(APP_MESH_USER),
    ignoredGroup: Number(APP_MESH_GROUP),
    ignoredIps: IGNORED_IPS,
    ignoredPorts: mountsFileSystems ? [...new Set([...ignoredEgressPorts, FILE_SYSTEM_PORT])] : ignoredEgressPorts,
  };
}

/**
 * Root, which owns the volumes into which the CloudWatch agent writes. Its group keeps its calls to X-Ray out of Envoy.
 * Nothing is intercepted in the gateway's tasks.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ProxyConfiguration.html
 */
const COLLECTOR_USER = `0:${APP_MESH_GROUP}`;

function workloadOf(
  agent: AgentPlan,
  mesh: AppMeshSettings,
  endpoint: MeshEndpointPlan,
  own: readonly ContainerPlan[],
): Omit<MeshWorkloadPlan, 'sizing' | 'registration'> {
  const { topology, service, name } = agent;
  const secured = topology.certificates.kind !== 'none';
  const collectors =
    endpoint.kind === 'virtualGateway'
      ? collector(topology)
      : collector(topology).map((container): ContainerPlan => ({ ...container, user: COLLECTOR_USER }));
  const others = [...(secured ? [asUser(initContainer(agent), secured)] : []), proxy(topology, mesh, endpoint), ...own, ...collectors];
  return {
    name,
    ...(secured ? { identity: { uri: identityOf(topology.trustDomain, service) } } : {}),
    discovers: [],
    ...storageOf(topology),
    // Not restarted in place: that the agent ends is how a task with an old certificate is replaced
    // (programs/agent/certificate/retirement.ts).
    containers: [...others, { ...asUser(agentContainer(agent, others), secured), restart: false }],
    traced: sendsToXRay(topology.tracing),
    endpoint,
  };
}

/** The agent, where its calls are not intercepted, and where Envoy may read what it writes. */
function asUser(container: ContainerPlan, secured: boolean): ContainerPlan {
  return {
    ...container,
    user: APP_MESH_USER,
    environment: {
      ...container.environment,
      ...meshVariables({ MESH_DIRECTORY: APP_MESH_DIRECTORY }),
      ...(secured ? meshVariables({ MESH_CERTIFICATE_FORMAT: 'pem' satisfies CertificateFormatName }) : {}),
    },
    mounts: [{ volume: MESH_VOLUME, path: APP_MESH_DIRECTORY, readOnly: false }],
  };
}

/** https://docs.aws.amazon.com/app-mesh/latest/userguide/envoy.html */
const LIVE = `curl -s http://localhost:${ADMIN_PORT}/server_info | grep state | grep -q LIVE`;

function proxy(topology: Topology, mesh: AppMeshSettings, { kind }: MeshEndpointPlan): ContainerPlan {
  const { tracing } = topology;
  const secured = topology.certificates.kind !== 'none';
  return {
    name: PROXY_CONTAINER,
    role: 'proxy',
    image: mesh.proxyImage,
    essential: true,
    // https://docs.aws.amazon.com/app-mesh/latest/userguide/envoy-config.html
    environment: {
      ENVOY_LOG_LEVEL: mesh.proxyLogLevel,
      ...defined({ ENABLE_ENVOY_XRAY_TRACING: tracing === undefined ? undefined : '1' }),
      ...(tracing?.samplingRate === undefined ? {} : { XRAY_SAMPLING_RATE: String(tracing.samplingRate) }),
    },
    deployedEnvironment: { APPMESH_RESOURCE_ARN: 'endpointArn' },
    secretNames: [],
    user: APP_MESH_USER,
    // Its start program writes Envoy's configuration to /tmp.
    readonlyRootFilesystem: false,
    mounts: secured ? [{ volume: MESH_VOLUME, path: APP_MESH_DIRECTORY, readOnly: true }] : [],
    healthCheck: { command: ['CMD-SHELL', LIVE], intervalSeconds: 5, timeoutSeconds: 2, retries: 3, startPeriodSeconds: 10 },
    dependsOn: [
      ...(secured ? [{ container: INIT_CONTAINER, condition: 'SUCCESS' as const }] : []),
      ...(tracing === undefined ? [] : [{ container: COLLECTOR_CONTAINER, condition: 'START' as const }]),
    ],
    ports: kind === 'virtualGateway' ? [GATEWAY_PORT] : [],
    restart: false,
  };
}
