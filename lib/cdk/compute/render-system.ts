import { Duration } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import * as route53 from 'aws-cdk-lib/aws-route53';
import type { IConstruct } from 'constructs';
import { Construct } from 'constructs';
import type { RenderedCertificates } from '../certificates/render';
import { renderCertificates } from '../certificates/render';
import { renderMesh } from '../mesh/render';
import { renderClients } from '../clients/render';
import type { IClient } from '../../client';
import type { SubnetAddresses } from '../../core/plan/addresses';
import { scopeOf } from '../../core/contract/scope';
import { secretVariablesOf } from '../../core/model/observability/tracing';
import type { ContainerPlan, ContainerRole, SystemPlan, WorkloadPlan } from '../../core/plan/system-plan';
import { pathOfWorkload, serviceOf } from '../../core/plan/system-plan';
import type { IssueList } from '../../core/reading/issues';
import type { IJob } from '../../job';
import type { IMicroservice } from '../../microservice';
import type { ContainerProps } from '../../props/service/container-props';
import type { RoleProps } from '../../props/service/role-props';
import type { Deployment } from '../../props/service/deployment';
import type { EfsVolumeOptions } from '../../props/service/volume';
import type { ScalingProps } from '../../props/service/scaling-props';
import type { MicroservicesProps } from '../../props/microservices-props';
import { renderGroups } from '../placement/group-stacks';
import { HandedOut } from '../placement/handed-out';
import type { SystemStack } from '../placement/stack-size';
import { throwIssue } from '../throw-issue';
import { edgeOf } from '../user-edges';
import { agentImages, envoyImages } from '../containers/built-images';
import { renderShifts } from '../shifts/render-shifts';
import { Shifter, type ShiftedVersions } from '../shifts/shifter';
import { renderBeforeDeployment } from '../jobs/before-deployment';
import { Job } from './job';
import type { Microservice } from './microservice';
import { PlainService, renderMicroservice, VersionedService } from './microservice';
import type { Foundation } from './network';
import { renderNamespaceName } from './namespace-name';
import { renderFoundation, renderVirtualNames } from './network';
import { renderObservability } from '../observability/render';
import { openToScrapers } from '../observability/scrapers';
import type { MetricsContext } from '../observability/service-metrics';
import type { Issuing } from '../certificates/proven-identity';
import type { WorkloadContext } from './workload';
import { renderSharedVariables } from './shared-variables';
import { tasksPolicy, tasksStatements } from './tasks-policy';
import type { CallersGroups } from './security-groups';
import { renderCallersGroups, renderIngress } from './security-groups';
import { Units } from './units';
import { renderWeights } from './weights';
import { defined } from '../../core/defined';

export interface RenderedSystem {
  readonly foundation: Foundation;
  readonly zone: route53.IPrivateHostedZone;
  /** The user's services, without gateways. */
  readonly services: ReadonlyMap<string, IMicroservice>;
  readonly jobs: ReadonlyMap<string, IJob>;
  /** Where what is in a group stands; undefined: what is in none. */
  readonly scopeOf: (group: string | undefined) => Construct;
  /** All stacks in which something of the system stands. */
  readonly stacks: readonly SystemStack[];
  /** By their names in the plan. */
  readonly gateways: ReadonlyMap<string, PlainService>;
  /** By their names. */
  readonly clients: ReadonlyMap<string, IClient>;
  /** Fires when a certificate is not renewed; absent without certificates. */
  readonly certificateAlarm?: cloudwatch.Alarm;
}

/**
 * Turns the plan into constructs, one to one. Whatever belongs to one service stands below its own construct. What only shows when
 * an image is given to its container is added to `issues`.
 */
export function renderSystem(
  scope: Construct,
  plan: SystemPlan,
  props: MicroservicesProps,
  addresses: SubnetAddresses,
  issues: IssueList,
): RenderedSystem {
  const foundation = renderFoundation(scope, plan, props, addresses);
  const zone = renderVirtualNames(scope, plan.zone, foundation.vpc, props.zone);
  const units = new Units(scope, renderGroups(scope, plan, props), foundation);
  if (plan.groups === undefined) units.of(undefined).executionRole();
  const meshScope = scopeOf(plan.zone.name, zone.hostedZoneId);
  const namespaceHttpName = plan.namespace.discoveredByName ? renderNamespaceName(scope, foundation) : undefined;
  const meshImage = meshImages(scope, plan, props);
  const namespaceNames = new HandedOut(scope, 'Namespace');
  if (namespaceHttpName !== undefined) namespaceNames.add({ group: undefined, scope, values: new Map([['name', namespaceHttpName]]) });
  const mesh = renderMesh(scope, plan, { namespaceHttpName });
  const shifted = (plan.weights ?? []).filter(({ shift }) => shift !== undefined);
  const shifter = shifted.length === 0 ? undefined : new Shifter(scope, 'WeightShifts', { meshScope, logGroup: foundation.logGroup });
  const weightsOf = renderWeights(scope, plan, units, shifter);
  const certificates =
    plan.certificates === undefined
      ? undefined
      : renderCertificates(scope, { plan: plan.certificates, meshScope, logGroup: foundation.logGroup });
  const issuing = certificates === undefined ? undefined : issuingOf(meshScope, certificates);
  const permitted = {
    issuerArn: issuing?.issuerArn,
    traced: plan.workloads.some((task) => task.traced),
    ofCollector: props.tracing?._options.collector?._options.policyStatements ?? [],
  };
  const policy = tasksPolicy(scope, permitted);
  const sharedVariables = issuing === undefined ? undefined : renderSharedVariables(scope, plan.name, issuing);
  units.renderSecurityGroups(plan.workloads, foundation);
  const callersGroups = renderCallersGroups(scope, plan, units, foundation);
  const context = (task: WorkloadPlan): WorkloadContext => {
    const unit = units.of(task.group);
    return {
      foundation: unit.foundation,
      sharedExecutionRole: () => unit.executionRole(),
      tasksPolicy: policy,
      tasksStatements: tasksStatements(permitted),
      ownRoles: ownRoles(props, task),
      sharedVariables,
      containerProps: (container) => userProps(props, task, container),
      fileSystem: (workload, volume) => userFileSystem(props, workload, volume),
      ...defined({ logDriver: props.logs?.driver, sidecarLogDriver: sidecarLogging(props, task) }),
      meshImage: (container) => meshImage(container.role, task),
      meshSecrets: (container) => collectorSecrets(props, container),
      endpointArn: (endpoint) => mesh.endpointArn(endpoint),
      wrongPlatform: (container, platform) => {
        reportPlatform(issues, task, container, platform);
      },
      alarms: deploymentOf(props, task)?._options.alarms ?? [],
      weights: (service) => weightsOf(service, unit.scope),
      securityGroup: (place) => units.securityGroupOf(task, place),
      ...defined({ issuing, namespaceHttpName: task.discovers.length === 0 ? undefined : namespaceNames.get('name', unit.scope) }),
      ...defined({ callersGroup: task.inCallersGroup === true ? callersGroups.of(task.group) : undefined }),
      scaling: { props: scalingOf(props, task), meshScope },
      metrics: metricsOf(plan, task, meshScope),
      url: task.url,
      ...defined({ portUrls: task.portUrls }),
    };
  };
  const jobs = new Map(
    plan.workloads
      .filter(({ job }) => job !== undefined)
      .map((task) => [task.name, new Job(units.of(task.group).scope, task, context(task), props.jobs?.[task.name]?.schedule)]),
  );
  const services = new Map(
    byService(plan).map(([name, tasks]) => [name, renderMicroservice(units.of(tasks[0]?.group).scope, name, tasks, context)]),
  );
  const tasks: Tasks = new Map<string, Microservice | Job>([...services, ...jobs]);
  if (shifter !== undefined)
    renderShifts(shifter, plan, {
      placeOf: (group) => ({ scope: units.of(group).scope, logGroup: units.of(group).foundation.logGroup }),
      parameterOf: weightsOf,
      versionsOf: (name) => versionsOf(services, props, name),
    });
  renderRecords(scope, plan, zone, tasks, units);
  renderOrder(plan, tasks);
  renderOpenings(plan, tasks, units);
  renderSharedOpenings(plan, tasks, units, callersGroups);
  renderRuns(scope, plan, props, foundation, tasks);
  renderOpenPorts(plan, tasks, props);
  openToScrapers(plan.workloads, (name) => find(tasks, name), props.observability?.prometheus);
  const gateways = new Map<string, PlainService>();
  for (const { name, edge, clientGateway } of plan.workloads) {
    const service = services.get(name);
    if ((edge !== undefined || clientGateway === true) && service instanceof PlainService) gateways.set(name, service);
  }
  if (plan.observability !== undefined)
    renderObservability(scope, plan.observability, props.observability ?? {}, {
      meshScope,
      tasks: (workload) => runningTasks(plan, tasks, workload),
      logGroup: foundation.logGroup,
      ...defined({ certificateAlarm: certificates?.alarm }),
    });
  return {
    foundation,
    zone,
    scopeOf: (group) => units.of(group).scope,
    stacks: units.stacks,
    services: new Map([...services].filter(([name]) => !gateways.has(name))),
    jobs,
    gateways,
    clients: clientsOf(scope, plan, props, { zone, services, ...defined({ issuing }) }, issues),
    ...defined({ certificateAlarm: certificates?.alarm }),
  };
}

function metricsOf({ observability }: SystemPlan, task: WorkloadPlan, meshScope: string): MetricsContext {
  const measured = observability?.measured?.find(({ name }) => name === serviceOf(task));
  return { meshScope, reported: observability?.measured !== undefined, ...defined({ measured }) };
}

/** Undefined: they stand in another stack, which may refer to this one. */
function runningTasks({ workloads }: SystemPlan, tasks: Tasks, name: string): cloudwatch.IMetric | undefined {
  const workload = workloads.find((each) => each.name === name);
  if (workload === undefined || workload.group !== undefined) return undefined;
  const found = tasks.get(serviceOf(workload));
  return found !== undefined && 'workloads' in found
    ? found.workload(workload.version?.name).metricRunningTaskCount({ label: name, period: Duration.minutes(1) })
    : undefined;
}

function clientsOf(
  system: Construct,
  { clients }: SystemPlan,
  props: MicroservicesProps,
  {
    zone,
    services,
    issuing,
  }: { readonly zone: route53.IPrivateHostedZone; readonly services: ReadonlyMap<string, Microservice>; readonly issuing?: Issuing },
  issues: IssueList,
): ReadonlyMap<string, IClient> {
  if (clients === undefined) return new Map();
  if (issuing === undefined) throw new Error('bug: the plan has clients, and nobody who issues');
  const gateway = find(services, clients.gateway);
  const { securityGroup } = gateway;
  return renderClients(clients, { system, gateway, securityGroup, zone, issuing, props: props.clients ?? {} }, issues);
}

function byService({ workloads }: SystemPlan): readonly (readonly [string, readonly WorkloadPlan[]])[] {
  const found = new Map<string, WorkloadPlan[]>();
  for (const task of workloads.filter(({ job }) => job === undefined)) {
    const tasks = found.get(serviceOf(task));
    if (tasks === undefined) found.set(serviceOf(task), [task]);
    else tasks.push(task);
  }
  return [...found];
}

/** An image of the user's own, or one that the CDK builds; undefined where the plan has it. */
function meshImages(
  scope: Construct,
  plan: SystemPlan,
  props: MicroservicesProps,
): (role: ContainerRole, task: WorkloadPlan) => ecs.ContainerImage | undefined {
  const { image: proxy, agentImage } = props.mesh?._options ?? {};
  const collector = props.tracing?._options.collector?._options.image ?? props.tracing?._options.image;
  const hasAgents = plan.workloads.some(({ containers }) => containers.some(({ role }) => isOfAgentImage(role)));
  const built = agentImage === undefined && hasAgents ? agentImages(scope, plan) : undefined;
  const copied = proxy === undefined ? envoyImages(scope, plan) : undefined;
  return (role, task) => {
    if (role === 'proxy') return proxy ?? copied?.get(task.sizing.architecture);
    if (role === 'collector') return collector;
    return isOfAgentImage(role) ? (agentImage ?? built?.get(task.sizing.architecture)) : undefined;
  };
}

function isOfAgentImage(role: ContainerRole): boolean {
  return role === 'init' || role === 'agent' || role === 'aggregator';
}

function issuingOf(meshScope: string, { issuer }: RenderedCertificates): Issuing {
  return { meshScope, issuerArn: issuer.function.functionArn, identityKeyArn: issuer.identityKey.keyArn };
}

function userProps(props: MicroservicesProps, task: WorkloadPlan, container: ContainerPlan): ContainerProps | undefined {
  const job = task.job && props.jobs?.[task.name];
  if (job !== undefined) return container.role === 'extra' ? job.extraContainers?.[container.name] : applicationProps(job, container);
  const service = props.services[serviceOf(task)];
  const version = task.version === undefined ? undefined : service?.versions?.[task.version.name];
  if (container.role === 'extra') return (version?.extraContainers ?? service?.extraContainers)?.[container.name];
  if (container.role !== 'application' || service === undefined) return undefined;
  return version === undefined ? service : { ...service, ...defined(version) };
}

function sidecarLogging(props: MicroservicesProps, task: WorkloadPlan): ecs.LogDriver | undefined {
  return (task.job === undefined ? props.services[serviceOf(task)] : props.jobs?.[task.name])?.sidecarLogging;
}

function applicationProps(props: ContainerProps, { role }: ContainerPlan): ContainerProps | undefined {
  return role === 'application' ? props : undefined;
}

function userFileSystem(props: MicroservicesProps, task: WorkloadPlan, volume: string): EfsVolumeOptions {
  const service = props.services[serviceOf(task)];
  const version = task.version === undefined ? undefined : service?.versions?.[task.version.name];
  const volumes = task.job === undefined ? (version?.volumes ?? service?.volumes) : props.jobs?.[task.name]?.volumes;
  const options = volumes?.[volume]?._options;
  if (options === undefined) throw new Error(`bug: ${task.name} has no file system "${volume}"`);
  return options;
}

function reportPlatform(issues: IssueList, task: WorkloadPlan, container: IConstruct, platform: string): void {
  const { architecture } = task.sizing;
  const other = architecture === 'ARM64' ? 'X86_64' : 'ARM64';
  const planned = task.containers.find(({ name }) => name === container.node.id);
  const issue = {
    message: `the image is built for ${platform}, but the tasks run on ${architecture}`,
    fix: `leave out platform, which is then that of the tasks, or let them run on ${other}: cpuArchitecture: CpuArchitecture.${other}`,
  };
  // Of a container that the user adds to the task definition by hand, when all else is complete.
  if (planned === undefined) return throwIssue(container, 'image', 'CONFLICT', issue.message, { fix: issue.fix });
  const path = imagePath(task, planned);
  if (!issues.all.some((known) => known.path === path)) issues.add({ code: 'CONFLICT', path, ...issue });
}

/** Those with which spans are sent. */
function collectorSecrets({ tracing }: MicroservicesProps, { role }: ContainerPlan): Readonly<Record<string, ecs.Secret>> | undefined {
  const { secrets, secretHeaders } = tracing?._options.collector?._options ?? {};
  if (role === 'collector') return secrets;
  if (role !== 'proxy' || secretHeaders === undefined) return undefined;
  const variables = secretVariablesOf(Object.keys(secretHeaders));
  return Object.fromEntries(Object.entries(secretHeaders).map(([name, secret]) => [variables[name] ?? name, secret]));
}

/** Where the image of a container stands in the props. */
function imagePath(task: WorkloadPlan, { role, name }: ContainerPlan): string {
  if (role === 'proxy') return 'mesh.image';
  if (isOfAgentImage(role)) return 'mesh.agentImage';
  if (role === 'collector') return 'tracing.image';
  const workload = pathOfWorkload(task);
  return role === 'extra' ? `${workload}.extraContainers.${name}.image` : `${workload}.image`;
}

function ownRoles(props: MicroservicesProps, task: WorkloadPlan): WorkloadContext['ownRoles'] {
  if (task.job !== undefined) return { ...rolesIn(props.jobs?.[task.name]), path: `jobs.${task.name}` };
  if (task.clientGateway === true) return { path: 'clientGateway' };
  if (task.edge === undefined) return { ...rolesIn(props.services[serviceOf(task)]), path: `services.${serviceOf(task)}` };
  return {
    ...rolesIn(edgeOf(props, task.edge)?._options.gateway),
    path: `${props.edge === undefined ? `edges.${task.edge}` : 'edge'}.gateway`,
  };
}

function rolesIn({ taskRole, executionRole }: RoleProps = {}): RoleProps {
  return defined({ taskRole, executionRole });
}

function deploymentOf({ services, ...props }: MicroservicesProps, task: WorkloadPlan): Deployment | undefined {
  if (task.job !== undefined) return undefined;
  if (task.edge !== undefined) return edgeOf(props, task.edge)?._options.gateway?.deployment;
  if (task.clientGateway === true) return props.clientGateway?.deployment;
  const service = services[serviceOf(task)];
  return (task.version === undefined ? undefined : service?.versions?.[task.version.name]?.deployment) ?? service?.deployment;
}

function scalingOf({ services, ...props }: MicroservicesProps, task: WorkloadPlan): ScalingProps | undefined {
  if (task.job !== undefined) return undefined;
  if (task.edge !== undefined) return edgeOf(props, task.edge)?._options.gateway?.scaling;
  if (task.clientGateway === true) return props.clientGateway?.scaling;
  const service = services[serviceOf(task)];
  return (task.version === undefined ? undefined : service?.versions?.[task.version.name]?.scaling) ?? service?.scaling;
}

function renderRecords(scope: Construct, plan: SystemPlan, zone: route53.IPrivateHostedZone, services: Tasks, units: Units): void {
  for (const record of plan.records) {
    const { service, group } = record;
    const place = group === undefined ? (services.get(service) ?? new Construct(scope, service)) : units.foundationsOf(group, service);
    const resource = new route53.CfnRecordSet(place, 'VirtualName', {
      hostedZoneId: zone.hostedZoneId,
      name: record.host,
      type: 'A',
      ttl: '60',
      resourceRecords: [record.address],
    });
    // A caller that asks too early would get "no such name" from the VPC's resolver for the next 15 minutes.
    for (const caller of record.callers) {
      const tasks = find(services, caller);
      if (tasks instanceof Job) tasks.ready.add(resource);
      else for (const { ecsService } of tasks.workloads) ecsService.node.addDependency(resource);
    }
  }
}

function renderOpenings(plan: SystemPlan, services: Tasks, units: Units): void {
  units.handOut(plan, (service) => find(services, service).securityGroup.securityGroupId);
  for (const { to, from, port, portName, across } of plan.ingress) {
    // Names are DNS labels, so that a dot is in none of them.
    const ofPort = portName === undefined ? '' : `.${portName}`;
    const [callee, caller] = [find(services, to), find(services, from)];
    const { securityGroupId: source } = caller.securityGroup;
    // With the caller, where the two stand in different stacks: that of the callee refers to no caller's.
    const opening =
      across === true
        ? renderIngress(caller, `To-${to}${ofPort}`, { to: units.securityGroupId(to, caller), from: source, port })
        : renderIngress(callee, `From-${from}${ofPort}`, { to: callee.securityGroup.securityGroupId, from: source, port });
    // Without it, nobody would answer the calls of a task that starts before: each would wait for its time limit.
    letWait(services, from, [opening]);
  }
}

/** What a shift has to know of a service. */
function versionsOf(services: ReadonlyMap<string, Microservice>, props: MicroservicesProps, name: string): ShiftedVersions {
  const service = services.get(name);
  if (!(service instanceof VersionedService)) throw new Error(`bug: ${name} has no versions to shift`);
  const { workloads } = service;
  return {
    scope: service,
    ecsServices: workloads.flatMap(({ ecsService }) => ecsService.node.defaultChild ?? []),
    taskDefinitionArns: workloads.map(({ taskDefinition }) => taskDefinition.taskDefinitionArn),
    alarms: props.services[name]?.shift?._options.alarms ?? [],
    moved: (shift) => {
      service.shift = shift;
    },
  };
}

/** Ports that users open past Envoy. */
function renderOpenPorts({ workloads }: SystemPlan, services: Tasks, props: MicroservicesProps): void {
  for (const { name, openPorts = [] } of workloads)
    for (const open of openPorts)
      for (const peer of props.services[name]?.ports?.[open.name]?.openTo ?? [])
        find(services, name).connections.allowFrom(peer, ec2.Port.tcp(open.port), `the port "${open.name}" of ${name}`);
}

function renderSharedOpenings({ callersGroups = [] }: SystemPlan, services: Tasks, units: Units, groups: CallersGroups): void {
  for (const { group, openings } of callersGroups)
    for (const opening of openings) {
      const callee = units.founded(opening.to) ?? {
        place: find(services, opening.to),
        securityGroup: find(services, opening.to).securityGroup,
      };
      const rule = groups.renderOpening(group, opening, callee);
      for (const from of opening.callers) letWait(services, from, [rule]);
    }
}

/** CloudFormation takes an ECS service for ready when its tasks are; what scales it may come later. */
function renderOrder(plan: SystemPlan, services: Tasks): void {
  for (const { caller, callee } of plan.deploymentOrder) letWait(services, caller, ecsServices(services, callee));
}

/** What runs before services change, and all that waits for it: services everywhere, and jobs that run at other times. */
function renderRuns(scope: Construct, plan: SystemPlan, props: MicroservicesProps, { logGroup }: Foundation, tasks: Tasks): void {
  const names = new Set(plan.workloads.filter(({ job }) => job?.beforeDeployment === true).map(({ name }) => name));
  const jobs = [...tasks.values()].flatMap((each) => (each instanceof Job && names.has(each.jobName) ? [each] : []));
  if (jobs.length === 0) return;
  const runs = renderBeforeDeployment(scope, {
    jobs,
    logGroup,
    logsToMesh: ({ jobName }) =>
      props.jobs?.[jobName]?.logging === undefined && (props.logs?.driver === undefined || props.logs.driverForApplications !== true),
  }).flatMap(({ node }) => node.defaultChild ?? []);
  for (const name of tasks.keys()) if (!names.has(name)) letWait(tasks, name, runs);
}

/** Lets the tasks of a caller start only when something is there. */
function letWait(services: Tasks, caller: string, resources: readonly IConstruct[]): void {
  const tasks = find(services, caller);
  if (tasks instanceof Job) tasks.ready.add(...resources);
  else for (const service of ecsServices(services, caller)) service.node.addDependency(...resources);
}

/** Without what scales them. */
function ecsServices(services: Tasks, name: string): readonly IConstruct[] {
  const tasks = find(services, name);
  return tasks instanceof Job ? [] : tasks.workloads.flatMap(({ ecsService }) => ecsService.node.defaultChild ?? []);
}

/** By name: services, gateway services and jobs. */
type Tasks = ReadonlyMap<string, Microservice | Job>;

function find(services: Tasks, name: string): Microservice | Job {
  const service = services.get(name);
  if (service === undefined) throw new Error(`bug: the plan names a service "${name}" that it does not have`);
  return service;
}
