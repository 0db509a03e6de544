/**
 * A third kind of edge, as somebody outside of the library would write it: the smallest one that has everything. An Application Load
 * Balancer, whose rules are the routes. It exists in the tests only: a real kind must also write the headers by which the gateway service
 * knows route and client (lib/core/edges/kind.ts), which a load balancer cannot.
 */
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import type { EdgeContext, RenderedApi } from '../../lib/cdk/edges/model';
import { oneWaySecurityGroup } from '../../lib/cdk/edges/security-group';
import type { EdgeCapabilities } from '../../lib/core/edges/features';
import type { EdgeKind } from '../../lib/core/edges/kind';
import { bySpecificity } from '../../lib/core/model/edge-routes';
import type { EdgePlan } from '../../lib/core/plan/edge-plan';

const NO_API = { no: 'a load balancer asks nobody' };
const CAPABILITIES: EdgeCapabilities = {
  none: true,
  jwt: NO_API,
  cognito: NO_API,
  cognitoClients: NO_API,
  oidc: NO_API,
  cognitoLogin: NO_API,
  lambda: NO_API,
  queryToken: NO_API,
  iam: NO_API,
  apiKey: NO_API,
  clients: NO_API,
  scopes: NO_API,
  throttle: { no: 'a load balancer has no limits' },
  clientThrottle: { no: 'a load balancer has no limits' },
  timeout: { no: 'it has one timeout for all routes: idleTimeout' },
  streaming: { no: 'a load balancer always passes responses on as they arrive' },
  cache: { no: 'a load balancer keeps nothing' },
  validation: { no: 'a load balancer does not look into requests' },
  bodyValidation: { no: 'a load balancer does not look into requests' },
  detailedErrors: { no: 'a load balancer has pages of its own' },
  firewall: { no: 'its web ACL is one of your own' },
  privateApi: { no: 'it has no interface endpoint' },
  allowedIpRanges: { no: 'it has no resource policy' },
  resourcePolicy: { no: 'it has no resource policy' },
  cors: true,
  corsTokens: { no: 'Envoy compares origins' },
  grpcJson: true,
  grpcWeb: true,
  grpcStreams: true,
  aggregate: true,
  openApi: true,
  compression: true,
  responseHeaders: true,
  nestedStackPaths: { no: 'it has no resources of paths' },
  routeResponse: { no: 'each request has its response' },
  defaultRoute: { no: 'its rules name paths', fix: 'write "ANY /{proxy+}"' },
  stage: { no: 'a load balancer has no stages' },
  dualStack: { no: 'it stands in subnets with IPv4 addresses' },
  domain: { no: 'its names are records of your own' },
  executeApiEndpoint: { no: 'its names are records of your own' },
  basePath: { no: 'its names are records of your own' },
  mutualTls: { no: 'its listener speaks HTTP' },
  securityPolicy: { no: 'its listener speaks HTTP' },
  accessLogs: { no: 'its access logs go to a bucket' },
  traces: { no: 'a load balancer sends no segments' },
};

/** A listener has 100 rules. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html */
const MAX_RULES = 100;

interface LoadBalancerOptions {
  readonly idleSeconds: number;
}

export interface LoadBalancerPlan extends LoadBalancerOptions {
  /** Path patterns, the most specific first. */
  readonly rules: readonly string[];
}

export const loadBalancerKind: EdgeKind<LoadBalancerOptions, LoadBalancerPlan> = {
  id: 'loadBalancer',
  factory: 'Edge.balancer()',
  capabilities: CAPABILITIES,
  options: { idleTimeout: 'an API of API Gateway closes connections by itself' },
  parse: (at) => ({ idleSeconds: at.field('idleTimeout').seconds({ min: 1, max: 4000 }) ?? 60 }),
  defaultStage: 'none',
  checkAuthorizer() {
    // There is none.
  },
  checkRoutes(routes, _cors, at) {
    if (routes.length > MAX_RULES) at.fail('OUT_OF_RANGE', `a listener takes ${MAX_RULES} rules`, { got: null });
  },
  compareRoutes: bySpecificity({ greedyLast: true }),
  traits: () => ({ beginsTraces: false, preflightPaths: [], gatewayRecord: 'A' }),
  // It waits for as long as a connection may be idle, and passes bodies of any size, and WebSockets.
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
  limits: ({ idleSeconds }) => ({ requestSeconds: idleSeconds, webSockets: true }),
  uses: () => [],
  plan: (_topology, { options, routes }) => ({ ...options, rules: routes.map(({ path }) => path.replaceAll(/\{[^}]*\}/g, '*')) }),
};

export function renderLoadBalancer(scope: Construct, { api, apiName }: EdgePlan, { target }: EdgeContext): RenderedApi {
  const { rules, idleSeconds } = api as LoadBalancerPlan;
  const { vpc, containerName, containerPort } = target;
  const balancer = new elbv2.CfnLoadBalancer(scope, 'LoadBalancer', {
    name: apiName,
    type: 'application',
    subnets: vpc.selectSubnets(target.vpcSubnets).subnetIds,
    securityGroups: [
      oneWaySecurityGroup(scope, 'SecurityGroup', { vpc, description: apiName, to: target.securityGroup, port: containerPort }).group
        .securityGroupId,
    ],
    loadBalancerAttributes: [{ key: 'idle_timeout.timeout_seconds', value: String(idleSeconds) }],
  });
  const group = new elbv2.ApplicationTargetGroup(scope, 'Targets', { vpc, port: containerPort, targetType: elbv2.TargetType.IP });
  group.addTarget(target.service.loadBalancerTarget({ containerName, containerPort }));
  const listener = new elbv2.CfnListener(scope, 'Listener', {
    loadBalancerArn: balancer.ref,
    port: 80,
    protocol: 'HTTP',
    defaultActions: [{ type: 'fixed-response', fixedResponseConfig: { statusCode: '404' } }],
  });
  rules.forEach((path, index) => {
    new elbv2.CfnListenerRule(scope, `Rule-${path.replaceAll('/', '~')}`, {
      listenerArn: listener.ref,
      priority: index + 1,
      conditions: [{ field: 'path-pattern', pathPatternConfig: { values: [path] } }],
      actions: [{ type: 'forward', targetGroupArn: group.targetGroupArn }],
    });
  });
  return { url: `http://${balancer.attrDnsName}` };
}
