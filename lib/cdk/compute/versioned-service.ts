import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { IMicroservice } from '../../microservice';
import type { WorkloadPlan } from '../../core/plan/system-plan';
import { throwIssue } from '../throw-issue';
import { displayValue } from '../../core/reading/input';
import { suggest } from '../../core/reading/reader';
import type { WorkloadContext } from './workload';
import { Workload, renderDiscovery, renderIdentity } from './workload';

/** A service with versions: what they share stands here, and each of them below. */
export class VersionedService extends Construct implements IMicroservice {
  readonly serviceName: string;
  readonly url: string;
  readonly taskRole: iam.IRole;
  readonly securityGroup: ec2.ISecurityGroup;
  readonly grantPrincipal: iam.IPrincipal;
  readonly connections: ec2.Connections;
  readonly certificate?: secretsmanager.Secret;
  private readonly versions: ReadonlyMap<string, Workload>;

  constructor(scope: Construct, name: string, plans: readonly WorkloadPlan[], context: (task: WorkloadPlan) => WorkloadContext) {
    super(scope, name);
    const [first] = plans;
    if (first === undefined) throw new Error(`bug: ${name} has no version`);
    const shared = context(first);
    this.serviceName = name;
    this.url = shared.url ?? '';
    const parts = plans.map((plan) => ({
      plan,
      version: plan.version?.name ?? '',
      discoveryService: renderDiscovery(this, `Discovery-${plan.version?.name ?? ''}`, plan, shared),
    }));
    const identity = renderIdentity(
      this,
      plans,
      parts.map(({ discoveryService }) => discoveryService),
      shared,
    );
    if (identity.certificate !== undefined) this.certificate = identity.certificate;
    this.taskRole = identity.taskRole;
    this.grantPrincipal = identity.taskRole;
    this.securityGroup = identity.securityGroup;
    this.connections = new ec2.Connections({ securityGroups: [this.securityGroup] });
    this.versions = new Map(
      parts.map(({ plan, version, discoveryService }) => [
        version,
        new Workload(this, version, plan, context(plan), { identity, discoveryService }),
      ]),
    );
  }

  get workloads(): readonly Workload[] {
    return [...this.versions.values()];
  }

  version(name: string): IMicroservice {
    const found = this.versions.get(name);
    if (found !== undefined) return found;
    return throwIssue(this, 'version()', 'UNKNOWN_SERVICE', `there is no version "${name}" of "${this.serviceName}"`, {
      got: displayValue(name),
      ...suggest(name, [...this.versions.keys()]),
    });
  }

  get service(): never {
    return this.ofWhich('service');
  }

  get taskDefinition(): never {
    return this.ofWhich('taskDefinition');
  }

  get container(): never {
    return this.ofWhich('container');
  }

  get proxyContainer(): never {
    return this.ofWhich('proxyContainer');
  }

  /** Nobody can say which version is meant: what is right today would be wrong when weights have moved. */
  private ofWhich(member: string): never {
    const names = [...this.versions.keys()];
    return throwIssue(this, `${this.serviceName}.${member}`, 'NOT_ALLOWED', 'each version has its own', {
      got: null,
      allowed: names.map((name) => `version('${name}').${member}`).join(', '),
    });
  }
}
