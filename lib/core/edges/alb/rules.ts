import { ALB } from '../../limits/network';
import { RESERVED_PRIORITIES } from '../priorities';
import type { EdgeRoute, PathSegment } from '../../model/topology';

/** Of a listener: the requests that it takes, and whose authorizer decides about them. */
export interface RulePlan {
  /** The first rule has 1, or the first one that the user gives the edge on a listener of their own. */
  readonly priority: number;
  readonly conditions: RuleConditions;
  readonly authorizer: string;
}

export interface RuleConditions {
  /** Absent: any. */
  readonly hosts?: readonly string[];
  /** Absent: any. */
  readonly methods?: readonly string[];
  /** Absent: any. */
  readonly paths?: PathPatterns;
  /** Whether it is a browser's question before a request of another origin. */
  readonly preflight?: true;
}

/** Of one of both kinds. */
export interface PathPatterns {
  /** With "*" for any text, and "?" for one character. */
  readonly kind: 'values' | 'regexValues';
  readonly patterns: readonly string[];
}

type Ruled = Pick<EdgeRoute, 'method' | 'path' | 'segments' | 'authorizer'>;

/** The hosts of an edge that shares its name in DNS, or its listener, with others. */
export interface HostRules {
  readonly hosts: readonly string[];
  readonly firstPriority: number;
}

/**
 * Which authorizer decides about which requests, in the order of the routes. What no rule takes, the authorizer of the last route gets: so
 * the last ones need no rules, and an edge with one authorizer has none. A request that belongs to no route, or to one of another
 * authorizer, the gateway refuses: on the port of an authorizer are its own routes alone.
 *
 * The rules have the same priorities in each deployment, and only what they say changes: CloudFormation changes rules at once, and two
 * cannot have one priority for a moment.
 *
 * @param routes the most specific first
 * @param of absent: requests to any host are the edge's, and the default action of its listener is the last rule
 */
export function rulesOf(routes: readonly Ruled[], preflight: boolean, of?: HostRules): readonly RulePlan[] {
  const fallback = fallbackOf(routes);
  const ruled = routes.slice(0, routes.map(({ authorizer }) => authorizer !== fallback).lastIndexOf(true) + 1);
  const rules: Omit<RulePlan, 'priority'>[] = preflight
    ? [{ authorizer: 'none', conditions: { methods: ['OPTIONS'], preflight: true } }]
    : [];
  for (const route of ruled) {
    const previous = rules.at(-1);
    const joined = previous === undefined ? undefined : join(previous, route, of?.hosts ?? []);
    if (joined !== undefined) rules.pop();
    rules.push(joined ?? ruleOf(route));
  }
  if (of === undefined) return rules.map((rule, index) => ({ priority: index + 1, ...rule }));
  const { hosts, firstPriority } = of;
  return [
    ...rules.map(({ conditions, ...rule }, index) => ({ priority: firstPriority + index, ...rule, conditions: { hosts, ...conditions } })),
    { priority: firstPriority + RESERVED_PRIORITIES - 1, authorizer: fallback, conditions: { hosts } },
  ];
}

/** Whose authorizer decides about what no rule takes. */
export function fallbackOf(routes: readonly Ruled[]): string {
  return routes.at(-1)?.authorizer ?? 'none';
}

function ruleOf({ method, authorizer, ...route }: Ruled): Omit<RulePlan, 'priority'> {
  const paths: PathPatterns | undefined =
    route.path === '$default' ? undefined : { kind: kindOf(route.segments), patterns: [patternOf(route.segments)] };
  return {
    authorizer,
    conditions: { ...(method === 'ANY' ? {} : { methods: [method] }), ...(paths === undefined ? {} : { paths }) },
  };
}

/** One rule for two routes that stand beside each other, and differ in their paths alone; undefined if they need two. */
function join(rule: Omit<RulePlan, 'priority'>, route: Ruled, hosts: readonly string[]): Omit<RulePlan, 'priority'> | undefined {
  const { methods = [], paths, preflight } = rule.conditions;
  const next = ruleOf(route).conditions;
  if (preflight === true || rule.authorizer !== route.authorizer || methods.join() !== (next.methods ?? []).join()) return undefined;
  if (paths === undefined || next.paths?.kind !== paths.kind) return undefined;
  const patterns = [...new Set([...paths.patterns, ...next.paths.patterns])];
  if (patterns.length + methods.length + hosts.length > ALB.conditionValues.value) return undefined;
  if (paths.kind === 'values' && wildcardsIn([...patterns, ...hosts]) > ALB.conditionWildcards.value) return undefined;
  return { ...rule, conditions: { ...rule.conditions, paths: { ...paths, patterns } } };
}

/** Segments of routes have neither of these characters. */
function wildcardsIn(patterns: readonly string[]): number {
  return patterns.join('').replace(/[^*?]/g, '').length;
}

/** A parameter is one segment, which a "*" would not stop at the end of; a greedy one at the end may as well be one. */
function kindOf(segments: readonly PathSegment[]): PathPatterns['kind'] {
  return segments.some(({ kind }) => kind === 'parameter') ? 'regexValues' : 'values';
}

/**
 * The paths of a route as a rule has them.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html#path-conditions
 */
export function patternOf(segments: readonly PathSegment[]): string {
  if (kindOf(segments) === 'values') return `/${segments.map((segment) => (segment.kind === 'static' ? segment.text : '?*')).join('/')}`;
  const parts = segments.map((segment) =>
    segment.kind === 'static' ? segment.text.replaceAll('.', String.raw`\.`) : segment.kind === 'parameter' ? '[^/]+' : '.+',
  );
  return `^/${parts.join('/')}$`;
}
