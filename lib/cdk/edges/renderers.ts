import { renderLoadBalancerEdge } from './alb/render';
import { renderHttpApi } from './http/render';
import type { EdgeRenderer } from './model';
import { renderRestApi } from './rest/render';
import { renderWebSocketApi } from './web-socket/render';

/** The registry: one line for each kind of edge, by its ID; nothing else imports a renderer. */
export const EDGE_RENDERERS: Readonly<Record<string, EdgeRenderer>> = {
  http: renderHttpApi,
  rest: renderRestApi,
  alb: renderLoadBalancerEdge,
  webSocket: renderWebSocketApi,
};
