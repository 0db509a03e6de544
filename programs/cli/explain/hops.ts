import type { EdgeDescription, ServiceDescription, SystemDescription } from '../../../lib/core/description/system-description';
import type { Fields } from '../../simulator/message';
import type { Step } from '../../simulator/simulate';
import type { Fact, Stage } from './explanation';
import { Names, routePath } from './names';
import { serviceRouteOf } from './service-route';

/** How a caller's Envoy sends a request on. */
export interface Sending {
  readonly callee: ServiceDescription;
  /** 0: for ever. */
  readonly seconds: number;
  readonly attempts: number;
  readonly perTrySeconds?: number;
  /** Where the props say how long. */
  readonly timeoutPath: string;
  /** Shares in percent, of services with versions. */
  readonly shares: ReadonlyMap<string, number>;
}

interface RetryFields {
  readonly num_retries?: number;
  readonly retry_on?: string;
  readonly per_try_timeout?: string;
}

interface Action {
  readonly timeout?: string;
  readonly retry_policy?: RetryFields;
  readonly weighted_clusters?: { readonly clusters: readonly { readonly name: string }[] };
}

/** Envoy's default. */
const DEFAULT_SECONDS = 15;

/** Of a step that goes to a service; undefined if it goes to an application, or is answered. */
export function sendingOf(step: Step, system: SystemDescription): Sending | undefined {
  const { decision } = step;
  const names = new Names(system);
  if (decision.kind !== 'forwarded' || decision.taken === undefined) return undefined;
  const callee = names.service(names.ofTask(decision.cluster).service) ?? names.service(decision.cluster);
  const named = names.callee(step.listener) ?? callee;
  if (named === undefined || /^_(inbound|load-balancer)/.test(step.listener)) return undefined;
  const action = (decision.taken.route['route'] ?? {}) as Action;
  const { retry_policy: retry = {}, timeout } = action;
  const route = serviceRouteOf(named, decision.taken, step.method);
  const perTrySeconds = retry.per_try_timeout === undefined ? undefined : secondsOf(retry.per_try_timeout);
  return {
    callee: named,
    seconds: timeout === undefined ? DEFAULT_SECONDS : secondsOf(timeout),
    attempts: 1 + (retry.num_retries ?? (retry.retry_on === undefined ? 0 : 1)),
    ...(perTrySeconds === undefined ? {} : { perTrySeconds }),
    timeoutPath: names.policyOf('timeouts', callerOf(step, names), named, route).path,
    shares: action.weighted_clusters === undefined ? new Map() : sharesOf(named, route?.weights),
  };
}

/** What the proxy of a caller, or the gateway of an edge, does with a request that it sends on. */
export function outboundFacts(step: Step, sending: Sending, system: SystemDescription): readonly Fact[] {
  const { decision } = step;
  const { callee, shares } = sending;
  if (decision.kind !== 'forwarded' || decision.taken === undefined) return [];
  const names = new Names(system);
  const caller = callerOf(step, names);
  const route = serviceRouteOf(callee, decision.taken, step.method);
  const retry = names.policyOf('retry', caller, callee, route);
  const action = (decision.taken.route['route'] ?? {}) as Action;
  const { retry_on: events } = action.retry_policy ?? {};
  return [
    route === undefined
      ? {
          text: names.isExternal(callee.name)
            ? `leaves the mesh, to ${callee.name}`
            : callee.routes.length === 0
              ? `no routes of its own: everything goes to ${callee.name}`
              : `none of the ${counted(callee.routes.length, 'route')} of ${callee.name} takes it`,
          path: callee.routes.length === 0 ? callee.path : `${callee.path}.routes`,
        }
      : { text: `route "${route.name}" of ${callee.name} takes it: ${conditionsOf(route)}`, path: routePath(callee, route) },
    ...pathFacts(step, route === undefined ? callee.path : `${routePath(callee, route)}.rewrite`),
    ...headerFacts(decision.taken.route, route === undefined ? callee.path : routePath(callee, route)),
    ...(shares.size > 0
      ? [
          {
            text: `to a version by weight: ${sharesText(shares)}; weights in the parameter of the system may be others by now`,
            path: route?.weights === undefined ? `${callee.path}.versions` : `${routePath(callee, route)}.versions`,
          },
        ]
      : namedVersion(callee, decision.cluster, names)),
    ...copiesOf(step, callee, route?.mirror?.percent, names, route === undefined ? callee.path : routePath(callee, route)),
    {
      text:
        sending.seconds === 0
          ? 'waits for the answer without a limit'
          : `waits at most ${sending.seconds} s for the whole answer, retries included`,
      path: sending.timeoutPath,
    },
    ...(sending.perTrySeconds === undefined
      ? []
      : [{ text: `each attempt may take ${sending.perTrySeconds} s`, path: sending.timeoutPath }]),
    sending.attempts === 1
      ? { text: 'no retries', path: retry.path }
      : { text: `up to ${sending.attempts} attempts: again on ${(events ?? '').replaceAll(',', ', ')}`, path: retry.path },
  ];
}

/** What the proxy of a service does with a request that arrives. */
export function inboundFacts(step: Step, system: SystemDescription): readonly Fact[] {
  const names = new Names(system);
  const callee = calleeAt(step, names);
  if (callee === undefined) return [];
  const { rateLimits, faults } = callee;
  const allowed = step.notes.find((note) => note.kind === 'allowed');
  return [
    ...(allowed?.kind === 'allowed' && allowed.policy !== undefined ? [allowedBy(callee, allowed.policy)] : []),
    ...(allowed === undefined && step.decision.kind === 'forwarded'
      ? [{ text: 'nobody asks who calls: there are no rules and no certificates', path: callee.path }]
      : []),
    ...rateLimits.map(({ name, requests, perSeconds }, index) => ({
      text: `rate limit "${name}": ${counted(requests, 'request')} in ${perSeconds} s for each task, where it fits the request`,
      path: `${callee.path}.rateLimits[${index}]`,
    })),
    ...faults.map((name, index) => ({
      text: `fault "${name}" may strike, where it fits the request`,
      path: `${callee.path}.faults[${index}]`,
    })),
    ...(step.decision.kind === 'forwarded' && callee.port !== undefined
      ? [
          {
            text: `the application gets ${step.sent?.method ?? step.method} ${step.sent?.path ?? step.path} on port ${callee.port}`,
            path: `${callee.path}.port`,
          },
        ]
      : []),
  ];
}

/** Who takes calls at an inbound listener: the service of the task, or a port of it. */
export function calleeAt({ task, listener }: Pick<Step, 'task' | 'listener'>, names: Names): ServiceDescription | undefined {
  const { service } = names.ofTask(task);
  const [, port] = /^_inbound_(.+)$/.exec(listener) ?? [];
  return port === undefined ? names.service(service) : (names.service(`${service}-${port}`) ?? names.service(port));
}

export function allowedBy(callee: ServiceDescription, policy: string): Fact {
  const [, index] = /^allow\[(\d+)\]$/.exec(policy) ?? [];
  if (index !== undefined)
    return {
      text: `allowed by rule ${Number(index) + 1} of ${callee.allow?.length ?? 0}: ${ruleText(callee.allow?.[Number(index)])}`,
      path: `${callee.path}.${policy}`,
    };
  if (policy.startsWith('health ')) return { text: 'allowed as a health check, whatever the rules are', path: callee.path };
  return { text: `allowed: ${callee.name} has no rules, so each declared caller may send anything`, path: callee.path };
}

function ruleText(rule: NonNullable<ServiceDescription['allow']>[number] | undefined): string {
  const who = rule?.everyService === true ? 'every service' : (rule?.callers?.join(', ') ?? 'every declared caller');
  return `${who}, ${rule?.methods?.join(', ') ?? 'every method'}, ${rule?.paths?.join(', ') ?? 'every path'}`;
}

/** Of the gateway service of an edge, before it sends the request on. */
export function gatewayFacts(step: Step, edge: EdgeDescription): readonly Fact[] {
  const { clientThrottle } = edge;
  return [
    ...(clientThrottle === undefined
      ? []
      : [
          {
            text:
              `each client may send ${clientThrottle.rateLimit} requests a second, ${clientThrottle.burstLimit} at once, in each task of ` +
              `the gateway; clients are told apart by ${clientThrottle.header}`,
            path: `${edge.path}.clientThrottle`,
          },
        ]),
    ...(step.decision.kind === 'forwarded' && step.sent !== undefined && step.sent.path !== step.path
      ? [{ text: `the path becomes ${step.sent.path}`, path: edge.path }]
      : []),
  ];
}

export function titleOf(step: Step, system: SystemDescription): string {
  if (isClientGateway(step, system)) return 'gateway of clients outside of the mesh';
  const { service, version, edge } = new Names(system).ofTask(step.task);
  if (edge !== undefined) return `gateway of edge ${edge}`;
  return `proxy of ${service}${version === undefined ? '' : `, version ${version}`}`;
}

export function stagesOf(steps: readonly Step[], system: SystemDescription): readonly Stage[] {
  const names = new Names(system);
  return steps
    .filter(({ copy }) => !copy)
    .map((step) => {
      const { edge } = names.ofTask(step.task);
      const described = system.edges.find(({ name }) => name === edge);
      const sending = sendingOf(step, system);
      const facts = [
        ...(described === undefined ? [] : gatewayFacts(step, described)),
        ...(isClientGateway(step, system) ? admittedFacts(step, sending) : []),
        ...(sending === undefined
          ? described === undefined && !isClientGateway(step, system)
            ? inboundFacts(step, system)
            : []
          : outboundFacts(step, sending, system)),
      ];
      return { at: titleOf(step, system), facts };
    });
}

/** Through which callers outside of the mesh come. */
export function isClientGateway({ task }: Pick<Step, 'task'>, { workloads }: SystemDescription): boolean {
  return workloads.some(({ name, clientGateway }) => name === task && clientGateway);
}

/** The gateway of clients has the rules of all services, by their names: `stock`, or `stock allow[0]`. */
function admittedFacts({ notes }: Step, sending: Sending | undefined): readonly Fact[] {
  const allowed = notes.find((note) => note.kind === 'allowed');
  if (allowed?.policy === undefined || sending === undefined) return [];
  return [allowedBy(sending.callee, allowed.policy.replace(/^\S+ /, ''))];
}

function callerOf({ task }: Step, names: Names): string {
  return names.ofTask(task).service;
}

function conditionsOf({ path, methods, headers, queryParameters }: ServiceDescription['routeDetails'][number]): string {
  return [
    ...(path === undefined
      ? ['every path']
      : [path.kind === 'exact' ? path.text : path.kind === 'prefix' ? `${path.text}*` : `paths like ${path.text}`]),
    ...(methods === undefined ? [] : [methods.join(', ')]),
    ...(headers.length === 0 ? [] : [`by header ${headers.join(', ')}`]),
    ...(queryParameters.length === 0 ? [] : [`by query parameter ${queryParameters.join(', ')}`]),
  ].join('; ');
}

function pathFacts({ path, sent }: Step, place: string): readonly Fact[] {
  return sent === undefined || sent.path === path ? [] : [{ text: `the path becomes ${sent.path}`, path: place }];
}

/** Names alone: values may be secrets. */
function headerFacts(route: Fields, place: string): readonly Fact[] {
  const added = ((route['request_headers_to_add'] ?? []) as readonly { readonly header: { readonly key: string } }[])
    .map(({ header }) => header.key)
    .filter((name) => !name.startsWith('x-mesh-'));
  const removed = ((route['request_headers_to_remove'] ?? []) as readonly string[]).filter((name) => !name.startsWith('x-mesh-'));
  return [
    ...(added.length === 0 ? [] : [{ text: `sets ${added.join(', ')}`, path: `${place}.requestHeaders` }]),
    ...(removed.length === 0 ? [] : [{ text: `removes ${removed.join(', ')}`, path: `${place}.requestHeaders` }]),
  ];
}

/** In percent, until the weights are changed at run time. */
export function sharesOf(
  { versions = [] }: Pick<ServiceDescription, 'versions'>,
  own?: Readonly<Record<string, number>>,
): ReadonlyMap<string, number> {
  const weights = versions.map(({ name, weight }) => [name, own === undefined ? weight : (own[name] ?? 0)] as const);
  const sum = weights.reduce((total, [, weight]) => total + weight, 0);
  return new Map(weights.filter(([, weight]) => weight > 0).map(([name, weight]) => [name, Math.round((1000 * weight) / sum) / 10]));
}

export function sharesText(shares: ReadonlyMap<string, number>): string {
  return [...shares].map(([name, percent]) => `${name} ${percent}%`).join(', ');
}

function namedVersion(callee: ServiceDescription, cluster: string, names: Names): readonly Fact[] {
  const { version } = names.ofTask(cluster);
  return version === undefined || callee.versionHeader === undefined
    ? []
    : [{ text: `to version ${version}, which header ${callee.versionHeader} names`, path: `${callee.path}.versionHeader` }];
}

function copiesOf(step: Step, callee: ServiceDescription, percent: number | undefined, names: Names, place: string): readonly Fact[] {
  return step.copies.map((cluster) => ({
    text:
      `a copy goes to version ${names.ofTask(cluster).version ?? cluster} (${percent ?? callee.mirror?.percent ?? 100}% of requests); ` +
      'its answer is thrown away',
    path: `${percent === undefined ? callee.path : place}.mirror`,
  }));
}

function secondsOf(duration: string): number {
  return Number(duration.replace(/s$/, ''));
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
