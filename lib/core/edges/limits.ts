import { DEFAULT_HEADER_LIMITS } from '../model/defaults';
import { counted } from '../reading/input';
import type { EdgeRoute, EdgeTopology, PathSegment, Service, Warning } from '../model/topology';
import type { PathMatch, RouteMatch, Timeouts } from '../model/traffic-policy';
import type { EdgeKind, EdgeLimits } from './kind';

/** What services behind an edge allow, and its API does not: each service and setting once. */
export function warnOfLimits(edge: EdgeTopology, kind: EdgeKind, services: readonly Service[]): readonly Warning[] {
  const limits = kind.limits(edge.options);
  const api = `the API of ${edge.path} (${kind.factory})`;
  return services.flatMap((service) => {
    const routes = edge.routes.filter((route) => route.service === service.name);
    return [
      ...ofTimeouts(routes, limits, service, api),
      ...ofPayload(routes, limits, service, api),
      ...ofHeaders(limits, service, api),
      ...ofWebSockets(routes, limits, service, api),
    ];
  });
}

interface PlacedTimeouts {
  readonly path: string;
  readonly timeouts: Timeouts;
  /** What callers in the mesh that need longer can do. */
  readonly inside: string;
}

function ofTimeouts(routes: readonly EdgeRoute[], { requestSeconds: limit }: EdgeLimits, service: Service, api: string): Warning[] {
  if (limit === undefined) return [];
  const used = new Map(routes.flatMap((route) => timeoutsOf(service, route)).map((placed) => [placed.path, placed]));
  return [...used.values()].flatMap(({ path, timeouts, inside }) => {
    const seconds = timeouts.requestSeconds ?? timeouts.streamSeconds;
    if (seconds !== undefined && seconds <= limit) return [];
    const given = seconds === undefined ? 'there is no time limit' : `"${service.name}" may take ${counted(seconds, 'second')}`;
    return {
      id: 'edge-timeout',
      path,
      message:
        `${given}, but ${api} waits ${counted(limit, 'second')} for a response: after that its clients get an error, while the service ` +
        `still works on the request. Answer in time, and long work with 202 and a place to ask for the result; and set a timeout of at ` +
        `most ${counted(limit, 'second')} here. ${inside}`,
    };
  });
}

/** The timeouts that requests of a route of the edge can meet, in the order in which the service's own routes are tried. */
function timeoutsOf({ name, policy, callPolicy }: Service, route: EdgeRoute): readonly PlacedTimeouts[] {
  const path = `services.${name}`;
  const inside = 'Callers in the mesh that need longer can say so in callPolicies';
  const own = { path: `${path}.timeout`, timeouts: callPolicy.timeouts, inside };
  const used: PlacedTimeouts[] = [];
  for (const [index, { match, timeouts }] of policy.routes.entries()) {
    if (!mayMatch(match, route)) continue;
    const ofRoute = 'If callers in the mesh need longer, give them a route of their own';
    used.push(timeouts === undefined ? own : { path: `${path}.routes[${index}].timeout`, timeouts, inside: ofRoute });
    if (takesAll(match, route)) return used;
  }
  return [...used, own];
}

function ofPayload(routes: readonly EdgeRoute[], { payloadBytes: limit }: EdgeLimits, service: Service, api: string): Warning[] {
  const { maxRequestBytes: bytes } = service.policy;
  if (limit === undefined || bytes === undefined || bytes <= limit) return [];
  if (routes.every(({ method }) => WITHOUT_BODY.includes(method))) return [];
  return [
    {
      id: 'edge-request-size',
      path: `services.${service.name}.maxRequestSize`,
      message:
        `"${service.name}" takes ${counted(bytes, 'byte')}, but ${api} passes on requests of at most ${counted(limit, 'byte')}: larger ` +
        'ones get 413, and only callers in the mesh can send them. Let clients upload large files elsewhere, such as to Amazon S3 by a ' +
        'presigned URL',
    },
  ];
}

/** Requests that hardly anybody sends with a body. */
const WITHOUT_BODY: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** Who raises a limit for the edge's sake is to know that it does not help there. */
function ofHeaders({ requestHeaderBytes, responseHeaderBytes }: EdgeLimits, { name, policy }: Service, api: string): Warning[] {
  const { requestKib, responseKib } = policy.headerLimits;
  const warn = (prop: string, what: string, kib: number, standard: number, limit: number | undefined): Warning[] =>
    limit === undefined || kib <= standard || kib * 1024 <= limit
      ? []
      : [
          {
            id: 'edge-header-size',
            path: `services.${name}.headerLimits.${prop}`,
            message:
              `"${name}" may ${what} headers of ${kib} KiB, but ${api} passes on ${counted(limit, 'byte')} of them in all: only callers in ` +
              'the mesh can have more. Put what is large into the body',
          },
        ];
  return [
    ...warn('requestSize', 'get', requestKib, DEFAULT_HEADER_LIMITS.requestKib, requestHeaderBytes),
    ...warn('responseSize', 'send', responseKib, DEFAULT_HEADER_LIMITS.responseKib, responseHeaderBytes),
  ];
}

function ofWebSockets(routes: readonly EdgeRoute[], limits: EdgeLimits, service: Service, api: string): Warning[] {
  // A WebSocket begins with GET.
  const asked = routes.some(({ method }) => method === 'GET' || method === 'ANY');
  if (limits.webSockets || !service.policy.webSockets || !asked) return [];
  return [
    {
      id: 'edge-web-sockets',
      path: `services.${service.name}.webSockets`,
      message:
        `${api} passes no WebSockets: clients of the edge cannot open any to "${service.name}", only callers in the mesh can. Let these ` +
        'clients poll, or put what passes WebSockets beside the edge, such as a WebSocket API of API Gateway',
    },
  ];
}

/** Whether a request of the edge's route can fit, as far as methods and paths tell. */
function mayMatch({ methods, path }: RouteMatch, { method, segments }: EdgeRoute): boolean {
  return (method === 'ANY' || methods?.includes(method) !== false) && mayFit(path, segments);
}

function mayFit(path: PathMatch | undefined, segments: readonly PathSegment[]): boolean {
  if (path === undefined || path.kind === 'regex') return true;
  const parts = partsOf(path);
  for (const [index, part] of parts.entries()) {
    const segment = segments[index];
    if (segment?.kind === 'greedy') return true;
    if (segment === undefined || (segment.kind === 'static' && segment.text !== part)) return false;
  }
  return path.kind === 'prefix' || segments.length === parts.length || segments[parts.length]?.kind === 'greedy';
}

/** Whether every request of the edge's route fits. */
function takesAll({ methods, path, headers, queryParameters }: RouteMatch, { method, segments }: EdgeRoute): boolean {
  return (methods?.includes(method) ?? true) && headers.length + queryParameters.length === 0 && fits(path, segments);
}

function fits(path: PathMatch | undefined, segments: readonly PathSegment[]): boolean {
  if (path === undefined) return true;
  if (path.kind === 'regex') return false;
  const parts = partsOf(path);
  const same = parts.every((part, index) => {
    const segment = segments[index];
    return segment?.kind === 'static' && segment.text === part;
  });
  // A prefix ends with a slash, which "/" alone begins with.
  return same && (path.kind === 'exact' ? segments.length === parts.length : parts.length === 0 || segments.length > parts.length);
}

function partsOf({ text }: PathMatch): readonly string[] {
  return text.split('/').filter((part) => part !== '');
}
