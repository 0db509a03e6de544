import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { IMicroservice, IServiceShift, MeshMetricOptions } from '../../microservice';
import type { WorkloadPlan } from '../../core/plan/system-plan';
import { ServiceMetrics } from '../observability/service-metrics';
import { throwIssue } from '../throw-issue';
import { displayValue } from '../../core/reading/input';
import { suggest } from '../../core/reading/reader';
import { renderDiscovery, renderIdentity } from './identity';
import type { WorkloadContext } from './workload';
import { Workload } from './workload';

/** What callers know as one: a service, or all versions of one. */
export type Microservice = PlainService | VersionedService;

/** @param plans of the service's workloads, in their order */
export function renderMicroservice(
  scope: Construct,
  name: string,
  plans: readonly WorkloadPlan[],
  context: (plan: WorkloadPlan) => WorkloadContext,
): Microservice {
  const [first] = plans;
  return first?.version === undefined && first !== undefined
    ? new PlainService(scope, name, first, context(first))
    : new VersionedService(scope, name, plans, context);
}

/**
 * A service without versions: one construct that is also its only workload, since paths and logical IDs of what it holds
 * are a contract.
 */
export class PlainService extends Workload implements IMicroservice {
  readonly url: string;
  readonly taskRole: iam.IRole;
  readonly securityGroup: ec2.ISecurityGroup;
  readonly grantPrincipal: iam.IPrincipal;
  readonly connections: ec2.Connections;
  readonly workloads: Workload[];
  private readonly portUrls: Readonly<Record<string, string>>;

  constructor(scope: Construct, name: string, plan: WorkloadPlan, context: WorkloadContext) {
    super(scope, name, plan, context);
    this.url = context.url ?? '';
    this.portUrls = context.portUrls ?? {};
    this.taskRole = this.identity.taskRole;
    this.grantPrincipal = this.taskRole;
    this.securityGroup = this.identity.securityGroup;
    this.connections = this.securityGroup.connections;
    this.workloads = [this];
  }

  workload(version?: string): Workload {
    return findWorkload(this, version);
  }

  portUrl(name: string): string {
    return findPortUrl(this, this.portUrls, name);
  }
}

/** A service with versions: what they share stands here, and each of them below. */
export class VersionedService extends Construct implements IMicroservice {
  readonly serviceName: string;
  readonly url: string;
  readonly taskRole: iam.IRole;
  readonly securityGroup: ec2.ISecurityGroup;
  readonly grantPrincipal: iam.IPrincipal;
  readonly connections: ec2.Connections;
  readonly workloads: Workload[];
  /** Once, by what moves its weights. */
  shift?: IServiceShift;
  private readonly portUrls: Readonly<Record<string, string>>;
  private readonly metrics: ServiceMetrics;

  constructor(scope: Construct, name: string, plans: readonly WorkloadPlan[], context: (plan: WorkloadPlan) => WorkloadContext) {
    super(scope, name);
    const [first] = plans;
    if (first === undefined) throw new Error(`bug: ${name} has no version`);
    const shared = context(first);
    this.serviceName = name;
    this.url = shared.url ?? '';
    this.portUrls = shared.portUrls ?? {};
    this.metrics = new ServiceMetrics(this, shared.metrics, { service: name });
    const parts = plans.map((plan) => ({
      plan,
      version: plan.version?.name ?? '',
      discoveryService: renderDiscovery(this, `Discovery-${plan.version?.name ?? ''}`, plan, shared),
    }));
    const identity = renderIdentity(
      this,
      plans,
      parts.flatMap(({ discoveryService }) => discoveryService ?? []),
      shared,
    );
    this.taskRole = identity.taskRole;
    this.grantPrincipal = identity.taskRole;
    this.securityGroup = identity.securityGroup;
    this.connections = this.securityGroup.connections;
    this.workloads = parts.map(
      ({ plan, version, discoveryService }) => new Workload(this, version, plan, context(plan), { identity, discoveryService }),
    );
  }

  metricRequests(options?: MeshMetricOptions): cloudwatch.Metric {
    return this.metrics.requests(options);
  }

  metricErrorRate(options?: MeshMetricOptions): cloudwatch.MathExpression {
    return this.metrics.errorRate(options);
  }

  metricLatency(options?: MeshMetricOptions): cloudwatch.Metric {
    return this.metrics.latency(options);
  }

  workload(version?: string): Workload {
    return findWorkload(this, version);
  }

  portUrl(name: string): string {
    return findPortUrl(this, this.portUrls, name);
  }
}

function findPortUrl(service: Microservice, urls: Readonly<Record<string, string>>, name: string): string {
  const url = Object.hasOwn(urls, name) ? urls[name] : undefined;
  if (url !== undefined) return url;
  const names = Object.keys(urls);
  return throwIssue(service, 'portUrl()', 'UNKNOWN_PORT', `"${service.serviceName}" has no port ${displayValue(name)} that is called`, {
    got: null,
    ...(names.length === 0 ? { fix: 'name it in ports of the service; one with openTo has no URL' } : suggest(name, names)),
  });
}

function findWorkload(service: Microservice, name: string | undefined): Workload {
  const { workloads, serviceName } = service;
  const [first, second] = workloads;
  const versions = workloads.flatMap((workload) => workload.version ?? []);
  // From JavaScript, null may stand for "left out".
  const version = name ?? undefined;
  if (version === undefined) {
    if (first !== undefined && second === undefined) return first;
    // Which one is meant cannot be known: what is right today would be wrong when weights have changed.
    return throwIssue(service, 'workload()', 'MISSING', `"${serviceName}" has several versions, and each is a workload of its own`, {
      got: null,
      allowed: versions.map((each) => `workload('${each}')`).join(', '),
      fix: 'name the version, or use all of workloads',
    });
  }
  const found = workloads.find((workload) => workload.version === version);
  if (found !== undefined) return found;
  if (versions.length === 0)
    return throwIssue(service, 'workload()', 'UNKNOWN_VERSION', `"${serviceName}" has no versions`, {
      got: displayValue(version),
      fix: 'call workload() without an argument',
    });
  return throwIssue(service, 'workload()', 'UNKNOWN_VERSION', `there is no version "${version}" of "${serviceName}"`, {
    got: displayValue(version),
    ...suggest(version, versions),
  });
}
