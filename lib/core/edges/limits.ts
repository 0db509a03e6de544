import { passedOnTo } from '../model/route-targets';
import { DEFAULT_HEADER_LIMITS } from '../model/defaults';
import { bytesText } from '../reading/input';
import type { EdgeRoute, EdgeTopology, Service, Warning } from '../model/topology';
import { ofParts } from './aggregate-warnings';
import type { EdgeKind, EdgeLimits } from './kind';
import { ofQuota, ofTimeouts } from './timeout-warnings';

/** What services behind an edge allow, and its API does not: each service and setting once. */
export function warnOfLimits(edge: EdgeTopology, kind: EdgeKind, services: readonly Service[]): readonly Warning[] {
  const limits = kind.limits(edge.options);
  const limitsOf = (route: EdgeRoute): EdgeLimits => kind.limits(edge.options, route);
  const api = `the API of ${edge.path} (${kind.factory})`;
  const ofServices = services.flatMap((service) => {
    const routes = edge.routes.filter((route) => passedOnTo(route).includes(service.name));
    return [
      ...ofTimeouts(routes, limitsOf, service, api),
      ...ofPayload(routes, limits, service, api),
      ...ofHeaders(limits, service, api),
      ...ofWebSockets(routes, limits, service, api),
    ];
  });
  return [...ofServices, ...ofParts(edge, services), ...ofQuota(edge.routes, limitsOf, api)];
}

function ofPayload(routes: readonly EdgeRoute[], { payloadBytes: limit }: EdgeLimits, service: Service, api: string): Warning[] {
  const { maxRequestBytes: bytes } = service.policy;
  if (limit === undefined || bytes === undefined || bytes <= limit) return [];
  if (routes.every(({ method }) => WITHOUT_BODY.includes(method))) return [];
  return [
    {
      id: 'edge-request-size',
      path: `${service.path}.maxRequestSize`,
      message:
        `"${service.name}" takes ${bytesText(bytes)}, but ${api} passes on requests of at most ${bytesText(limit)}: larger ` +
        'ones get 413, and only callers in the mesh can send them. Let clients upload large files elsewhere, such as to Amazon S3 by a ' +
        'presigned URL',
    },
  ];
}

/** Requests that hardly anybody sends with a body. */
const WITHOUT_BODY: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

const KIB = 1024;

/** Who raises a limit for the edge's sake is to know that it does not help there. */
function ofHeaders({ requestHeaderBytes, responseHeaderBytes }: EdgeLimits, { name, path, policy }: Service, api: string): Warning[] {
  const { requestKib, responseKib } = policy.headerLimits;
  const warn = (prop: string, what: string, kib: number, standard: number, limit: number | undefined): Warning[] =>
    limit === undefined || kib <= standard || kib * KIB <= limit
      ? []
      : [
          {
            id: 'edge-header-size',
            path: `${path}.headerLimits.${prop}`,
            message:
              `"${name}" ${what} headers of up to ${bytesText(kib * KIB)}, but ${api} passes on ${bytesText(limit)} of headers in all: ` +
              'only callers in the mesh can have more. Put what is large into the body',
          },
        ];
  return [
    ...warn('requestSize', 'accepts', requestKib, DEFAULT_HEADER_LIMITS.requestKib, requestHeaderBytes),
    ...warn('responseSize', 'may send', responseKib, DEFAULT_HEADER_LIMITS.responseKib, responseHeaderBytes),
  ];
}

function ofWebSockets(routes: readonly EdgeRoute[], limits: EdgeLimits, service: Service, api: string): Warning[] {
  // A WebSocket begins with GET.
  const asked = routes.some(({ method }) => method === 'GET' || method === 'ANY');
  if (limits.webSockets || !service.policy.webSockets || !asked) return [];
  return [
    {
      id: 'edge-web-sockets',
      path: `${service.path}.webSockets`,
      message:
        `${api} passes no WebSockets: clients of the edge cannot open any to "${service.name}", only callers in the mesh can. Let these ` +
        'clients poll, or put an edge beside it that passes WebSockets: Edge.loadBalancer() or Edge.webSocketApi()',
    },
  ];
}
