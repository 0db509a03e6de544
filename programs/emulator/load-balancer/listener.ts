import { DEFAULT_EDGE } from '../../../lib/core/model/edge-names';
import { Fields } from '../template/fields';
import type { KnownValues } from '../template/intrinsics';
import type { JsonObject, Template } from '../template/template';
import type { Wired } from '../api-gateway/wiring';
import { Wiring } from '../api-gateway/wiring';

export interface ListenerRule {
  readonly conditions: readonly JsonObject[];
  readonly actions: readonly JsonObject[];
}

/** What a rule looks at. Names of headers are in lower case. */
export interface Asked {
  readonly method?: string;
  /** With the query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** The listener of an edge that is an Application Load Balancer. */
export interface EdgeListenerModel {
  readonly edge: string;
  /** The ECS service behind it: its logical ID. */
  readonly gateway: string;
  /** In the order of their priorities; the default one is the last. Of a listener of the user's own, those of the edge alone. */
  readonly rules: readonly ListenerRule[];
  /** To which the rules of the edge are limited, as patterns; empty: to none. */
  readonly hosts: readonly string[];
  /** Of the gateway service, by the logical IDs of target groups. */
  readonly ports: ReadonlyMap<string, number>;
  /** After how long without a byte it gives up. */
  readonly idleSeconds: number;
  readonly wiring: Wiring;
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html */
const IDLE_SECONDS = 60;

/** The listener of an edge; undefined if it has none in the template. */
export function listenerOf(template: Template, edge: string, values: KnownValues = {}): EdgeListenerModel | undefined {
  const wiring = new Wiring(template, values);
  const listener = httpsListeners(wiring).find(({ id }) => isOf(id, edge));
  // One of plain HTTP is not emulated.
  if (listener === undefined && wiring.all('ElasticLoadBalancingV2::Listener').some(({ id }) => isOf(id, edge))) return undefined;
  const rules = listener === undefined ? sharedRules(wiring, edge) : rulesOf(wiring, listener);
  if (rules.length === 0) return undefined;
  const behind = serviceBehind(wiring, rules);
  const hosts = rules.flatMap(({ conditions }) => conditions.flatMap((each) => hostsIn(Fields.of(each, 'Condition'))));
  const balancer = listener === undefined ? undefined : wiring.behind(listener, 'LoadBalancerArn');
  const attributes = Fields.of(balancer?.properties ?? {}, 'LoadBalancer').objects('LoadBalancerAttributes');
  const idle = attributes.find((each) => each.text('Key') === 'idle_timeout.timeout_seconds')?.number('Value') ?? IDLE_SECONDS;
  return { edge, gateway: behind.id, rules, hosts: [...new Set(hosts)], ports: portsOf(wiring, behind), idleSeconds: idle, wiring };
}

export function httpsListeners(wiring: Wiring): readonly Wired[] {
  return wiring.all('ElasticLoadBalancingV2::Listener').filter(({ properties }) => properties['Protocol'] === 'HTTPS');
}

/**
 * "Rules are evaluated in priority order, from the lowest value to the highest value. The default rule is evaluated last":
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html
 */
export function rulesOf(wiring: Wiring, listener: Wired): readonly ListenerRule[] {
  const rules = sorted(wiring.allOf('ElasticLoadBalancingV2::ListenerRule', 'ListenerArn', listener.id));
  const otherwise = Fields.of(listener.properties, listener.id).list('DefaultActions') as JsonObject[];
  return [...rules, { conditions: [], actions: otherwise }];
}

/** Those of an edge on a listener that is not its own, which may be in no template at all: the constructs are named by their edge. */
function sharedRules(wiring: Wiring, edge: string): readonly ListenerRule[] {
  const rules = wiring.all('ElasticLoadBalancingV2::ListenerRule');
  return sorted(rules.filter(({ id }) => nameIn(id, String.raw`Rule\d+`) === nameOf(edge)));
}

function sorted(rules: readonly Wired[]): readonly ListenerRule[] {
  return rules
    .map(({ id, properties }) => Fields.of(properties, id))
    .sort((a, b) => a.number('Priority') - b.number('Priority'))
    .map((rule): ListenerRule => ({ conditions: rule.list('Conditions') as JsonObject[], actions: rule.list('Actions') as JsonObject[] }));
}

function hostsIn(condition: Fields): readonly string[] {
  return condition.child('HostHeaderConfig')?.texts('Values') ?? [];
}

/** The ports of an ECS service, by the logical IDs of target groups. */
export function portsOf(wiring: Wiring, service: Wired): ReadonlyMap<string, number> {
  return new Map(
    (service.properties['LoadBalancers'] as readonly JsonObject[]).map((each): [string, number] => [
      wiring.resolver.referenced(each['TargetGroupArn']) ?? '',
      Number(each['ContainerPort']),
    ]),
  );
}

export function ruleFor(rules: readonly ListenerRule[], request: Asked): ListenerRule | undefined {
  return rules.find(({ conditions }) => conditions.every((condition) => holds(Fields.of(condition, 'Condition'), request)));
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html */
function holds(condition: Fields, { method = 'GET', path, headers = {} }: Asked): boolean {
  const field = condition.text('Field');
  const config = (name: string): Fields => {
    const found = condition.child(name);
    if (found === undefined) throw new Error(`${condition.path}.${name} is missing`);
    return found;
  };
  switch (field) {
    case 'http-request-method':
      // "The match is exact and case-sensitive": wildcards are not supported.
      return config('HttpRequestMethodConfig').texts('Values').includes(method);
    case 'path-pattern': {
      // "The path pattern is applied only to the path of the URL, not to its query parameters", and "is case-sensitive".
      const [whole = ''] = path.split('?');
      const given = config('PathPatternConfig');
      return given.has('RegexValues')
        ? given.texts('RegexValues').some((regex) => new RegExp(regex).test(whole))
        : given.texts('Values').some((pattern) => wildcard(pattern).test(whole));
    }
    case 'host-header': {
      // "The match is case-insensitive"; a port is no part of the name.
      const name = [headers['host']].flat()[0]?.toLowerCase().replace(/:\d+$/, '') ?? '';
      return hostsIn(condition).some((pattern) => wildcard(pattern.toLowerCase()).test(name));
    }
    case 'http-header': {
      const given = config('HttpHeaderConfig');
      const value = [headers[given.text('HttpHeaderName').toLowerCase()]].flat()[0];
      return value !== undefined && given.texts('Values').some((pattern) => wildcard(pattern).test(value));
    }
    default:
      throw new Error(`the stand-in knows no condition ${field}`);
  }
}

/** "* (matches 0 or more characters) and ? (matches exactly 1 character)" */
function wildcard(pattern: string): RegExp {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`);
}

function serviceBehind(wiring: Wiring, rules: readonly ListenerRule[]): Wired {
  const targets = new Set(
    rules.flatMap(({ actions }) => actions.flatMap((action) => wiring.resolver.referenced(action['TargetGroupArn']) ?? [])),
  );
  const found = wiring
    .all('ECS::Service')
    .find(({ properties }) =>
      ((properties['LoadBalancers'] ?? []) as readonly JsonObject[]).some((each) =>
        targets.has(wiring.resolver.referenced(each['TargetGroupArn']) ?? ''),
      ),
    );
  if (found === undefined) throw new Error('no ECS service is behind the rules of the listener');
  return found;
}

/** A listener has no name and no description: its construct is named by its edge. */
function isOf(listener: string, edge: string): boolean {
  return nameIn(listener, 'Listener') === nameOf(edge);
}

/** What stands in the logical ID of a construct of an edge. */
function nameIn(id: string, construct: string): string | undefined {
  return new RegExp(`Edge([A-Za-z0-9]*)${construct}[0-9A-F]{8}(?:~\\d+)?$`).exec(id)?.[1];
}

function nameOf(edge: string): string {
  return edge === DEFAULT_EDGE ? '' : edge.replaceAll(/[^A-Za-z0-9]/g, '');
}
