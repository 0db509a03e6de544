import { limitsOf } from './limit';

const CLOUD_MAP_PAGE = 'https://docs.aws.amazon.com/cloud-map/latest/dg/cloud-map-limits.html';

export const CLOUD_MAP = limitsOf('cloudMap', 'AWS Cloud Map', CLOUD_MAP_PAGE, {
  instancesOfService: {
    counts: 'instances: the tasks of a service, or of one of its versions',
    value: 1000,
    scope: 'service of Cloud Map',
    // While a deployment replaces tasks there may be more than the service asks for: that passes by itself.
    handling: { error: 'OUT_OF_RANGE', warning: 'cloud-map-instances' },
  },
  instancesOfNamespace: {
    counts: 'instances: all tasks, while a deployment replaces them',
    value: 2000,
    scope: 'namespace',
    raise: { quota: 'Instances per namespace', by: 'Service Quotas' },
    handling: { warning: 'cloud-map-instances' },
  },
  namespaces: {
    counts: 'namespaces',
    value: 50,
    scope: 'account and Region',
    raise: { quota: 'Namespaces per Region', by: 'Service Quotas' },
    handling: { documented: 'a system creates one' },
  },
  dnsAnswers: {
    counts: 'instances in the answer to a DNS query',
    value: 8,
    scope: 'query',
    handling: { documented: 'the tasks of a service that can have more are listed by agents' },
    source: 'https://docs.aws.amazon.com/cloud-map/latest/dg/services-values.html',
  },
  revisions: {
    counts: 'DiscoverInstancesRevision calls of agents',
    value: 3000,
    unit: 'a second',
    scope: 'account and Region',
    raise: { quota: 'DiscoverInstancesRevision operation per account rate', by: 'Service Quotas' },
    warnFrom: 0.8,
    handling: { warning: 'cloud-map-requests' },
  },
  lists: {
    counts: 'DiscoverInstances calls of agents, after 2,000 at once',
    value: 1000,
    unit: 'a second',
    scope: 'account and Region',
    raise: { quota: 'DiscoverInstances operation per account steady rate', by: 'Service Quotas' },
    warnFrom: 0.8,
    handling: { warning: 'cloud-map-requests' },
  },
});

export const ROUTE_53 = limitsOf(
  'route53',
  'Amazon Route 53',
  'https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html',
  {
    records: {
      counts: 'records',
      value: 10_000,
      scope: 'hosted zone',
      raise: { quota: 'Records per hosted zone', by: 'Service Quotas' },
      handling: { warning: 'dns-records' },
    },
    hostedZones: {
      counts: 'hosted zones',
      value: 500,
      scope: 'account',
      raise: { quota: 'Hosted zones', by: 'Service Quotas' },
      handling: { documented: 'a system creates two, one of them by Cloud Map' },
    },
    queries: {
      counts: 'packets to the resolver of the VPC',
      value: 1024,
      unit: 'a second',
      scope: 'network interface',
      handling: { documented: 'Envoy queries each name once in 5 seconds' },
      source: 'https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html',
    },
  },
);
