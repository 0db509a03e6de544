import type { SystemDescription } from '../../lib/core/description/system-description';
import { REAL_METHODS } from '../../lib/core/model/edge-routes';
import { parseArguments, type Command, type Result } from './command';
import type { Question as RequestQuestion } from './explain/explanation';
import { Unknown } from '../simulator/message';
import { readSystem } from './assembly/read-description';
import type { Terminal } from './terminal/terminal';
import { PROGRAM, suggestion, Trouble, type Question } from './trouble';
import type { Workload } from './assembly/workload';

const SYNOPSIS = 'explain <caller> <callee> <method> <path>';

export const EXPLAIN: Command = {
  name: 'explain',
  summary: 'Says what happens to a request, step by step, and which props say so.',
  description:
    'Says what happens to a request of a service to another, or of a client to an edge: first whether it arrives, then which route takes ' +
    'it, what changes on the way, how long who waits, and which rule lets it in. It goes by the Envoy configurations in the output of ' +
    'cdk synth, as a real Envoy would; weights of versions are those of the props. Nothing is sent, and nothing is read from AWS.',
  synopsis: [
    SYNOPSIS,
    'explain client <method> <path> [--edge <value>]',
    'explain client <route> [--edge <value>]',
    'explain <caller> <callee>',
    '[--header <value>]...',
    '[--json] [--stack <value>] [--app <value>]',
  ],
  arguments: 4,
  skipped: ([caller]) => (caller === 'client' ? 1 : 0),
  options: [
    {
      name: 'caller',
      completion: 'callers',
      text: 'The service that calls, the name of a client outside of the mesh, or client for one in front of an edge.',
    },
    {
      name: 'callee',
      completion: 'callees',
      text: 'The service or external service that is called. A client in front of an edge names none: its edge chooses one.',
    },
    {
      name: 'method',
      completion: REAL_METHODS,
      text: 'Such as GET. Of a gRPC call POST; of a WebSocket API the key of a route; of TCP there is none.',
    },
    { name: 'path', text: 'With the query string, such as /orders/7?full=1, or /package.Service/Method.' },
    { name: 'header', value: true, repeated: true, text: 'A header of the request, as name:value. It may be there several times.' },
    { name: 'edge', value: true, completion: 'edges', text: 'The edge, where the system has several.' },
    { name: 'json', text: 'Prints the same as JSON.' },
    {
      name: 'stack',
      value: true,
      completion: 'systems',
      text: 'The path of the construct, or of a stack or stage around it, where there are several systems.',
    },
    { name: 'app', value: true, completion: 'files', text: 'The directory that cdk synth has written. The default is cdk.out.' },
  ],
  examples: [
    ['A call of a service:', `npx ${PROGRAM} explain ui orders GET /orders/7`],
    ['A call with headers:', `npx ${PROGRAM} explain ui catalog GET / --header x-version:next --header x-user:7`],
    ['A connection of TCP:', `npx ${PROGRAM} explain carts redis`],
    ['A message to a WebSocket API:', `npx ${PROGRAM} explain client '$connect' --edge chat`],
    ['A request of a client:', `npx ${PROGRAM} explain client POST /orders --edge partners`],
  ],
  exitCodes: [
    ['0', 'The request arrives, or is answered with a status below 400.'],
    ['1', 'The request is refused, or cannot be sent.'],
    ['2', 'The command failed.'],
  ],
  run: runExplain,
};

async function runExplain(args: readonly string[], { paint }: Terminal): Promise<Result> {
  const { positionals, values, lists, flags } = parseArguments(EXPLAIN, args);
  const directory = values['app'] ?? 'cdk.out';
  const system = readSystem(directory, values['stack']);
  const question = questionOf(system, positionals, { edge: values['edge'], headers: headersOf(lists['header'] ?? []) });
  if (system.mesh.provider !== 'envoy')
    throw new Trouble(`${system.path}: its Envoys get their configurations from AWS App Mesh`, {
      fix: 'explain knows Mesh.envoy() alone: look at the resources AWS::AppMesh::* of the template',
    });
  // They need packages that hosts of callers outside of the mesh do not have.
  const { workloadsOf } = await import('./assembly/stacks-of-system.js');
  const { explain, tasksFor } = await import('./explain/explain.js');
  const { simulatedSystem } = await import('./explain/system.js');
  const { printExplanation } = await import('./explain/print.js');
  const tasks = tasksFor(system, question);
  const configs = configsOf(workloadsOf(system, directory), tasks);
  const explanation = explained(() => explain(system, simulatedSystem(system, tasks, configs), question));
  return {
    output: flags.has('json')
      ? `${JSON.stringify({ ...explanation, sent: undefined, request: question }, null, 2)}\n`
      : printExplanation(explanation, paint),
    exitCode: explanation.verdict === 'allowed' || explanation.verdict === 'answered' ? 0 : 1,
  };
}

/** The simulator refuses what it does not know, so that it says nothing wrong. */
function explained<T>(tell: () => T): T {
  try {
    return tell();
  } catch (error) {
    if (!(error instanceof Unknown)) throw error;
    const why = error.message.replace(/: teach it.*$/, '');
    throw new Trouble(`this request cannot be explained: ${why}`, {
      fix: 'leave out headers that say who the client is; send the request to a deployed system to see what becomes of it',
    });
  }
}

function questionOf(
  system: SystemDescription,
  positionals: readonly string[],
  { edge, headers }: { readonly edge: string | undefined; readonly headers: RequestQuestion['headers'] },
): RequestQuestion {
  const [caller, ...rest] = positionals;
  if (caller === 'client') {
    const [method, path, extra] = rest;
    const name = edgeOf(system, edge);
    const { kind, routes, path: at } = system.edges.find((each) => each.name === name) ?? {};
    if (kind === 'webSocket') return messageOf(name, at ?? '', routes ?? [], rest, headers);
    if (method === undefined || path === undefined || extra !== undefined)
      throw new Trouble('explain client takes a method and a path', {
        fix: `npx ${PROGRAM} explain client GET /orders/7`,
        ...(extra === undefined ? { question: method === undefined ? WHICH_METHOD : WHICH_PATH } : {}),
      });
    return { from: 'client', ...requestOf(method, path), headers, edge: name };
  }
  const [callee, method, path] = rest;
  const isOutside = system.clients.some(({ name }) => name === caller);
  if (caller !== undefined && !isOutside) checkName(system.services, caller, 'name one of these, or client for the caller');
  if (callee !== undefined) {
    const { protocol } = checkName([...system.services, ...(isOutside ? [] : system.external)], callee);
    if (protocol === 'tcp') return connectionOf(caller ?? '', callee, { isOutside, edge, more: [method, path], headers });
  }
  if (caller === undefined || callee === undefined || method === undefined || path === undefined)
    throw new Trouble('explain takes a caller, a callee, a method and a path', {
      fix: `npx ${PROGRAM} ${SYNOPSIS}, or see explain --help`,
      question: missingPart(system, positionals),
    });
  if (edge !== undefined)
    throw new Trouble('--edge is for requests of clients', { fix: `npx ${PROGRAM} explain client ${method} ${path} --edge ${edge}` });
  return { from: isOutside ? 'outside' : 'service', caller, callee, ...requestOf(method, path), headers };
}

const WHICH_METHOD: Question = { message: 'With which method?', among: REAL_METHODS };
const WHICH_PATH: Question = { message: 'Which path, with its query string?', example: '/orders/7?full=1' };

/** Services that the caller may call come first: others are refused. */
function missingPart({ services, external, clients }: SystemDescription, [caller, callee, method]: readonly string[]): Question {
  const names = services.map(({ name }) => name);
  const outside = clients.find(({ name }) => name === caller);
  if (caller === undefined)
    return { message: 'Who calls? client is one in front of an edge.', among: ['client', ...names, ...clients.map(({ name }) => name)] };
  const { calls = outside?.calls ?? [], callsExternal = [] } = services.find(({ name }) => name === caller) ?? {};
  const first = [...calls, ...callsExternal];
  const all = [...names, ...(outside === undefined ? external.map(({ name }) => name) : [])];
  if (callee === undefined) return { message: 'Whom?', among: [...first, ...all.filter((name) => !first.includes(name))] };
  return method === undefined ? WHICH_METHOD : WHICH_PATH;
}

function requestOf(method: string, path: string): Pick<RequestQuestion, 'method' | 'path'> {
  const upper = method.toUpperCase();
  if (!/^[A-Z]+$/.test(upper) || upper === 'ANY')
    throw new Trouble(`"${method}" is no method`, { allowed: REAL_METHODS, fix: 'write the method before the path' });
  if (!path.startsWith('/'))
    throw new Trouble(`the path "${path}" does not begin with a slash`, { fix: `write /${path.replace(/^https?:\/\/[^/]*\/?/, '')}` });
  return { method: upper, path };
}

/** Messages, and the beginning and end of a connection, have keys in the place of methods and paths. */
function messageOf(
  edge: string,
  at: string,
  routes: SystemDescription['edges'][number]['routes'],
  [route, extra]: readonly string[],
  headers: RequestQuestion['headers'],
): RequestQuestion {
  const keys = routes.map(({ key }) => key);
  if (route !== undefined && extra === undefined) return { from: 'message', edge, route, method: '', path: '', headers };
  throw new Trouble(`${at} is a WebSocket API, whose messages have routes in the place of methods and paths`, {
    allowed: keys,
    fix: `name one: npx ${PROGRAM} explain client '${keys[0] ?? '$connect'}' --edge ${edge}`,
    ...(extra === undefined ? { question: { message: 'To which route?', among: keys } } : {}),
  });
}

/** What was said beside the names of a connection of TCP. */
interface WithConnection {
  readonly isOutside: boolean;
  readonly edge: string | undefined;
  readonly more: readonly (string | undefined)[];
  readonly headers: RequestQuestion['headers'];
}

function connectionOf(caller: string, callee: string, { isOutside, edge, more, headers }: WithConnection): RequestQuestion {
  if (isOutside)
    throw new Trouble(`${callee} speaks TCP, and clients outside of the mesh send requests alone`, { fix: 'ask for a call of a service' });
  if (more.some((word) => word !== undefined) || Object.keys(headers).length > 0)
    throw new Trouble(`${callee} speaks TCP, which has no methods, paths and headers`, {
      fix: `leave them out: npx ${PROGRAM} explain ${caller} ${callee}`,
    });
  if (edge !== undefined)
    throw new Trouble('--edge is for requests of clients', { fix: `leave it out: npx ${PROGRAM} explain ${caller} ${callee}` });
  return { from: 'connection', caller, callee, method: '', path: '', headers };
}

function checkName<T extends { readonly name: string }>(all: readonly T[], name: string, otherwise = 'name one of these'): T {
  const found = all.find((each) => each.name === name);
  if (found !== undefined) return found;
  const names = all.map((each) => each.name);
  throw new Trouble(`there is no service "${name}"`, { allowed: names, fix: suggestion(name, names, otherwise) });
}

function edgeOf({ edges }: SystemDescription, name: string | undefined): string {
  const names = edges.map((edge) => edge.name);
  const [only, another] = edges;
  if (only === undefined) throw new Trouble('the system has no edge', { fix: 'ask for the call of a service' });
  if (name === undefined && another !== undefined)
    throw new Trouble(`the system has ${edges.length} edges`, {
      allowed: names,
      fix: `name one: --edge ${only.name}`,
      question: { message: 'In front of which edge?', among: names, option: '--edge' },
    });
  const found = name === undefined ? only : edges.find((edge) => edge.name === name);
  if (found === undefined)
    throw new Trouble(`there is no edge "${name ?? ''}"`, {
      allowed: names,
      fix: suggestion(name ?? '', names),
    });
  if (!['http', 'rest', 'alb', 'webSocket'].includes(found.kind))
    throw new Trouble(`edge ${found.name} is of kind ${found.kind}, whose requests are not found by method and path`, {
      fix: 'ask for a request to an edge of kind http, rest, webSocket or alb',
    });
  return found.name;
}

function headersOf(lines: readonly string[]): RequestQuestion['headers'] {
  const pairs = lines.map((line) => {
    const [, name, value] = /^([\w!#$%&'*+.^`|~-]+):\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Trouble(`"${line}" is no header`, { fix: 'write --header name:value' });
    return [name.toLowerCase(), value] as const;
  });
  return Object.fromEntries(pairs.map(([name]) => [name, pairs.filter(([each]) => each === name).map(([, value]) => value)]));
}

/** By the names of tasks. */
function configsOf(workloads: readonly Workload[], tasks: readonly string[]): ReadonlyMap<string, unknown> {
  return new Map(
    tasks.flatMap((task) => {
      const found = workloads.find(({ service, version }) => (version === undefined ? service : `${service}-${version}`) === task);
      return found?.config.envoy === undefined ? [] : [[task, found.config.envoy] as const];
    }),
  );
}
