import type { EdgeTopology } from '../../model/topology';
import type { ResponseMapper } from '../api/http-connection-manager';
import { extension } from '../syntax/messages';
import { headerValue } from '../traffic/header-changes';
import { grpcTargets } from './grpc';

/** The name of routes whose requests are translated from JSON. */
export const JSON_ROUTE = 'grpc-json';

/**
 * What Envoy itself answers, by status: the code of gRPC, and a text in place of Envoy's own where that has details of the mesh.
 * https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto
 */
const REPLIES: Readonly<Record<number, { readonly code: number; readonly text?: string }>> = {
  400: { code: 3 },
  401: { code: 16 },
  403: { code: 7 },
  404: { code: 5 },
  408: { code: 4 },
  413: { code: 8, text: 'The body is too large.' },
  415: { code: 3 },
  429: { code: 8 },
  431: { code: 3 },
  500: { code: 13 },
  502: { code: 14, text: 'The service has not answered.' },
  503: { code: 14, text: 'The service is not available.' },
  504: { code: 4, text: 'The service has not answered in time.' },
};

/** Clients of gRPC-Web read the code in the status of HTTP, but for this status, of which they know none: so it stands in the header. */
const TOO_LARGE_FOR_WEB: ResponseMapper = {
  filter: whoseRequest("request.headers['content-type'].startsWith('application/grpc-web') && response.code == 413"),
  status_code: 200,
  headers_to_add: [headerValue('grpc-status', '8', true), headerValue('grpc-message', 'The message is too large.', true)],
};

/**
 * Envoy's own answers to translated requests are what those of the service become: `google.rpc.Status` in JSON.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/local_reply
 */
export function grpcReplies(edge: EdgeTopology): readonly ResponseMapper[] {
  const targets = grpcTargets(edge);
  return [
    ...(targets.some(({ web }) => web) ? [TOO_LARGE_FOR_WEB] : []),
    ...(targets.some(({ json }) => json !== undefined) ? JSON_REPLIES : []),
  ];
}

const JSON_REPLIES = Object.entries(REPLIES).map(([status, { code, text = '%LOCAL_REPLY_BODY%' }]): ResponseMapper => ({
  filter: whoseRequest(`xds.route_name == '${JSON_ROUTE}' && response.code == ${status}`),
  body_format_override: { json_format: { code, message: text }, content_type: 'application/json' },
}));

function whoseRequest(expression: string): ResponseMapper['filter'] {
  return { extension_filter: extension('envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter', { expression }) };
}
