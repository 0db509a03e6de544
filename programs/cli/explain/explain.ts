import { CLIENT_HOST_HEADER, CLIENT_IP_HEADER, ROUTE_HEADER } from '../../../lib/core/model/edge-headers';
import type { EdgeDescription, RouteDescription, SystemDescription } from '../../../lib/core/description/system-description';
import { simulate, type Outcome, type Request } from '../../simulator/simulate';
import type { System } from '../../simulator/system';
import { authorizerFacts, edgeFacts, frontOf, waitOf } from './at-edge';
import { chooseRoute } from './edge-route';
import type { Arrival, Explanation, Fact, Question, Refusal, Stage } from './explanation';
import { sendingOf, sharesText, stagesOf, type Sending } from './hops';
import { edgeRoutePath, Names } from './names';
import { refusalOf } from './refusal';
import { hostOf } from './system';
import { timeoutWarnings } from './warnings';

/** Of a documentation network: RFC 5737. */
const CLIENT_ADDRESS = '192.0.2.7';
const CLIENT_HOST = 'client.example';

/** The tasks whose Envoys a question needs. */
export function tasksFor(system: SystemDescription, question: Question): readonly string[] {
  const names = new Names(system);
  if (question.from === 'service') return [...names.tasksOf(question.caller).slice(0, 1), ...names.tasksOf(question.callee)];
  const edge = edgeOf(system, question);
  const services = [...new Set(edge.routes.flatMap(({ target }) => target.services))];
  return [edge.gateway, ...services.flatMap((service) => names.tasksOf(service))];
}

export function edgeOf({ edges }: SystemDescription, { edge: name }: Extract<Question, { readonly from: 'client' }>): EdgeDescription {
  const found = edges.find((edge) => name === undefined || edge.name === name);
  if (found === undefined) throw new Error(`there is no edge ${name ?? ''}`);
  return found;
}

/**
 * What happens to a request: what stands in front of the mesh by the description of the system, all else by the configurations of its
 * Envoys.
 */
export function explain(system: SystemDescription, envoys: System, question: Question): Explanation {
  return question.from === 'service' ? explainCall(system, envoys, question) : explainClient(system, envoys, question);
}

function explainCall(system: SystemDescription, envoys: System, question: Extract<Question, { readonly from: 'service' }>): Explanation {
  const { caller, callee, method, path, headers } = question;
  const names = new Names(system);
  const calling = names.service(caller);
  const called = names.service(callee);
  const [task] = names.tasksOf(caller);
  if (calling?.calls.includes(callee) !== true || task === undefined || called?.url === undefined) {
    const by = `${calling?.path ?? `services.${caller}`}.calls`;
    const refusal: Refusal = { by, why: `${caller} does not call ${callee}: its proxy listens at no address of it` };
    return {
      ...EMPTY,
      ...{ verdict: 'unreachable', summary: `not reachable: ${caller} does not name ${callee} in ${by}`, refusal },
      stages: [{ at: `proxy of ${caller}`, facts: [{ text: refusal.why, path: by }] }],
    };
  }
  const sent: Request = { from: { kind: 'service', task, to: hostOf(called.url) }, method, path, headers };
  return explainSent(system, envoys, sent, { caller, before: undefined, stages: [], needs: [] });
}

function explainClient(system: SystemDescription, envoys: System, question: Extract<Question, { readonly from: 'client' }>): Explanation {
  const edge = edgeOf(system, question);
  const { method, headers } = question;
  const path = withoutBasePath(question.path, edge.basePath);
  const chosen = chooseRoute(edge, method, path.replace(/[?#].*$/s, ''));
  const { route } = chosen;
  const base: readonly Fact[] =
    path === question.path ? [] : [{ text: `${edge.basePath ?? ''} comes off the path`, path: `${edge.path}.domain` }];
  const front: Stage = { at: `edge ${edge.name} (${edge.kind})`, facts: [...base, ...edgeFacts(edge, chosen)] };
  if (route === undefined) {
    const status = edge.kind === 'rest' ? 403 : 404;
    const refusal: Refusal = { status, by: `${edge.path}.routes`, why: `no route of ${frontOf(edge)} takes ${method} ${path}` };
    return { ...EMPTY, verdict: 'refused', summary: refusedText(refusal), refusal, stages: [front] };
  }
  const seconds = waitOf(edge, route);
  return explainSent(system, envoys, sentBy(edge, route, envoys, { method, path, headers }), {
    caller: edge.gateway,
    stages: [front],
    needs: authorizerFacts(edge, route),
    before: seconds === undefined ? undefined : { who: frontOf(edge), seconds, path: `${edgeRoutePath(edge, route)}.timeout` },
  });
}

/** API Gateway names the route; a load balancer chooses the port of the route's authorizer. */
function sentBy(
  edge: EdgeDescription,
  { key, authorizer }: RouteDescription,
  envoys: System,
  asked: Pick<Question, 'method' | 'path' | 'headers'>,
): Request {
  if (edge.kind !== 'alb') {
    const headers = { ...asked.headers, [CLIENT_IP_HEADER]: CLIENT_ADDRESS, [CLIENT_HOST_HEADER]: CLIENT_HOST, [ROUTE_HEADER]: key };
    return { ...asked, from: { kind: 'edge', edge: edge.name }, headers };
  }
  const port = envoys.tasks.get(edge.gateway)?.listeners.find(({ name }) => name === `edge-${authorizer}`)?.port;
  const headers = { ...asked.headers, 'x-forwarded-for': CLIENT_ADDRESS, 'x-forwarded-proto': 'https' };
  return { ...asked, from: { kind: 'edge', edge: edge.name, ...(port === undefined ? {} : { port }) }, headers };
}

function withoutBasePath(path: string, base: string | undefined): string {
  const prefix = base === undefined ? undefined : `/${base.replace(/^\//, '')}`;
  if (prefix === undefined || !(path === prefix || path.startsWith(`${prefix}/`) || path.startsWith(`${prefix}?`))) return path;
  const rest = path.slice(prefix.length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}

const EMPTY = { reaches: [], mayBe: [], needs: [], copies: [], stages: [], warnings: [] } as const;

interface Context {
  readonly caller: string;
  readonly before: Parameters<typeof timeoutWarnings>[3];
  readonly stages: readonly Stage[];
  readonly needs: readonly Fact[];
}

function explainSent(system: SystemDescription, envoys: System, sent: Request, { caller, before, stages, needs }: Context): Explanation {
  const outcomes = simulate(envoys, sent);
  const arrived = outcomes.filter(({ end }) => end.kind === 'delivered');
  const main = arrived[0] ?? outcomes[0];
  const refusals = outcomes.flatMap((outcome) => refusalOf(outcome, system) ?? []);
  const sending = main?.steps
    .filter(({ copy }) => !copy)
    .map((step) => sendingOf(step, system))
    .find((each) => each !== undefined);
  const reaches = unique(arrived.flatMap((outcome) => arrivalOf(outcome, sending, system)));
  const copies = unique(outcomes.flatMap((outcome) => outcome.copies.flatMap((end) => (end.kind === 'delivered' ? [end.to] : []))));
  const [refusal] = refusals;
  const limits: Pick<Explanation, 'atMostSeconds' | 'attempts'> =
    sending === undefined || arrived.length === 0
      ? {}
      : {
          ...(sending.seconds === 0 ? {} : { atMostSeconds: Math.min(sending.seconds, before?.seconds ?? Number.POSITIVE_INFINITY) }),
          attempts: sending.attempts,
        };
  const facts = {
    reaches,
    mayBe: arrived.length === 0 ? [] : unique(refusals),
    ...limits,
    ...{ needs, copies, sent },
    stages: [
      ...stages,
      ...(main === undefined ? [] : withRefusal(stagesOf(main.steps, system), arrived.length === 0 ? refusal : undefined)),
    ],
    warnings: sending === undefined ? [] : timeoutWarnings(system, caller, sending, before),
  };
  if (arrived.length > 0 || refusal === undefined)
    return { ...facts, verdict: 'allowed', summary: allowedText(reaches, sending, facts.atMostSeconds, needs) };
  const verdict =
    refusal.status === undefined ? 'unreachable' : refusal.status < 400 && refusal.grpcStatus === undefined ? 'answered' : 'refused';
  return { ...facts, verdict, refusal, summary: refusedText(refusal) };
}

function withRefusal(stages: readonly Stage[], refusal: Refusal | undefined): readonly Stage[] {
  const last = stages.at(-1);
  if (refusal === undefined || last === undefined) return stages;
  const fact: Fact = { text: `${statusText(refusal)}: ${refusal.why}`, path: refusal.by };
  return [...stages.slice(0, -1), { ...last, facts: [...last.facts, fact] }];
}

function arrivalOf({ end }: Outcome, sending: Sending | undefined, system: SystemDescription): readonly Arrival[] {
  if (end.kind !== 'delivered') return [];
  const { service, version } = new Names(system).ofTask(end.to);
  // A port of its own is a service of its own.
  const to = sending !== undefined && sending.callee.portOf === service ? sending.callee.name : service;
  const percent = version === undefined ? undefined : sending?.shares.get(version);
  // Envoy may choose any version, and chooses none whose weight is 0.
  if (version !== undefined && sending !== undefined && sending.shares.size > 0 && percent === undefined) return [];
  return [
    {
      to,
      ...(version === undefined ? {} : { version }),
      ...(percent === undefined ? {} : { percent }),
      method: end.method,
      path: end.path,
    },
  ];
}

function allowedText(
  reaches: readonly Arrival[],
  sending: Sending | undefined,
  seconds: number | undefined,
  needs: readonly Fact[],
): string {
  const names = unique(reaches.map(({ to }) => to)).join(', ');
  const [only] = reaches;
  const versions =
    sending !== undefined && sending.shares.size > 0
      ? ` ${sharesText(sending.shares)}`
      : only?.version === undefined
        ? ''
        : ` ${only.version}`;
  return [
    `allowed${needs.length === 0 ? '' : ', if the edge lets the client in'}: ${names}${versions}`,
    ...(seconds === undefined ? (sending === undefined ? [] : ['with no limit in time']) : [`at most ${seconds} s`]),
    ...(sending === undefined ? [] : [sending.attempts === 1 ? 'one attempt' : `up to ${sending.attempts} attempts`]),
  ].join(', ');
}

function refusedText(refusal: Refusal): string {
  return refusal.status === undefined ? `not reachable: ${refusal.why} (${refusal.by})` : `${statusText(refusal)} by ${refusal.by}`;
}

export function statusText({ status, grpcStatus }: Refusal): string {
  if (status === undefined) return 'not reachable';
  if (grpcStatus !== undefined) return `refused with gRPC status ${grpcStatus}`;
  return status < 400 ? `answered with ${status}` : `refused with ${status}`;
}

function unique<T>(items: readonly T[]): readonly T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}
