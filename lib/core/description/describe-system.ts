import { sendsToXRay } from '../model/observability/tracing';
import { defined } from '../defined';
import type { LimitUse } from '../limits/use';
import type { Topology } from '../model/topology';
import { launchTypeOf } from '../model/topology';
import { fargateVcpus } from '../plan/fargate-vcpus';
import type { SystemPlan, WorkloadPlan } from '../plan/system-plan';
import { countMetrics, countMetricsOfServices } from '../plan/observability/count-metrics';
import { serviceOf } from '../plan/system-plan';
import { describeEdge } from './describe-edge';
import { describeService } from './describe-service';
import type {
  CustomMetricsDescription,
  ExternalDescription,
  LimitDescription,
  SystemDescription,
  WorkloadDescription,
} from './system-description';

/**
 * What tools are told of a system.
 *
 * @param path of the construct in the app
 */
export function describeSystem(topology: Topology, plan: SystemPlan, path: string): SystemDescription {
  const urls = urlsOf(plan.workloads);
  return {
    schemaVersion: '1.0',
    ...{ name: topology.name, path, domain: topology.domain, discoveryDomain: topology.discoveryDomain },
    trustDomain: topology.trustDomain,
    mesh: { provider: topology.mesh.provider, proxyImage: topology.mesh.proxyImage },
    certificates: topology.certificates.kind,
    traced: sendsToXRay(topology.tracing),
    ...defined({ customMetrics: describeMetrics(topology, plan) }),
    egress: topology.egress,
    stacks: (topology.groups ?? []).map(({ name, kind }) => ({ name, kind })),
    services: topology.services.map((service) => describeService(service, urls.get(service.name))),
    external: topology.external.map(describeExternal),
    edges: topology.edges.map(describeEdge),
    clients: (topology.clientGateway?.clients ?? []).map(({ name, path: place, calls }) => ({ name, path: place, calls })),
    workloads: plan.workloads.map(describeWorkload),
    fargateVcpus: fargateVcpus(plan.workloads),
    limits: plan.uses.map(describeUse),
    warnings: plan.warnings.map(({ id, path: place, message }) => ({ id, path: place, message })),
  };
}

function describeMetrics({ services, observability }: Topology, plan: SystemPlan): CustomMetricsDescription | undefined {
  const measured = plan.observability === undefined ? { usual: 0, most: 0 } : countMetrics(plan.observability);
  const others = countMetricsOfServices(services, observability?.metrics === true);
  const [usual, most] = [measured.usual + others.usual, measured.most + others.most];
  return most === 0 ? undefined : { usual, most };
}

/** Of services, and of their ports beside the first, as the plan has them. */
function urlsOf(workloads: readonly WorkloadPlan[]): ReadonlyMap<string, string> {
  return new Map(
    workloads.flatMap((workload) => {
      const service = serviceOf(workload);
      const ports = Object.entries(workload.portUrls ?? {}).map(([port, url]) => [`${service}-${port}`, url] as const);
      return workload.url === '' ? ports : [[service, workload.url] as const, ...ports];
    }),
  );
}

function describeExternal({ name, host, port, protocol, tls, callers }: Topology['external'][number]): ExternalDescription {
  return { name, host, port, protocol, tls, callers };
}

function describeWorkload(workload: WorkloadPlan): WorkloadDescription {
  const { name, edge, version, clientGateway, job, group, identity, sizing, ephemeralStorageGiB, containers } = workload;
  const isGateway = edge !== undefined || clientGateway === true;
  return {
    name,
    ...defined({ service: isGateway ? undefined : serviceOf(workload), version: version?.name, edge, stack: group }),
    clientGateway: clientGateway === true,
    job: job !== undefined,
    ...defined({ identity: identity?.uri, ephemeralStorageGiB, desiredCount: sizing.desiredCount }),
    ...{ cpu: sizing.cpu, memoryMiB: sizing.memoryMiB, architecture: sizing.architecture },
    ...defined({ minCapacity: sizing.scaling?.minCapacity, maxCapacity: sizing.scaling?.maxCapacity }),
    capacityProviders: sizing.capacityProviders.map((provider) => ({
      ...{ name: provider.name, base: provider.base, weight: provider.weight },
      launchType: launchTypeOf({ capacityProviders: [provider] }),
    })),
    containers: containers.map(({ name: container, role, essential, cpu, memoryLimitMiB }) => ({
      ...{ name: container, role, essential },
      ...defined({ cpu, memoryLimitMiB }),
    })),
  };
}

function describeUse({ limit, used, path }: LimitUse): LimitDescription {
  const { id, service, counts, scope, value, unit, raise, source } = limit;
  return { id, service, counts, scope, used, limit: value, ...defined({ unit }), adjustable: raise !== undefined, path, source };
}
