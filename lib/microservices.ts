import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import type { ICluster } from 'aws-cdk-lib/aws-ecs';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { IPrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import type { IPrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { propertyInjectable } from 'aws-cdk-lib/core/lib/prop-injectable';
import type { IConstruct } from 'constructs';
import { Construct } from 'constructs';
import { warnOfOutsideAddresses } from './cdk/clients/outside-addresses';
import { renderEdges } from './cdk/edges/render-edges';
import { checkHosts } from './cdk/check-hosts';
import { writeDescription } from './cdk/description-file';
import { renderSystem } from './cdk/compute/render-system';
import { vpcOf } from './cdk/compute/network';
import { checkRoles } from './cdk/existing/check-roles';
import { checkOwnZone, warnOfOwnZone } from './cdk/existing/own-zone';
import { isolationOf } from './cdk/compute/isolated-subnets';
import { subnetAddresses } from './cdk/compute/subnet-addresses';
import type { RenderedSystem } from './cdk/compute/render-system';
import { warnOfAspects } from './cdk/placement/aspects';
import { refuseNestedCycles } from './cdk/placement/nested-cycles';
import { limitStackSize } from './cdk/placement/stack-size';
import { neighborsOf } from './cdk/neighbors';
import { checkStacks } from './cdk/placement/check-stacks';
import { isSameResource } from './cdk/same-resource';
import { throwIssue } from './cdk/throw-issue';
import { warn } from './cdk/warn';
import { describeSystem } from './core/description/describe-system';
import { DEFAULT_EDGE } from './core/model/edge-names';
import { meshNameOf } from './core/parse/network/mesh-name';
import { parseTopology } from './core/parse/parse';
import { planSystem } from './core/plan-system';
import { addressWarnings, checkAddresses } from './core/plan/addresses';
import { fargateVcpus } from './core/plan/fargate-vcpus';
import { isolationWarnings } from './core/plan/isolation';
import type { SystemPlan } from './core/plan/system-plan';
import { isWithin } from './core/reading/check-host';
import { displayValue } from './core/reading/input';
import { IssueList } from './core/reading/issues';
import { Reader, suggest } from './core/reading/reader';
import type { IClient } from './client';
import type { IEdge } from './edge';
import type { FargateVcpus } from './fargate-vcpus';
import type { IJob } from './job';
import type { IMicroservice, IWorkload } from './microservice';
import type { MicroservicesProps } from './props/microservices-props';
import { readProps } from './props/read-props';

/**
 * Microservices on Amazon ECS behind API Gateway, in a service mesh of Envoy sidecars with no control plane.
 *
 * If props are wrong, the constructor throws one error, named `MicroservicesValidationError`. It lists every mistake in `issues`,
 * with its code, its path in the props, what is allowed and how to fix it.
 *
 * @example
 * new Microservices(this, 'Shop', {
 *   services: {
 *     ui: { image: ContainerImage.fromRegistry('example/ui'), port: 8080, calls: ['catalog'] },
 *     catalog: { image: ContainerImage.fromRegistry('example/catalog'), port: 8080 },
 *   },
 *   edge: Edge.httpApi({ authorizer: Authorizer.none(), routes: { 'ANY /{proxy+}': { service: 'ui' } } }),
 * });
 */
@propertyInjectable
export class Microservices extends Construct {
  /** ID of this construct for property injectors (`IPropertyInjector.constructUniqueId`). Props are validated after injection. */
  public static readonly PROPERTY_INJECTION_ID: string = 'cdk-ecs-microservices.Microservices';

  /** VPC of the tasks: that of the props, or one that is created. */
  public readonly vpc: IVpc;
  /** ECS cluster: that of the props, or one that is created. */
  public readonly cluster: ICluster;
  /** Cloud Map namespace in which tasks are registered. */
  public readonly namespace: IPrivateDnsNamespace;
  /** Domain of the virtual names, by which services call each other, such as `shop.internal`. */
  public readonly domain: string;
  /** Private hosted zone of the virtual names: that of the props, or one that is created. */
  public readonly zone: IPrivateHostedZone;
  /**
   * Log group of the containers, of Envoy and of REST APIs; the access log of an HTTP API has one of its own
   * (`IEdge.accessLogGroup`).
   */
  public readonly logGroup: ILogGroup;
  /**
   * Alarm that fires when a certificate has less than a third of its lifetime left. It has no actions of its own. Undefined with
   * `Certificates.none()`.
   */
  public readonly certificateAlarm?: Alarm;

  /**
   * vCPUs of AWS Fargate that the tasks take, to compare with the quotas of the account, of which a new one has 6 on demand and 6 of Spot.
   * Where a system can take more, the warning `cdk-ecs-microservices:fargate-vcpus` says so.
   */
  public readonly fargateVcpus: FargateVcpus;

  private readonly services: ReadonlyMap<string, IMicroservice> = new Map();
  private readonly jobs: ReadonlyMap<string, IJob> = new Map();
  private readonly edges: ReadonlyMap<string, IEdge> = new Map();
  private readonly clients: ReadonlyMap<string, IClient> = new Map();
  /** Names under which tasks are registered. Empty until the construct is complete: one that failed and was caught stays in the tree. */
  private readonly registered: ReadonlySet<string> = new Set();
  private readonly hosts: readonly string[] = [];
  private readonly taskDefinitions: ReadonlySet<IConstruct> = new Set();

  public constructor(scope: Construct, id: string, props: MicroservicesProps) {
    super(scope, id);
    const issues = new IssueList();
    const topology = parseTopology({ props: readProps(props), defaultName: meshNameOf(id) }, issues);
    issues.throwIfAny(this.node.path);
    const plan = planSystem(topology, issues);
    issues.throwIfAny(this.node.path);
    checkNeighbors(this, plan, props, issues);
    checkStacks(this, plan, props, issues);
    checkOwnZone(this, props.zone, issues);
    checkRoles(this, plan, props, issues);
    issues.throwIfAny(this.node.path);
    const addresses = subnetAddresses(props);
    checkAddresses(addresses, issues);
    issues.throwIfAny(this.node.path);
    const system = renderSystem(this, plan, props, addresses, issues);
    issues.throwIfAny(this.node.path);

    this.domain = plan.zone.name;
    this.vpc = system.foundation.vpc;
    this.cluster = system.foundation.cluster;
    this.namespace = system.foundation.namespace;
    this.zone = system.zone;
    this.logGroup = system.foundation.logGroup;
    this.services = system.services;
    this.jobs = system.jobs;
    this.clients = system.clients;
    this.edges = renderEdges(plan, system, props);
    this.registered = new Set(namesOf(plan));
    this.hosts = hostsOf(plan);
    this.taskDefinitions = new Set(workloadsOf(system).map(({ taskDefinition }) => taskDefinition));
    this.certificateAlarm = system.certificateAlarm;
    this.fargateVcpus = fargateVcpus(plan.workloads);
    warn(this, [...plan.warnings, ...addressWarnings(addresses)]);
    warnOfIsolation(this, plan, props, system);
    warnOfOwnZone(this, props.zone, system.foundation.vpc);
    checkHosts(this, plan.externalHosts ?? [], [plan.zone.name, plan.namespace.name]);
    writeDescription(this, () => describeSystem(topology, plan, this.node.path));
    limitStackSize(this, plan, system.stacks);
    refuseNestedCycles(this, system.stacks);
    warnOfAspects(this, system.stacks);
    warnOfOutsideAddresses(this, plan, props.clients ?? {}, (construct) =>
      [this, ...neighborsOf(this)].some((each) => each.domain === this.domain && each._runs(construct)),
    );
  }

  /**
   * Returns the handle of a service.
   *
   * @param name name of the service, as in `services`
   * @throws if there is no service of that name
   */
  public service(name: string): IMicroservice {
    const service = this.services.get(name);
    if (service !== undefined) return service;
    if (this.jobs.has(name))
      return throwIssue(this, 'service()', 'UNKNOWN_SERVICE', `"${name}" is a job`, { got: null, fix: `use job('${name}')` });
    return throwIssue(this, 'service()', 'UNKNOWN_SERVICE', `there is no service "${name}"`, {
      got: displayValue(name),
      ...suggest(name, [...this.services.keys()]),
    });
  }

  /**
   * Returns the handle of a job.
   *
   * @param name name of the job, as in `jobs`
   * @throws if there is no job of that name
   */
  public job(name: string): IJob {
    const job = this.jobs.get(name);
    if (job !== undefined) return job;
    if (this.services.has(name))
      return throwIssue(this, 'job()', 'UNKNOWN_SERVICE', `"${name}" is a service`, { got: null, fix: `use service('${name}')` });
    const names = [...this.jobs.keys()];
    return throwIssue(this, 'job()', 'UNKNOWN_SERVICE', `there is no job ${displayValue(name)}`, {
      got: null,
      ...(names.length === 0 ? { fix: 'add it to jobs' } : suggest(name, names)),
    });
  }

  /**
   * Returns the handle of an edge.
   *
   * @param name name of the edge, as in `edges`; left out, the only edge, or the one that is called `default`
   * @throws if there is no such edge
   */
  public edge(name?: string): IEdge {
    const names = [...this.edges.keys()];
    // From JavaScript, null may stand where nothing is meant.
    const edge = this.edges.get(name ?? (names.length === 1 ? (names[0] ?? '') : DEFAULT_EDGE));
    if (edge !== undefined) return edge;
    if (names.length === 0)
      return throwIssue(this, 'edge()', 'UNKNOWN_EDGE', 'there is no edge', { fix: 'give the system an edge by the prop edge' });
    if (name === undefined || name === null)
      return throwIssue(this, 'edge()', 'UNKNOWN_EDGE', 'there are several edges', { allowed: names.join(', '), fix: 'name one of them' });
    return throwIssue(this, 'edge()', 'UNKNOWN_EDGE', `there is no edge ${displayValue(name)}`, { got: null, ...suggest(name, names) });
  }

  /**
   * Returns the handle of a caller outside of the mesh.
   *
   * @param name name of the client, as in `clients`
   * @throws if there is no client of that name
   */
  public client(name: string): IClient {
    const client = this.clients.get(name);
    if (client !== undefined) return client;
    return throwIssue(this, 'client()', 'UNKNOWN_CLIENT', `there is no client "${name}"`, {
      got: displayValue(name),
      ...(this.clients.size === 0 ? { fix: 'name the callers outside of the mesh in clients' } : suggest(name, [...this.clients.keys()])),
    });
  }

  /**
   * The names by which something is found, a wildcard among them.
   *
   * @internal
   */
  public _hosts(): readonly string[] {
    return this.hosts;
  }

  /** @internal */
  public _registers(name: string): boolean {
    return this.registered.has(name);
  }

  /** @internal */
  public _runs(taskDefinition: IConstruct): boolean {
    return this.taskDefinitions.has(taskDefinition);
  }
}

/** Reports domains and names that two meshes of one app would both create, which would fail at deployment. */
function checkNeighbors(scope: Microservices, plan: SystemPlan, props: MicroservicesProps, issues: IssueList): void {
  const vpc = vpcOf(props);
  for (const other of neighborsOf(scope)) {
    if (other.domain === plan.zone.name && isSameResource(vpc, other.vpc, ({ vpcId }) => vpcId)) {
      new Reader(issues, 'domain', plan.zone.name).fail(
        'DOMAIN_CLASH',
        `"${plan.zone.name}" is the domain of ${other.node.path} too, in the same VPC, and a VPC can have only one private hosted zone ` +
          'of a name',
        { fix: 'give one of the two another name or domain' },
      );
    }
    // In one zone, whatever the VPC is, one name has one record.
    else if (other.domain === plan.zone.name && isSameResource(props.zone, other.zone, ({ hostedZoneId }) => hostedZoneId))
      new Reader(issues, 'domain', plan.zone.name).fail(
        'DOMAIN_CLASH',
        `"${plan.zone.name}" is the domain of ${other.node.path} too, whose names are written in the same zone`,
        { fix: 'give one of the two another domain or another zone' },
      );
    else if (isSameResource(vpc, other.vpc, ({ vpcId }) => vpcId)) checkHidden(plan, other, issues);
    const same = namesOf(plan).filter((name) => other._registers(name));
    if (same.length > 0 && isSameResource(props.namespace, other.namespace, ({ namespaceId }) => namespaceId)) {
      new Reader(issues, 'namespace', undefined).fail(
        'DOMAIN_CLASH',
        `${other.node.path} registers ${same.map((name) => `"${name}"`).join(', ')} in the same namespace`,
        { fix: 'give each mesh a namespace of its own' },
      );
    }
  }
}

/** A VPC answers from its most specific zone: that of one system would hide names of the other one. */
function checkHidden(plan: SystemPlan, other: Microservices, issues: IssueList): void {
  const { name: domain } = plan.zone;
  const hidden = [
    ...other._hosts().filter((host) => isWithin(domain, other.domain) && isWithin(host, domain)),
    ...hostsOf(plan).filter((host) => isWithin(other.domain, domain) && isWithin(host, other.domain)),
  ];
  if (hidden.length === 0) return;
  new Reader(issues, 'domain', domain).fail(
    'DOMAIN_CLASH',
    `"${domain}" and "${other.domain}", the domain of ${other.node.path} in the same VPC, have the names ` +
      `${hidden.map((host) => `"${host}"`).join(', ')} in common, which would be those of the one, and asked of the other`,
    { fix: 'give one of the two a domain that is not below a name of the other one' },
  );
}

/** Of services, external services, tasks, and those by which clients call. */
function hostsOf({ records, namespace, clients }: SystemPlan): readonly string[] {
  return [...records.map(({ host }) => host), namespace.name, ...(clients === undefined ? [] : [clients.record.host])];
}

/** Under which tasks register. */
function namesOf({ workloads }: SystemPlan): readonly string[] {
  return workloads.filter(({ registration }) => registration !== undefined).map(({ name }) => name);
}

/** At synth: endpoints and routes of a VPC may come after the system. Who only reads the tree does not change it. */
function warnOfIsolation(scope: Construct, plan: SystemPlan, props: MicroservicesProps, system: RenderedSystem): void {
  const workloads = workloadsOf(system);
  scope.node.addValidation({
    validate: () => {
      const isolation = isolationOf(system.foundation, props, workloads);
      if (isolation !== undefined) warn(scope, isolationWarnings(plan, isolation));
      return [];
    },
  });
}

/** Everything that runs in tasks, jobs too. */
function workloadsOf(system: RenderedSystem): readonly Pick<IWorkload, 'serviceName' | 'version' | 'taskDefinition'>[] {
  const services = [...system.services.values(), ...system.gateways.values()].flatMap((service) => service.workloads);
  const jobs = [...system.jobs.values()].map(({ jobName, taskDefinition }) => ({ serviceName: jobName, taskDefinition }));
  return [...services, ...jobs];
}
