import { defined } from './defined';
import { edgeUses, edgeWarnings, planEdge } from './edges/select-kind';
import { limitIssues, limitWarnings } from './limits/use';
import { planMesh } from './mesh/select-provider';
import { named } from './model/by-name';
import { additionalPortsOf } from './model/service-ports';
import { DISCOVERY_TTL_SECONDS } from './model/constants';
import type { ProtocolId, Service, Topology } from './model/topology';
import { clientsPlan } from './plan/clients';
import { callersGroupWarnings, openingsOf } from './plan/callers-group';
import { deploymentOrder } from './plan/deployment-order';
import { egressPorts } from './plan/egress';
import { limitUses } from './plan/limit-uses';
import { planObservability } from './plan/observability/plan-observability';
import { groupsOf, orderAcrossStacks } from './plan/placement';
import type {
  CallersGroupPlan,
  CertificatePlan,
  ContainerPlan,
  ExternalHostPlan,
  MeshPlan,
  MeshWorkloadPlan,
  RecordPlan,
  SystemPlan,
  WorkloadPlan,
} from './plan/system-plan';
import { serviceOf } from './plan/system-plan';
import { holdsToken } from './reading/input';
import type { IssueList } from './reading/issues';

/** Everything that a topology becomes. Its mesh provider and the kinds of its edges add issues for what they cannot do. */
export function planSystem(topology: Topology, issues: IssueList): SystemPlan {
  const { name, domain, discoveryDomain } = topology;
  const { virtualAddresses, settleSeconds, discoversByName = false, uses = [], ...mesh } = planMesh(topology, issues);
  const groups = groupsOf(topology);
  const { callersGroups, ...openings } = openingsOf(topology, mesh.ingress);
  const plan = {
    ...mesh,
    ...openings,
    name,
    provider: topology.mesh.provider,
    namespace: {
      name: discoveryDomain,
      description: `Tasks of the mesh ${name}`,
      ttlSeconds: DISCOVERY_TTL_SECONDS,
      discoveredByName: discoversByName || mesh.workloads.some(({ discovers }) => discovers.length > 0),
    },
    zone: { name: domain, comment: `Virtual names of the mesh ${name}: ${virtualAddresses}, of use only inside its tasks` },
    workloads: completed(mesh, topology, callersGroups),
    ingress: openings.ingress.map((opening) =>
      groups.get(opening.from) === groups.get(opening.to) ? opening : { ...opening, across: true as const },
    ),
    records: recordsOf(topology),
    deploymentOrder: orderAcrossStacks(deploymentOrder(topology), topology),
    ...defined({ groups: topology.groups, externalHosts: externalHostsOf(topology) }),
    ...defined({ callersGroups, certificates: certificatesOf(topology, mesh.workloads, settleSeconds) }),
    edges: topology.edges.map((edge) => planEdge(topology, edge)),
    ...defined({ observability: planObservability(topology), clients: clientsPlan(topology) }),
  };
  const used = [...limitUses(plan, topology.edges), ...edgeUses(topology), ...uses];
  for (const issue of limitIssues(used)) issues.add(issue);
  const warnings = [
    ...topology.warnings,
    ...edgeWarnings(topology),
    ...mesh.warnings,
    ...callersGroupWarnings(callersGroups),
    ...limitWarnings(used),
  ];
  return { ...plan, uses: used, warnings };
}

const SCHEMES: Readonly<Record<ProtocolId, string>> = { http: 'http://', http2: 'http://', grpc: '', tcp: '' };

function completed(
  { workloads, ingress }: Pick<MeshPlan, 'workloads' | 'ingress'>,
  topology: Topology,
  callersGroups: readonly CallersGroupPlan[] | undefined,
): readonly WorkloadPlan[] {
  const portsOf = egressPorts(topology, ingress);
  const groups = groupsOf(topology);
  const sharing = new Set(callersGroups?.flatMap(({ callers }) => callers));
  return workloads.map((workload) => {
    const name = serviceOf(workload);
    const service = named(topology.services, name);
    const containers = workload.containers.map((container) => withLogDriver(topology, service, container));
    return {
      ...workload,
      url: service?.port === undefined ? '' : urlOf(service),
      ...defined({ portUrls: service === undefined ? undefined : portUrlsOf(topology, service) }),
      ownExecutionRole: containers.some(readsAtStart),
      containers,
      ...defined({ egressPorts: portsOf(name), group: groups.get(name) }),
      ...(sharing.has(name) ? { inCallersGroup: true } : {}),
    };
  });
}

/** What ECS reads for it and no other service may: secrets, and files of variables. */
function readsAtStart({ secretNames, ownLogDriver, environmentFiles }: ContainerPlan): boolean {
  return secretNames.length > 0 || ownLogDriver === true || environmentFiles === true;
}

function withLogDriver({ logDriver }: Topology, service: Service | undefined, container: ContainerPlan): ContainerPlan {
  if (container.ownLogDriver === true) return container;
  const isOfMesh = container.role !== 'application' && container.role !== 'extra';
  if (isOfMesh && service?.sidecarLogDriver !== undefined) return { ...container, ownLogDriver: true };
  if (logDriver === undefined) return container;
  return isOfMesh || logDriver.forApplications ? { ...container, systemLogDriver: true } : container;
}

function portUrlsOf(topology: Topology, service: Service): Readonly<Record<string, string>> | undefined {
  const ports = additionalPortsOf(topology, service);
  if (ports.length === 0) return undefined;
  return Object.fromEntries(ports.map((port) => [port.additionalPort?.name ?? '', urlOf(port)]));
}

function urlOf({ protocol, virtualHost, virtualPort }: Service): string {
  return `${SCHEMES[protocol]}${virtualHost}:${virtualPort}`;
}

/** A service that only a gateway calls needs no virtual name. */
function recordsOf({ services, external }: Topology): readonly RecordPlan[] {
  const groups = new Map(services.map(({ name, group }) => [name, group]));
  return [...services, ...external]
    .filter(({ callers }) => callers.length > 0)
    .map(({ name: service, virtualHost: host, address, callers }) => ({
      ...{ service, host, address, callers },
      ...defined({ group: groups.get(service) }),
    }));
}

/** Those that render must look at, since a token may turn out to be anything. */
function externalHostsOf({ external }: Topology): readonly ExternalHostPlan[] | undefined {
  const found = external.filter(({ host }) => holdsToken(host)).map(({ name: service, host }) => ({ service, host }));
  return found.length === 0 ? undefined : found;
}

/** Authorities are there for workloads that have identities. */
function certificatesOf(
  { name, trustDomain, certificates }: Topology,
  workloads: readonly MeshWorkloadPlan[],
  settleSeconds: number | undefined,
): CertificatePlan | undefined {
  if (certificates.kind === 'none' || workloads.every(({ identity }) => identity === undefined)) return undefined;
  return { meshName: name, trustDomain, settings: certificates, ...defined({ settleSeconds }) };
}
