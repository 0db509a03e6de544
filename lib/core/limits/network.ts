import { limitsOf } from './limit';

const VPC_PAGE = 'https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html';
const ELB_PAGE = 'https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-limits.html';

export const VPC = limitsOf('vpc', 'Amazon VPC', VPC_PAGE, {
  inboundRules: {
    counts: 'inbound rules: one for each caller; with certificates, callers share one where there would be 60',
    value: 60,
    scope: 'security group',
    raise: { quota: 'Inbound or outbound rules per security group', by: 'Service Quotas' },
    handling: { warning: 'security-group-rules' },
  },
  outboundRules: {
    counts: 'outbound rules: one for each port',
    value: 60,
    scope: 'security group',
    raise: { quota: 'Inbound or outbound rules per security group', by: 'Service Quotas' },
    handling: { warning: 'security-group-rules' },
  },
  groupsOfInterface: {
    counts: 'security groups',
    value: 5,
    scope: 'network interface',
    raise: { quota: 'Security groups per network interface', by: 'Service Quotas' },
    handling: { documented: 'a task has one, or two if it calls a service with very many callers' },
  },
  rulesOfInterface: {
    counts: 'rules in a security group that an account may ask for, times security groups of a network interface',
    value: 1000,
    scope: 'network interface',
    handling: { documented: 'with the default quota, the two groups of a task have fewer' },
  },
  groups: {
    counts:
      'security groups: one for each service, up to three for each edge, and one that callers of services with very many callers share',
    value: 2500,
    scope: 'Region',
    raise: { quota: 'VPC security groups per Region', by: 'Service Quotas' },
    handling: { warning: 'security-groups' },
  },
  interfaces: {
    counts: 'network interfaces: one for each task, while a deployment replaces all of them',
    value: 5000,
    scope: 'Region',
    raise: { quota: 'Network interfaces per Region', by: 'Service Quotas' },
    handling: { warning: 'network-interfaces' },
  },
  vpcs: {
    counts: 'VPCs',
    value: 5,
    scope: 'Region',
    raise: { quota: 'VPCs per Region', by: 'Service Quotas' },
    handling: { documented: 'a system creates one, unless it gets one' },
  },
  addresses: {
    counts: 'Elastic IP addresses',
    value: 5,
    scope: 'Region',
    raise: { quota: 'EC2-VPC Elastic IPs', by: 'Service Quotas' },
    handling: { documented: 'a VPC that a system creates takes two' },
  },
});

export const ELB = limitsOf('elb', 'Elastic Load Balancing', ELB_PAGE, {
  loadBalancers: {
    counts: 'Network Load Balancers',
    value: 50,
    scope: 'Region',
    raise: { quota: 'Network Load Balancers per Region', by: 'Service Quotas' },
    handling: { documented: 'an edge with a REST API has one' },
  },
  targets: {
    counts: 'targets in an Availability Zone: the tasks of a gateway',
    value: 500,
    scope: 'Network Load Balancer',
    raise: { quota: 'Targets per Availability Zone per Network Load Balancer', by: 'Service Quotas' },
    handling: { warning: 'load-balancer-targets' },
  },
});

const ALB_GUIDE = 'https://docs.aws.amazon.com/elasticloadbalancing/latest/application';

export const ALB = limitsOf('alb', 'Elastic Load Balancing', `${ALB_GUIDE}/load-balancer-limits.html`, {
  loadBalancers: {
    counts: 'Application Load Balancers',
    value: 50,
    scope: 'Region',
    raise: { quota: 'Application Load Balancers per Region', by: 'Service Quotas' },
    handling: { documented: 'an edge with a load balancer has one, unless it gets one' },
  },
  rules: {
    counts: 'rules of listeners: at most one for each route whose authorizer is not that of the last route',
    value: 100,
    scope: 'Application Load Balancer',
    raise: { quota: 'Rules per Application Load Balancer', by: 'Service Quotas' },
    handling: { warning: 'api-routes' },
  },
  conditionValues: {
    counts: 'values of conditions: paths and methods',
    value: 5,
    scope: 'rule of a listener',
    handling: { documented: 'routes that have more get another rule' },
  },
  priority: {
    counts: 'priority of a rule',
    value: 50_000,
    scope: 'listener',
    source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html',
    handling: { error: 'OUT_OF_RANGE' },
  },
  conditionWildcards: {
    counts: 'wildcards in paths, of which a greedy parameter takes two',
    value: 5,
    scope: 'rule of a listener',
    handling: { documented: 'routes that have more get another rule' },
  },
  targets: {
    counts: 'targets: the tasks of a gateway, once for each authorizer',
    value: 1000,
    scope: 'Application Load Balancer',
    raise: { quota: 'Targets per Application Load Balancer', by: 'Service Quotas' },
    handling: { warning: 'load-balancer-targets' },
  },
  pathPattern: {
    counts: 'path of a rule, as a pattern',
    value: 128,
    unit: 'characters',
    scope: 'rule of a listener',
    handling: { error: 'OUT_OF_RANGE' },
    source: `${ALB_GUIDE}/rule-condition-types.html`,
  },
  claimValues: {
    counts: 'values of a claim, such as audiences',
    value: 10,
    scope: 'JWT verification',
    handling: { error: 'OUT_OF_RANGE' },
    source: `${ALB_GUIDE}/listener-verify-jwt.html`,
  },
  session: {
    counts: 'time after which a user has to log in again',
    least: 1,
    value: 604_800,
    unit: 'seconds',
    scope: 'authenticate action',
    handling: { error: 'OUT_OF_RANGE' },
    source: `${ALB_GUIDE}/listener-authenticate-users.html`,
  },
  deregistration: {
    counts: 'time that requests get on a task that leaves',
    value: 3600,
    unit: 'seconds',
    scope: 'target group',
    handling: { documented: 'it is `idleTimeout` of the edge, or this' },
    source: `${ALB_GUIDE}/edit-target-group-attributes.html`,
  },
  idleTimeout: {
    counts: 'time for which a connection may carry nothing',
    least: 1,
    value: 4000,
    unit: 'seconds',
    scope: 'Application Load Balancer',
    handling: { error: 'OUT_OF_RANGE' },
    source: `${ALB_GUIDE}/edit-load-balancer-attributes.html`,
  },
});
