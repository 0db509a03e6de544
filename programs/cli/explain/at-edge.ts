import { HTTP_API, REST_API, WEB_SOCKET_API } from '../../../lib/core/limits/api-gateway';
import type {
  EdgeDescription,
  RouteDescription,
  SystemDescription,
  ThrottleDescription,
} from '../../../lib/core/description/system-description';
import { covers } from '../../../lib/core/model/edge-names';
import type { ChosenRoute } from './edge-route';
import type { Fact, Question, QuestionFrom } from './explanation';
import { counted } from './hops';
import { edgeRoutePath } from './names';

/** Of a documentation network: RFC 5737. */
export const CLIENT_ADDRESS = '192.0.2.7';
export const CLIENT_HOST = 'client.example';

/** How many routes are named of those that come first. */
const NAMED = 5;

export function edgeOf({ edges }: SystemDescription, { edge: name }: QuestionFrom<'client' | 'message'>): EdgeDescription {
  const found = edges.find((edge) => name === undefined || edge.name === name);
  if (found === undefined) throw new Error(`there is no edge ${name ?? ''}`);
  return found;
}

/** What stands in front of the gateway service. */
export function frontOf({ kind }: EdgeDescription): string {
  return kind === 'alb' ? 'the load balancer' : 'API Gateway';
}

/** By which a client calls: what the question says, or the first that the edge takes; undefined: the edge takes no requests to it. */
export function hostOf({ hosts }: EdgeDescription, headers: Question['headers']): string | undefined {
  if (hosts === undefined) return CLIENT_HOST;
  const host = headers['host']?.[0];
  if (host === undefined) return hosts[0]?.replace('*', 'client');
  const name = host.toLowerCase().replace(/:\d+$/, '');
  return hosts.some((pattern) => covers(pattern, name)) ? name : undefined;
}

/** Of an edge that takes requests to some hosts alone. */
export function hostFacts({ hosts, path }: EdgeDescription, host: string | undefined): readonly Fact[] {
  if (hosts === undefined) return [];
  const text = host === undefined ? `its rules are for ${hosts.join(', ')} alone` : `its rules take requests to ${host}`;
  return [{ text, path: `${path}.hosts` }];
}

/** What the API or the load balancer does with a request, before the gateway service gets it. */
export function edgeFacts(edge: EdgeDescription, { route, passedOver }: ChosenRoute): readonly Fact[] {
  return [
    ...passedOverFacts(edge, passedOver),
    ...(route === undefined ? [{ text: 'no route takes it', path: `${edge.path}.routes` }] : routeFacts(edge, route)),
  ];
}

function passedOverFacts(edge: EdgeDescription, passedOver: ChosenRoute['passedOver']): readonly Fact[] {
  // A route of the same path is nearer than one of another.
  const near = [...passedOver].sort((a, b) => Number(a.why === 'path') - Number(b.why === 'path'));
  const more = passedOver.length - NAMED;
  return [
    ...near.slice(0, NAMED).map(({ route, why }) => ({
      text: why === 'path' ? `${route.key} comes first, and has another path` : `${route.key} comes first, and has another method`,
      path: edgeRoutePath(edge, route),
    })),
    ...(more > 0 ? [{ text: `so do ${counted(more, 'route')} more`, path: `${edge.path}.routes` }] : []),
  ];
}

function routeFacts(edge: EdgeDescription, route: RouteDescription): readonly Fact[] {
  const path = edgeRoutePath(edge, route);
  const { target } = route;
  const seconds = waitOf(edge, route);
  const throttle = route.throttle ?? edge.throttle;
  return [
    { text: `route ${route.key} takes it`, path },
    ...authorizerFacts(edge, route),
    ...(throttle === undefined
      ? []
      : [
          {
            text: throttleText(throttle, edge.kind === 'webSocket' ? 'messages' : 'requests'),
            path: `${route.throttle === undefined ? edge.path : path}.throttle`,
          },
        ]),
    ...(route.apiKeyRequired
      ? edge.clients.flatMap(({ name, throttle: own, quota }) => [
          {
            text: `client "${name}": ${clientText(own, quota)}`,
            path: `${edge.path}.clients.${name}`,
          },
        ])
      : []),
    ...(route.validated
      ? [{ text: `${frontOf(edge)} looks into the request, and answers 400 if it is not valid`, path: `${path}.validation` }]
      : []),
    ...(route.cacheSeconds === undefined
      ? []
      : [{ text: `an answer that is kept, for ${route.cacheSeconds} s, is given without asking the service`, path: `${path}.cache` }]),
    ...(seconds === undefined
      ? []
      : [
          {
            text: `${frontOf(edge)} waits ${seconds} s for the ${route.streamed ? 'whole stream' : 'answer'}`,
            path: route.timeoutSeconds === undefined ? edge.path : `${path}.timeout`,
          },
        ]),
    target.kind === 'grpc'
      ? { text: `JSON becomes a call of ${target.method ?? ''} of ${target.services.join(', ')}`, path }
      : target.kind === 'aggregate'
        ? {
            text: `the gateway puts the answer together of ${(target.parts ?? []).map(partText).join(', ')}`,
            path: `${path}.aggregate`,
          }
        : { text: `to ${target.services.join(', ')}`, path },
  ];
}

/** What a client has to show. */
export function authorizerFacts(edge: EdgeDescription, route: RouteDescription): readonly Fact[] {
  // Who has connected to a WebSocket API stays who it is.
  if (edge.kind === 'webSocket' && route.key !== '$connect') return [];
  const authorizer = edge.authorizers.find(({ id }) => id === route.authorizer);
  const { kind = 'none', identitySource } = authorizer ?? {};
  const path = edgeRoutePath(edge, route);
  return [
    ...(kind === 'none'
      ? []
      : [
          {
            text: [
              `authorizer "${route.authorizer}" (${kind}) has to let the client in`,
              ...(identitySource === undefined ? [] : [`by ${identitySource}`]),
              ...(route.scopes.length === 0 ? [] : [`with one of the scopes ${route.scopes.join(', ')}`]),
            ].join(', '),
            path: `${path}.authorizer`,
          },
        ]),
    ...(route.apiKeyRequired ? [{ text: 'the client has to send an API key', path: `${path}.apiKeyRequired` }] : []),
  ];
}

/** For how long what stands in front waits; undefined: as long as something moves. */
export function waitOf({ kind }: EdgeDescription, { timeoutSeconds, streamed }: RouteDescription): number | undefined {
  if (timeoutSeconds !== undefined) return timeoutSeconds;
  if (kind === 'http') return HTTP_API.integrationTimeout.value;
  if (kind === 'webSocket') return WEB_SOCKET_API.integrationTimeout.value;
  return kind === 'rest' && !streamed ? REST_API.integrationTimeout.value : undefined;
}

function clientText(own: ThrottleDescription | undefined, quota: EdgeDescription['clients'][number]['quota']): string {
  const limits = [
    ...(own === undefined ? [] : [throttleText(own)]),
    ...(quota === undefined ? [] : [`${quota.limit} requests a ${quota.period.toLowerCase()}`]),
  ];
  return limits.length === 0 ? 'no limits of its own' : limits.join('; ');
}

function partText({ name, service, required }: NonNullable<RouteDescription['target']['parts']>[number]): string {
  return `${name} (${service}${required ? '' : ', may be missing'})`;
}

function throttleText({ rateLimit, burstLimit }: ThrottleDescription, what = 'requests'): string {
  return `${rateLimit} ${what} a second, ${burstLimit} at once, and ${what === 'requests' ? '429' : 'an error'} beyond`;
}
