import { CLIENT_HOST_HEADER, CLIENT_IP_HEADER, ROUTE_HEADER } from '../../../lib/core/model/edge-headers';
import type { EdgeDescription, RouteDescription, SystemDescription } from '../../../lib/core/description/system-description';
import type { Request } from '../../simulator/simulate';
import type { System } from '../../simulator/system';
import { authorizerFacts, CLIENT_ADDRESS, CLIENT_HOST, edgeFacts, edgeOf, frontOf, hostFacts, hostOf, waitOf } from './at-edge';
import { explainConnection } from './connection';
import { chooseRoute } from './edge-route';
import type { Explanation, Fact, Question, QuestionFrom, Refusal, Stage } from './explanation';
import { explainMessage } from './message';
import { edgeRoutePath, Names } from './names';
import { explainOutside, gatewayOfClients } from './outside';
import { EMPTY, hostFor, undeclared } from './reach';
import { explainSent, refusedText } from './sent';

/** The tasks whose Envoys a question needs. */
export function tasksFor(system: SystemDescription, question: Question): readonly string[] {
  const names = new Names(system);
  if (question.from === 'service' || question.from === 'connection')
    return [...names.tasksOf(question.caller).slice(0, 1), ...names.tasksOf(question.callee)];
  if (question.from === 'outside') return [...gatewayOfClients(system), ...names.tasksOf(question.callee)];
  const edge = edgeOf(system, question);
  const services = [...new Set(edge.routes.flatMap(({ target }) => target.services))];
  return [edge.gateway, ...services.flatMap((service) => names.tasksOf(service))];
}

/**
 * What happens to a request: what stands in front of the mesh by the description of the system, all else by the configurations of its
 * Envoys.
 */
export function explain(system: SystemDescription, envoys: System, question: Question): Explanation {
  switch (question.from) {
    case 'service':
      return explainCall(system, envoys, question);
    case 'client':
      return explainClient(system, envoys, question);
    case 'message':
      return explainMessage(system, envoys, question);
    case 'outside':
      return explainOutside(system, envoys, question);
    case 'connection':
      return explainConnection(system, envoys, question);
  }
}

function explainCall(system: SystemDescription, envoys: System, question: QuestionFrom<'service'>): Explanation {
  const { caller, callee, method, path, headers } = question;
  const names = new Names(system);
  const calling = names.service(caller);
  const [task] = names.tasksOf(caller);
  const host = hostFor(names, calling, callee);
  if (task === undefined || host === undefined) return undeclared(caller, callee, calling?.path);
  const sent: Request = { from: { kind: 'service', task, to: host }, method, path, headers };
  return explainSent(system, envoys, sent, { caller, before: undefined, stages: [], needs: [] });
}

function explainClient(system: SystemDescription, envoys: System, question: QuestionFrom<'client'>): Explanation {
  const edge = edgeOf(system, question);
  const { method, headers } = question;
  const path = withoutBasePath(question.path, edge.basePath);
  const chosen = chooseRoute(edge, method, path.replace(/[?#].*$/s, ''));
  const { route } = chosen;
  const host = hostOf(edge, headers);
  const base: readonly Fact[] =
    path === question.path ? [] : [{ text: `${edge.basePath ?? ''} comes off the path`, path: `${edge.path}.domain` }];
  const front: Stage = { at: `edge ${edge.name} (${edge.kind})`, facts: [...base, ...hostFacts(edge, host), ...edgeFacts(edge, chosen)] };
  if (host === undefined) {
    const why = `no rule of the load balancer takes requests to ${String(headers['host'])}`;
    const refusal: Refusal = { status: 404, by: `${edge.path}.hosts`, why };
    return { ...EMPTY, verdict: 'refused', summary: refusedText(refusal), refusal, stages: [front] };
  }
  if (route === undefined) {
    const status = edge.kind === 'rest' ? 403 : 404;
    const refusal: Refusal = { status, by: `${edge.path}.routes`, why: `no route of ${frontOf(edge)} takes ${method} ${path}` };
    return { ...EMPTY, verdict: 'refused', summary: refusedText(refusal), refusal, stages: [front] };
  }
  const seconds = waitOf(edge, route);
  return explainSent(
    system,
    envoys,
    sentBy(edge, route, envoys, { method, path, headers: { ...headers, ...(edge.hosts === undefined ? {} : { ':authority': [host] }) } }),
    {
      caller: edge.gateway,
      stages: [front],
      needs: authorizerFacts(edge, route),
      before: seconds === undefined ? undefined : { who: frontOf(edge), seconds, path: `${edgeRoutePath(edge, route)}.timeout` },
    },
  );
}

/** API Gateway names the route; a load balancer chooses the port of the route's authorizer. */
function sentBy(
  edge: EdgeDescription,
  { key, authorizer }: RouteDescription,
  envoys: System,
  asked: Pick<Question, 'headers' | 'method' | 'path'>,
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
