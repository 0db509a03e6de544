import type { SystemDescription, WorkloadDescription } from '../../../lib/core/description/system-description';
import { PRIVATE_CA_RENEW_AFTER_SECONDS, RENEW_AFTER_SECONDS } from '../../../lib/core/contract/issuing';
import { isObject, type JsonObject } from '../../../lib/core/readable/json';
import { costOf } from './resource-costs';

/** What is paid for, in a month. */
export interface Line {
  /** Such as `AWS Fargate`. */
  readonly service: string;
  readonly part: string;
  /** In units of the price; undefined: no template tells. */
  readonly quantity?: number;
  /** ID in the list of prices; absent: there is none. */
  readonly price?: string;
  /** Why there is no number. */
  readonly reason?: string;
}

/** For how long the function that issues a certificate is assumed to run, and its memory. */
export const ISSUING_SECONDS = 1;
const ISSUING_GB = 0.25;

/** A month. */
export const HOURS = 730;

const CPU_UNITS = 1024;
const MIB = 1024;
/** What each task has for nothing. */
const FREE_STORAGE_GIB = 20;

/** What nobody can read in a template, as users say it; undefined: nobody has said. */
export interface Usage {
  /** Of each edge in a month. */
  readonly requests?: number | undefined;
  /** That are written in a month. */
  readonly logsGb?: number | undefined;
}

export function countLines(system: SystemDescription, resources: readonly JsonObject[], { requests, logsGb }: Usage): readonly Line[] {
  return [
    ...fargateLines(system.workloads),
    ...resourceLines(resources, requests),
    ...certificateLines(system),
    ...metricLines(system),
    ...issuingLines(system),
    ...logLines(resources, logsGb),
    ...edgeLines(system, requests),
    ...unknownLines(system, resources),
  ];
}

function fargateLines(workloads: readonly WorkloadDescription[]): readonly Line[] {
  const sums = new Map<string, { readonly part: string; quantity: number }>();
  const add = (price: string, part: string, quantity: number): void => {
    if (quantity === 0) return;
    const sum = sums.get(price) ?? { part, quantity: 0 };
    sum.quantity += quantity * HOURS;
    sums.set(price, sum);
  };
  for (const workload of workloads.filter(({ job }) => !job)) {
    const { architecture, cpu, memoryMiB, ephemeralStorageGiB = FREE_STORAGE_GIB } = workload;
    for (const [tasks, spot, name] of [
      [tasksOn(workload, 'FARGATE'), '', ''],
      [tasksOn(workload, 'FARGATE_SPOT'), '.spot', ' Spot'],
    ] as const) {
      add(`fargate${spot}.vcpu.${architecture}`, `vCPU hours, ${architecture}${name}`, (tasks * cpu) / CPU_UNITS);
      add(`fargate${spot}.memory.${architecture}`, `GB hours, ${architecture}${name}`, (tasks * memoryMiB) / MIB);
      add('fargate.storage', 'ephemeral storage above 20 GiB', tasks * Math.max(0, ephemeralStorageGiB - FREE_STORAGE_GIB));
    }
  }
  const lines = [...sums].map(([price, sum]): Line => ({ service: 'AWS Fargate', price, ...sum }));
  const jobs = workloads.filter(({ job }) => job);
  const others = workloads.filter(({ capacityProviders }) => capacityProviders.some(({ launchType }) => launchType !== 'FARGATE'));
  return [
    ...lines,
    ...(jobs.length === 0
      ? []
      : [{ service: 'AWS Fargate', part: `jobs: ${jobs.map(({ name }) => name).join(', ')}`, reason: 'by how long they run' }]),
    ...(others.length === 0
      ? []
      : [
          { service: 'Amazon EC2', part: `instances of ${others.map(({ name }) => name).join(', ')}`, reason: 'by their types and number' },
        ]),
  ];
}

/** The base first, then by weight; on average, so that there may be parts of tasks. */
function tasksOn(workload: WorkloadDescription, name: 'FARGATE' | 'FARGATE_SPOT'): number {
  const { capacityProviders } = workload;
  const tasks = taskCount(workload);
  if (capacityProviders.length === 0) return name === 'FARGATE' ? tasks : 0;
  const own = capacityProviders.find((provider) => provider.name === name);
  if (own === undefined) return 0;
  const base = capacityProviders.reduce((sum, provider) => sum + provider.base, 0);
  const weights = capacityProviders.reduce((sum, { weight }) => sum + weight, 0);
  return Math.min(own.base, tasks) + (weights === 0 ? 0 : (Math.max(0, tasks - base) * own.weight) / weights);
}

function resourceLines(resources: readonly JsonObject[], requests: number | undefined): readonly Line[] {
  const of = (...types: readonly string[]): readonly JsonObject[] => resources.filter(({ Type: type }) => types.includes(String(type)));
  const balancers = of('AWS::ElasticLoadBalancingV2::LoadBalancer').map(propertiesOf);
  const isNetwork = (balancer: JsonObject): boolean => balancer['Type'] === 'network';
  const endpoints = of('AWS::EC2::VPCEndpoint')
    .map(propertiesOf)
    .filter((endpoint) => endpoint['VpcEndpointType'] === 'Interface');
  const authorities = of('AWS::ACMPCA::CertificateAuthority').map(propertiesOf);
  const shortLived = authorities.filter((authority) => authority['UsageMode'] === 'SHORT_LIVED_CERTIFICATE').length;
  const acls = of('AWS::WAFv2::WebACL').map(propertiesOf);
  const associations = of('AWS::WAFv2::WebACLAssociation').length;
  const publicAddresses = sum(
    balancers.filter((balancer) => balancer['Scheme'] === 'internet-facing').map((balancer) => lengthOf(balancer['Subnets'])),
  );
  const count = (service: string, part: string, price: string, number: number, hours = 1): readonly Line[] =>
    number === 0 ? [] : [{ service, part: `${part}: ${number}`, price, quantity: number * hours }];
  return [
    ...count('Amazon VPC', 'NAT gateways', 'vpc.nat', of('AWS::EC2::NatGateway').length, HOURS),
    ...count('Amazon VPC', 'public IPv4 addresses', 'vpc.ipv4', of('AWS::EC2::EIP').length + publicAddresses, HOURS),
    ...count(
      'Amazon VPC',
      'interface endpoints, by zones',
      'vpc.endpoint',
      sum(endpoints.map((endpoint) => lengthOf(endpoint['SubnetIds']))),
      HOURS,
    ),
    ...count('Elastic Load Balancing', 'Network Load Balancers', 'elb.network', balancers.filter(isNetwork).length, HOURS),
    ...count(
      'Elastic Load Balancing',
      'Application Load Balancers',
      'elb.application',
      balancers.filter((each) => !isNetwork(each)).length,
      HOURS,
    ),
    ...count('AWS KMS', 'keys', 'kms.key', of('AWS::KMS::Key').length),
    ...count('AWS Private CA', 'authorities, short-lived mode', 'privateCa.shortLived', shortLived),
    ...count('AWS Private CA', 'authorities', 'privateCa.general', authorities.length - shortLived),
    ...count('AWS Secrets Manager', 'secrets', 'secrets.secret', of('AWS::SecretsManager::Secret').length),
    ...count(
      'Amazon Route 53',
      'hosted zones',
      'route53.zone',
      of('AWS::Route53::HostedZone', 'AWS::ServiceDiscovery::PrivateDnsNamespace').length,
    ),
    ...count('Amazon CloudWatch', 'metrics of alarms', 'cloudwatch.alarm', sum(of('AWS::CloudWatch::Alarm').map(metricsOfAlarm))),
    ...count('Amazon CloudWatch', 'dashboards', 'cloudwatch.dashboard', of('AWS::CloudWatch::Dashboard').length),
    ...count('Amazon CloudWatch', 'metrics of log filters', 'cloudwatch.metric', of('AWS::Logs::MetricFilter').length),
    ...count('AWS WAF', 'web ACLs', 'waf.acl', acls.length),
    ...count('AWS WAF', 'rules', 'waf.rule', sum(acls.map((acl) => lengthOf(acl['Rules'])))),
    // An ACL may stand in front of several edges, and one of another stack in front of this.
    ...(associations === 0 ? [] : [firewallRequests(associations, requests)]),
    ...of('AWS::ApiGateway::Stage').map(propertiesOf).flatMap(cacheLines),
  ];
}

function firewallRequests(edges: number, requests: number | undefined): Line {
  const line = { service: 'AWS WAF', part: 'requests', price: 'waf.request' };
  return requests === undefined ? { ...line, reason: 'by requests: say --requests' } : { ...line, quantity: (edges * requests) / 1e6 };
}

function cacheLines(stage: JsonObject): readonly Line[] {
  if (stage['CacheClusterEnabled'] !== true) return [];
  const { CacheClusterSize: named } = stage;
  const size = typeof named === 'string' ? named : 'of an unknown number of';
  return [{ service: 'Amazon API Gateway', part: `cache, ${size} GB`, price: `apiGateway.cache.${size}`, quantity: HOURS }];
}

/** Which the function that issues certificates writes, whatever the number of services. */
const CERTIFICATE_METRICS = 3;

function certificateLines({ certificates }: SystemDescription): readonly Line[] {
  if (certificates === 'none') return [];
  const part = `metrics of certificates: ${CERTIFICATE_METRICS}`;
  return [{ service: 'Amazon CloudWatch', part, price: 'cloudwatch.metric', quantity: CERTIFICATE_METRICS }];
}

/** While all services and calls are in use; those of troubles have values only when there are some. */
function metricLines({ customMetrics }: SystemDescription): readonly Line[] {
  if (customMetrics === undefined) return [];
  const { usual, most } = customMetrics;
  return [
    { service: 'Amazon CloudWatch', part: `metrics of services and calls: ${usual}`, price: 'cloudwatch.metric', quantity: usual },
    { service: 'Amazon CloudWatch', part: `metrics of troubles: up to ${most - usual}`, reason: 'by the hour in which there are any' },
  ];
}

/** It is paid by the metrics that it looks at; an expression of metrics is none. */
function metricsOfAlarm(alarm: JsonObject): number {
  const { Metrics: queries } = propertiesOf(alarm);
  return Array.isArray(queries) ? queries.filter((query) => isObject(query) && query['MetricStat'] !== undefined).length : 1;
}

/** Tasks whose number auto scaling owns count as the smallest number. */
function taskCount({ desiredCount, minCapacity }: WorkloadDescription): number {
  return desiredCount ?? minCapacity ?? 1;
}

/** Of renewals alone: how often tasks start, nobody knows. For each, the agent encrypts, and the function decrypts and signs. */
function issuingLines({ certificates, workloads }: SystemDescription): readonly Line[] {
  if (certificates === 'none') return [];
  const holders = workloads.filter(({ job, identity }) => !job && identity !== undefined);
  const renewals = sum(holders.map(taskCount)) * (HOURS / renewalHours(certificates));
  return [
    { service: 'AWS KMS', part: 'requests for certificates', price: 'kms.request', quantity: (2 * renewals) / 1e4 },
    ...(certificates === 'kms'
      ? [{ service: 'AWS KMS', part: 'signatures of certificates', price: 'kms.sign', quantity: renewals / 1e4 }]
      : [{ service: 'AWS Private CA', part: 'certificates', reason: 'by certificate, and by the mode of the authority' }]),
    { service: 'AWS Lambda', part: 'calls for certificates', price: 'lambda.request', quantity: renewals / 1e6 },
    {
      service: 'AWS Lambda',
      part: 'duration of these calls',
      price: 'lambda.duration.ARM64',
      quantity: renewals * ISSUING_SECONDS * ISSUING_GB,
    },
  ];
}

export function renewalHours(certificates: SystemDescription['certificates']): number {
  return (certificates === 'privateCa' ? PRIVATE_CA_RENEW_AFTER_SECONDS : RENEW_AFTER_SECONDS) / 3600;
}

function logLines(resources: readonly JsonObject[], logsGb: number | undefined): readonly Line[] {
  if (!resources.some(({ Type: type }) => type === 'AWS::Logs::LogGroup')) return [];
  const line = { service: 'Amazon CloudWatch', part: 'logs that are written', price: 'cloudwatch.logs' };
  return [logsGb === undefined ? { ...line, reason: 'by the GB: say --logs' } : { ...line, quantity: logsGb }];
}

function edgeLines({ edges }: SystemDescription, requests: number | undefined): readonly Line[] {
  return edges.flatMap(({ name, kind }): readonly Line[] => {
    if (kind !== 'http' && kind !== 'rest' && kind !== 'webSocket') return [];
    const thing = kind === 'webSocket' ? 'messages' : 'requests';
    const line = { service: 'Amazon API Gateway', part: `${thing} of the edge ${name}`, price: `apiGateway.${kind}` };
    return [
      requests === undefined ? { ...line, reason: `by ${thing}: say --requests` } : { ...line, quantity: requests / 1e6 },
      ...(kind === 'webSocket'
        ? [{ service: 'Amazon API Gateway', part: `connections of the edge ${name}`, reason: 'by the minute' }]
        : []),
    ];
  });
}

/** One line for all resources of a type that are paid by use, so that none is left out in silence. */
function unknownLines({ traced }: SystemDescription, resources: readonly JsonObject[]): readonly Line[] {
  const types = new Map<string, number>();
  for (const { Type: type } of resources) if (typeof type === 'string') types.set(type, (types.get(type) ?? 0) + 1);
  const lines = [...types]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([type, number]) => {
      const cost = costOf(type);
      return cost.kind === 'unknown' ? [{ service: 'by use', part: `${type.replace(/^AWS::/, '')}: ${number}`, reason: cost.reason }] : [];
    });
  const byUse: readonly (readonly [part: string, reason: string])[] = [
    ['traffic of NAT gateways, load balancers, zones and the internet', 'by the GB'],
    ['other requests to AWS KMS', 'by request'],
    ['images in Amazon ECR', 'by the GB that is stored'],
    ...(traced ? ([['traces in AWS X-Ray', 'by trace']] as const) : []),
  ];
  return [...lines, ...byUse.map(([part, reason]) => ({ service: 'by use', part, reason }))];
}

function propertiesOf({ Properties: properties }: JsonObject): JsonObject {
  return isObject(properties) ? properties : {};
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
