import type { CfnResource } from 'aws-cdk-lib';
import { Duration, Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { LoadBalancerTarget } from 'aws-cdk-lib/aws-route53-targets';
import type { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import type { Construct } from 'constructs';
import { defined } from '../../../core/defined';
import type { LoadBalancerPlan, TargetsPlan } from '../../../core/edges/alb/plan';
import type { EdgePlan } from '../../../core/plan/edge-plan';
import { acknowledge } from '../../acknowledge';
import { hasIpv6Block, subnetResource } from '../../subnet-resource';
import { throwIssue } from '../../throw-issue';
import { certificateOf, givenDomain, renderRecords } from '../domain';
import { renderFirewall } from '../firewall';
import type { EdgeContext, EdgeTarget, RenderedApi } from '../model';
import { waitFor } from '../wait-for';
import { authorized } from './authorized';
import { conditionsOf } from './conditions';
import { checkPort, checkPriorities } from './shared-listener';

const HTTP = 80;
const HTTPS = 443;

/** A load balancer with a listener, and a target group for each authorizer. */
export function renderLoadBalancerEdge(scope: Construct, edge: EdgePlan, context: EdgeContext): RenderedApi {
  const plan = edge.api as LoadBalancerPlan;
  const { balancer = {}, target } = context;
  const own = balancer.listener === undefined ? balancerOf(scope, plan, context) : undefined;
  const before = openings(scope);
  const actions = new Map(
    plan.targets.map((each) => {
      const targets = renderTargets(scope, each, plan, target);
      // The security group of a load balancer of the user's own is the user's.
      return [each.authorizer, authorized(each, context.authorizers.get(each.authorizer), targets, plan.made !== undefined)];
    }),
  );
  if (own !== undefined && plan.made !== undefined) reachProviders(own, plan.targets);
  const actionOf = (authorizer: string): elbv2.ListenerAction => {
    const action = actions.get(authorizer);
    if (action === undefined) throw new Error(`bug: no port for the authorizer "${authorizer}"`);
    return action;
  };
  // What fits no rule of an edge with hosts is none of its business.
  const otherwise = plan.hosts === undefined ? actionOf(plan.fallback) : elbv2.ListenerAction.fixedResponse(404);
  const made = own === undefined ? undefined : makeListener(scope, own, otherwise, plan, context);
  const listener = made ?? givenListener(scope, plan, context);
  const rules = plan.rules.map(
    ({ priority, conditions, authorizer }) =>
      new elbv2.ApplicationListenerRule(scope, `Rule${priority}`, {
        listener,
        priority,
        conditions: conditionsOf(conditions),
        action: actionOf(authorizer),
      }),
  );
  checkPriorities(scope, rules, plan.hosts === undefined ? undefined : (plan.firstPriority ?? 1));
  const webAcl = own === undefined ? undefined : protect(scope, edge, plan, own);
  // Health checks come as soon as there are tasks, and Amazon ECS replaces those that fail.
  const added = [...openings(scope)].filter((each) => !before.has(each) && Stack.of(each) === Stack.of(target.service));
  waitFor(target.service.node.defaultChild as CfnResource, added);
  const loadBalancer = own ?? (listener instanceof elbv2.ApplicationListener ? listener.loadBalancer : undefined);
  return {
    url: plan.domain?.url ?? `${plan.https ? 'https' : 'http'}://${plan.domainName ?? own?.loadBalancerDnsName ?? ''}`,
    ...defined({ loadBalancer, listener: made, webAcl }),
  };
}

function balancerOf(scope: Construct, plan: LoadBalancerPlan, context: EdgeContext): elbv2.IApplicationLoadBalancer {
  const loadBalancer = context.balancer?.loadBalancer ?? makeLoadBalancer(scope, plan, context);
  checkKnown(scope, plan, loadBalancer);
  return loadBalancer;
}

function makeListener(
  scope: Construct,
  loadBalancer: elbv2.IApplicationLoadBalancer,
  defaultAction: elbv2.ListenerAction,
  plan: LoadBalancerPlan,
  context: EdgeContext,
): elbv2.ApplicationListener {
  const listener = new elbv2.ApplicationListener(scope, 'Listener', {
    loadBalancer,
    port: plan.https ? HTTPS : HTTP,
    protocol: plan.https ? elbv2.ApplicationProtocol.HTTPS : elbv2.ApplicationProtocol.HTTP,
    open: plan.made !== undefined,
    defaultAction,
    ...(plan.https ? { sslPolicy: context.balancer?.sslPolicy ?? elbv2.SslPolicy.RECOMMENDED_TLS } : {}),
    certificates: certificatesOf(scope, plan, context),
  });
  checkPort(scope, listener);
  if (plan.https && plan.made !== undefined) checkPort(scope, redirect(scope, loadBalancer));
  if (plan.domain !== undefined)
    renderRecords(scope, plan.domain, givenDomain(context.domain), new LoadBalancerTarget(loadBalancer), listener);
  return listener;
}

/** What an imported listener speaks is not known. */
function givenListener(scope: Construct, { https }: LoadBalancerPlan, { balancer }: EdgeContext): elbv2.IApplicationListener {
  const listener = balancer?.listener;
  if (listener === undefined) throw new Error('bug: there is no listener');
  const resource = listener.node.defaultChild;
  const protocol = resource instanceof elbv2.CfnListener ? resource.protocol : undefined;
  if (protocol !== undefined && protocol !== (https ? 'HTTPS' : 'HTTP'))
    throwIssue(scope, https ? 'listener' : 'plainHttp', 'CONFLICT', `the listener ${listener.node.path} speaks ${protocol}`, {
      got: null,
      fix: https ? 'give one that speaks HTTPS, or, where nothing is secret, set plainHttp: true' : 'remove plainHttp',
    });
  return listener;
}

/** What is known of a load balancer that the app imports is what its attributes say. */
function checkKnown(scope: Construct, { domain, domainName }: LoadBalancerPlan, loadBalancer: elbv2.IApplicationLoadBalancer): void {
  const inZone = domain !== undefined && domain.records.length > 0;
  const wanted = [
    ...(inZone || (domain === undefined && domainName === undefined) ? (['loadBalancerDnsName'] as const) : []),
    ...(inZone ? (['loadBalancerCanonicalHostedZoneId'] as const) : []),
  ];
  const unknown = wanted.find((name) => !isKnown(() => loadBalancer[name]));
  if (unknown !== undefined)
    throwIssue(scope, 'loadBalancer', 'MISSING', `what was imported does not say its ${unknown}`, {
      got: null,
      fix: `give ${unknown} to fromApplicationLoadBalancerAttributes(), or ${inZone ? 'leave hostedZone of domain out' : 'set domainName'}`,
    });
}

/** Of what was imported, the CDK throws where an attribute is read that it was not given. */
function isKnown(read: () => string): boolean {
  try {
    return read() !== '';
  } catch {
    return false;
  }
}

/** The CDK opens the port of HTTPS alone. */
function reachProviders(loadBalancer: elbv2.IApplicationLoadBalancer, targets: readonly TargetsPlan[]): void {
  const urls = targets.flatMap(({ login }) => [login?.provider?.tokenEndpoint ?? [], login?.provider?.userInfoEndpoint ?? []].flat());
  const ports = urls.flatMap((url) => (Token.isUnresolved(url) || !URL.canParse(url) ? [] : [new URL(url).port]));
  for (const port of new Set(ports.filter((each) => each !== '')))
    loadBalancer.connections.allowToAnyIpv4(ec2.Port.tcp(Number(port)), 'Identity provider');
}

function certificatesOf(
  scope: Construct,
  { domain }: LoadBalancerPlan,
  { balancer, domain: given }: EdgeContext,
): elbv2.IListenerCertificate[] {
  const certificate = domain === undefined ? balancer?.certificate : certificateOf(scope, domain, givenDomain(given));
  return certificate === undefined ? [] : [certificate];
}

function makeLoadBalancer(
  scope: Construct,
  { made, idleSeconds, ipAddressType }: LoadBalancerPlan,
  { balancer = {}, target }: EdgeContext,
): elbv2.ApplicationLoadBalancer {
  const { vpc, vpcSubnets } = target;
  if (made === undefined) throw new Error('bug: there is no load balancer');
  // It takes one subnet in each zone, and with public addresses the public ones, where no task stands.
  const own = made.internetFacing ? {} : { vpcSubnets: { ...vpcSubnets, onePerAz: true } };
  if (ipAddressType === 'dualstack') checkIpv6(scope, vpc.selectSubnets(own.vpcSubnets ?? { subnetType: ec2.SubnetType.PUBLIC }));
  const loadBalancer = new elbv2.ApplicationLoadBalancer(scope, 'LoadBalancer', {
    vpc,
    internetFacing: made.internetFacing,
    ...own,
    ...(ipAddressType === undefined ? {} : { ipAddressType: IP_ADDRESS_TYPES[ipAddressType] }),
    deletionProtection: made.deletionProtection,
    dropInvalidHeaderFields: true,
    idleTimeout: Duration.seconds(idleSeconds),
  });
  if (balancer.accessLogBucket !== undefined) loadBalancer.logAccessLogs(balancer.accessLogBucket);
  return loadBalancer;
}

const IP_ADDRESS_TYPES = { ipv4: elbv2.IpAddressType.IPV4, dualstack: elbv2.IpAddressType.DUAL_STACK };

/** AWS refuses the load balancer otherwise, when the rest of the stack is there. */
function checkIpv6(scope: Construct, { subnets }: ec2.SelectedSubnets): void {
  const without = subnets.flatMap((subnet) => subnetResource(subnet) ?? []).filter((subnet) => !hasIpv6Block(subnet));
  if (without.length === 0) return;
  const names = without.map(({ node }) => node.path).join(', ');
  throwIssue(scope, 'ipAddressType', 'UNUSABLE_VPC', `the load balancer would stand in subnets without IPv6: ${names}`, {
    got: null,
    fix: 'give vpc one with ipProtocol: ec2.IpProtocol.DUAL_STACK, or remove ipAddressType',
  });
}

/** Not before the load balancer is there: AWS WAF does not find one that is being made. */
function protect(
  scope: Construct,
  { apiName }: EdgePlan,
  { firewall, made }: LoadBalancerPlan,
  loadBalancer: elbv2.IApplicationLoadBalancer,
): CfnWebACL | undefined {
  if (firewall === undefined) return undefined;
  const { webAcl, association } = renderFirewall(scope, firewall, apiName, loadBalancer.loadBalancerArn);
  if (made !== undefined) waitFor(association, [loadBalancer.node.defaultChild as CfnResource]);
  return webAcl;
}

function renderTargets(
  scope: Construct,
  { authorizer, port }: TargetsPlan,
  { deregistrationSeconds }: LoadBalancerPlan,
  { vpc, service, containerName }: EdgeTarget,
): elbv2.ApplicationTargetGroup {
  const group = new elbv2.ApplicationTargetGroup(scope, `Targets-${authorizer}`, {
    vpc,
    port,
    protocol: elbv2.ApplicationProtocol.HTTP,
    targetType: elbv2.TargetType.IP,
    deregistrationDelay: Duration.seconds(deregistrationSeconds),
    healthCheck: { path: '/', interval: Duration.seconds(10), healthyThresholdCount: 2, unhealthyThresholdCount: 2 },
  });
  group.addTarget(service.loadBalancerTarget({ containerName, containerPort: port }));
  return group;
}

function redirect(scope: Construct, loadBalancer: elbv2.IApplicationLoadBalancer): elbv2.ApplicationListener {
  const listener = new elbv2.ApplicationListener(scope, 'Redirect', {
    loadBalancer,
    port: HTTP,
    protocol: elbv2.ApplicationProtocol.HTTP,
    open: true,
    defaultAction: elbv2.ListenerAction.redirect({ protocol: 'HTTPS', port: String(HTTPS), permanent: true }),
  });
  acknowledge(listener, ['redirectsToHttps']);
  return listener;
}

/** Rules of security groups that are resources of their own. */
function openings(scope: Construct): ReadonlySet<CfnResource> {
  const all = scope.node.root.node.findAll();
  return new Set(all.filter((each) => each instanceof ec2.CfnSecurityGroupIngress || each instanceof ec2.CfnSecurityGroupEgress));
}
