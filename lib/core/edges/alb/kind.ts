import { ECS } from '../../limits/ecs';
import { ALB } from '../../limits/network';
import type { LimitUse } from '../../limits/use';
import { bySpecificity } from '../../model/edge-routes';
import type { EdgeRoute, EdgeTopology } from '../../model/topology';
import { maxTasks } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import type { DraftRoute, EdgeKind, EdgeLimits } from '../kind';
import { CAPABILITIES } from './capabilities';
import type { LoadBalancerOptions } from './options';
import { OPTIONS, parseLoadBalancer } from './options';
import type { LoadBalancerPlan } from './plan';
import { hostRulesOf, planLoadBalancer } from './plan';
import { portsOf } from './ports';
import { patternOf, rulesOf } from './rules';

/** As an HTTP API chooses: any path without a greedy part comes before any with one. */
const COMPARE = bySpecificity({ greedyLast: true });

/** An Application Load Balancer. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/introduction.html */
export const loadBalancerKind: EdgeKind<LoadBalancerOptions, LoadBalancerPlan> = {
  id: 'alb',
  factory: 'Edge.loadBalancer()',
  capabilities: CAPABILITIES,
  options: OPTIONS,
  parse: parseLoadBalancer,
  needsKeys: true,
  // Without a byte for as long a load balancer gives up, so longer ones would do nothing.
  gatewayTimeout: { ...ALB.idleTimeout, least: 0.05 },
  // Not part of the URL.
  defaultStage: '$default',
  checkAuthorizer(authorizer, at) {
    if (authorizer === 'jwt') checkTokens(at);
  },
  checkRoutes(routes, cors, at) {
    checkAuthorizers(routes, cors !== undefined, at);
    checkPatterns(routes, cors !== undefined);
  },
  compareRoutes: COMPARE,
  traits: (routes, cors, authorizers) => ({
    beginsTraces: false,
    preflightPaths: [],
    // Its target groups know address and port of each task from Amazon ECS.
    gatewayRecord: 'A',
    ports: portsOf(
      authorizersOf(routes, cors !== undefined),
      authorizers.flatMap(({ id, login }) => (login === undefined ? [] : [id])),
    ),
  }),
  limits: ({ idleSeconds }, route): EdgeLimits => ({
    ...waitsOf(idleSeconds, route),
    longerWaits: { choices: ['set idleTimeout of the edge', 'let the service send something from time to time'] },
    longerSilence: 'set idleTimeout of the edge',
    webSockets: true,
  }),
  hosts: ({ hosts }) => hosts,
  uses: (edge) => [usedRules(edge), usedTargets(edge)],
  plan: (_topology, edge) => planLoadBalancer(edge),
};

/** A stream may last as long as something is sent; of other routes it is not known whether they send a part of their response. */
function waitsOf(idleSeconds: number, route: EdgeRoute | undefined): Pick<EdgeLimits, 'requestSeconds' | 'streamIdleSeconds'> {
  if (route?.streamed === true) return { streamIdleSeconds: idleSeconds };
  return route?.policy?.timeoutSeconds === undefined ? { requestSeconds: idleSeconds } : {};
}

/** Whose requests come apart from each other: preflight requests have no token, so they come with those of public routes. */
function authorizersOf(routes: readonly { readonly authorizer: string }[], cors: boolean): readonly string[] {
  return [...new Set([...routes.map(({ authorizer }) => authorizer), ...(cors ? ['none'] : [])])];
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html */
function checkTokens(at: Reader): void {
  const source = at.field('identitySource');
  if (typeof source.value === 'string' && source.value.toLowerCase() !== '$request.header.authorization')
    source.fail('UNSUPPORTED_BY_EDGE', 'a load balancer looks for tokens in the header Authorization alone', {
      fix: 'remove it, or use Edge.httpApi()',
    });
  const audience = at.field('audience');
  const count = Array.isArray(audience.value) ? audience.value.length : 0;
  if (count > ALB.claimValues.value)
    audience.fail('OUT_OF_RANGE', `there are ${count} audiences`, {
      got: null,
      allowed: `at most ${ALB.claimValues.value}`,
      fix: 'use fewer, wider ones',
    });
}

function checkAuthorizers(routes: readonly DraftRoute[], cors: boolean, at: Reader): void {
  const used = authorizersOf(
    routes.map(({ route }) => route),
    cors,
  );
  const { value } = ECS.targetGroups;
  if (used.length > value)
    at.fail('OUT_OF_RANGE', `these routes use ${used.length} authorizers${cors ? ', with Authorizer.none() for CORS' : ''}`, {
      got: null,
      allowed: `at most ${value}: each has a target group of its own, and an ECS service is in no more`,
      fix: 'let routes share them, or move routes to a second edge (edges)',
    });
}

function checkPatterns(drafts: readonly DraftRoute[], cors: boolean): void {
  const sorted = [...drafts].sort(COMPARE);
  const ruled = rulesOf(
    sorted.map(({ route }) => route),
    cors,
  ).flatMap(({ conditions }) => conditions.paths?.patterns ?? []);
  const { value } = ALB.pathPattern;
  for (const pattern of new Set(ruled.filter(({ length }) => length > value))) {
    const draft = sorted.find(({ route }) => patternOf(route.segments) === pattern);
    draft?.at.fail('OUT_OF_RANGE', `a rule of the load balancer would have a path of ${pattern.length} characters`, {
      got: null,
      allowed: `at most ${value}, with parameters as patterns`,
      fix: 'use a shorter path, or a greedy one such as {proxy+}, or give the route the authorizer of the last route, which needs no rule',
    });
  }
}

function usedRules({ path, routes, cors, options }: EdgeTopology<LoadBalancerOptions>): LimitUse {
  const used = rulesOf(routes, cors !== undefined, hostRulesOf(options)).length;
  return {
    limit: ALB.rules,
    used,
    path: `${path}.routes`,
    subject: `the load balancer needs ${used} rules for these routes`,
    advice: 'use greedy paths such as {proxy+}, or let routes that stand beside each other have one authorizer',
  };
}

function usedTargets({ path, gateway, api: { ports = [] } }: EdgeTopology): LimitUse {
  const used = maxTasks(gateway) * ports.length;
  return {
    limit: ALB.targets,
    used,
    path: `${path}.gateway`,
    subject: `the load balancer of the edge has up to ${used} targets: each task for each of ${ports.length} authorizers`,
    advice: 'use fewer, larger tasks',
  };
}
