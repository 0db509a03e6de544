import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import * as route53 from 'aws-cdk-lib/aws-route53';
import type { Construct } from 'constructs';
import type { RenderedCertificates } from '../certificates/render';
import { renderCertificates } from '../certificates/render';
import { renderMesh } from '../mesh/renderers';
import type { CertificatePlan, ContainerPlan, ContainerRole, SystemPlan, TaskPlan } from '../plan/model';
import type { IMicroservice } from '../microservice';
import type { ContainerProps } from '../props/container-props';
import type { MicroservicesProps } from '../props/microservices-props';
import { GATEWAY_NAME } from '../topology/constants';
import type { ProtocolId, Service, Topology } from '../topology/model';
import { agentImages } from './agent-image';
import { executionRole } from './execution-role';
import type { Foundation } from './network';
import { renderFoundation, renderVirtualNames } from './network';
import { MeshTask } from './task';
import { tracesPolicy } from './traces-policy';

export interface RenderedSystem {
  readonly foundation: Foundation;
  readonly zone: route53.PrivateHostedZone;
  /** The user's services, without the gateway. */
  readonly services: ReadonlyMap<string, IMicroservice>;
  readonly gateway?: MeshTask;
  /** Fires when a certificate is not renewed; absent without certificates. */
  readonly certificateAlarm?: cloudwatch.Alarm;
}

/** Turns the plan into constructs, one to one. Whatever belongs to one service stands below its own construct. */
export function renderSystem(scope: Construct, topology: Topology, plan: SystemPlan, props: MicroservicesProps): RenderedSystem {
  const foundation = renderFoundation(scope, topology, props);
  const zone = renderVirtualNames(scope, topology, foundation.vpc);
  const sharedExecutionRole = executionRole(scope, 'ExecutionRole', foundation);
  const traces = plan.tasks.some((task) => task.traced) ? tracesPolicy(scope) : undefined;
  const meshImage = meshImages(scope, plan, props);
  const mesh = renderMesh(scope, topology, plan);
  const urls = new Map(topology.services.map((service) => [service.name, urlOf(service)]));
  const tasks = new Map(plan.tasks.map((task) => [task.name, new MeshTask(scope, task, {
    foundation,
    sharedExecutionRole,
    tracesPolicy: traces,
    containerProps: (container) => userProps(props, task, container),
    meshImage: (container) => meshImage(container.role, task),
    endpointArn: task.endpoint === undefined ? undefined : mesh.endpointArn(task.endpoint),
    url: urls.get(task.name) ?? '',
  })]));
  renderRecords(topology, plan, zone, tasks);
  for (const rule of plan.ingress) renderIngress(taskOf(tasks, rule.to), taskOf(tasks, rule.from), rule.from, rule.port);
  const certificates = plan.certificates === undefined ? undefined : renderMeshCertificates(scope, plan.certificates, topology, foundation, [...tasks.values()]);
  const gateway = tasks.get(GATEWAY_NAME);
  const own = new Map([...tasks].filter(([name]) => name !== GATEWAY_NAME));
  return { foundation, zone, services: own, ...(gateway === undefined ? {} : { gateway }), ...(certificates === undefined ? {} : { certificateAlarm: certificates.alarm }) };
}

/** An image of the user's own, or one that the CDK builds; undefined where the plan has it. */
function meshImages(scope: Construct, plan: SystemPlan, props: MicroservicesProps): (role: ContainerRole, task: TaskPlan) => ecs.ContainerImage | undefined {
  const { image: proxy, agentImage } = props.mesh?._options ?? {};
  const collector = props.tracing?._options.image;
  const built = agentImage === undefined ? agentImages(scope, plan) : undefined;
  return (role, task) => {
    if (role === 'proxy') return proxy;
    if (role === 'collector') return collector;
    return role === 'init' || role === 'agent' ? agentImage ?? built?.get(task.sizing.architecture) : undefined;
  };
}

function renderMeshCertificates(scope: Construct, plan: CertificatePlan, { name }: Topology, { logGroup }: Foundation, tasks: readonly MeshTask[]): RenderedCertificates {
  const holders = tasks.flatMap(({ certificate, service }) => (certificate === undefined ? [] : [{ certificate, service }]));
  const certificates = renderCertificates(scope, { meshName: name, plan, logGroup, secrets: holders.map(({ certificate }) => certificate) });
  // Tasks would only wait; and when the stack goes, they go before their certificates.
  for (const [index, { service }] of holders.entries()) {
    const schedule = certificates.schedules[index];
    if (schedule !== undefined) service.node.addDependency(schedule);
  }
  return certificates;
}

function userProps(props: MicroservicesProps, task: TaskPlan, container: ContainerPlan): ContainerProps | undefined {
  const service = props.services[task.name];
  if (container.role === 'application') return service;
  return container.role === 'extra' ? service?.extraContainers?.[container.name] : undefined;
}

function renderRecords(topology: Topology, plan: SystemPlan, zone: route53.PrivateHostedZone, tasks: ReadonlyMap<string, MeshTask>): void {
  const callers = new Map(topology.services.map((service) => [service.name, service.callers]));
  for (const record of plan.records) {
    const resource = new route53.CfnRecordSet(taskOf(tasks, record.service), 'VirtualName', {
      hostedZoneId: zone.hostedZoneId,
      name: record.host,
      type: 'A',
      ttl: '60',
      resourceRecords: [record.address],
    });
    // A caller that asks too early would get "no such name" from the VPC's resolver for the next 15 minutes.
    for (const caller of callers.get(record.service) ?? []) taskOf(tasks, caller).service.node.addDependency(resource);
  }
}

/** A resource of its own, so that services that call each other make no dependency cycle. */
function renderIngress(to: MeshTask, from: MeshTask, fromName: string, port: number): void {
  new ec2.CfnSecurityGroupIngress(to, `From-${fromName}`, {
    groupId: to.securityGroup.securityGroupId,
    sourceSecurityGroupId: from.securityGroup.securityGroupId,
    ipProtocol: 'tcp',
    fromPort: port,
    toPort: port,
  });
}

function taskOf(tasks: ReadonlyMap<string, MeshTask>, name: string): MeshTask {
  const task = tasks.get(name);
  if (task === undefined) throw new Error(`bug: the plan names a task "${name}" that it does not have`);
  return task;
}

const SCHEMES: Readonly<Record<ProtocolId, string>> = { http: 'http://', http2: 'http://', grpc: '', tcp: '' };

function urlOf(service: Service): string {
  return `${SCHEMES[service.protocol]}${service.virtualHost}:${service.virtualPort}`;
}
