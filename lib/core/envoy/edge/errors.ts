import { REQUEST_HEADER } from '../../model/edge-headers';
import type { EdgeTopology } from '../../model/topology';
import type { SubstitutionFormatString } from '../api/core';
import type { HttpFilter } from '../api/http-filters';
import type { ResponseMapper } from '../api/http-connection-manager';
import { extension } from '../syntax/messages';

/**
 * What the gateway's Envoy itself answers: the kind of error as API Gateway names it, and API Gateway's text in place of Envoy's own where
 * that is empty or has details of the mesh.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
const ERRORS: readonly (readonly [statuses: string, type: string, text?: string])[] = [
  ['== 401', 'UNAUTHORIZED'],
  ['== 403', 'ACCESS_DENIED', 'Forbidden'],
  ['== 404', 'RESOURCE_NOT_FOUND', 'Not Found'],
  ['== 413', 'REQUEST_TOO_LARGE', 'Request Too Long'],
  ['== 415', 'UNSUPPORTED_MEDIA_TYPE'],
  ['== 429', 'THROTTLED', 'Too Many Requests'],
  ['< 500', 'DEFAULT_4XX'],
  ['== 502', 'INTEGRATION_FAILURE', 'Bad Gateway'],
  ['== 503', 'INTEGRATION_FAILURE', 'Service Unavailable'],
  ['== 504', 'INTEGRATION_TIMEOUT', 'Endpoint request timed out'],
  ['>= 500', 'DEFAULT_5XX'],
];

/** Where the ID of the request is kept: its header goes before the request does. */
const REQUEST_ID = 'edge.request';

/** Errors of gRPC-Web are in its trailers, which the text of Envoy's answer becomes a part of. */
const NO_GRPC = "!('content-type' in request.headers && request.headers['content-type'].startsWith('application/grpc'))";

/**
 * Errors of the gateway's Envoy in the form of those of API Gateway, behind those that have a form already.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/local_reply
 */
export function detailedErrors(edge: EdgeTopology): readonly ResponseMapper[] {
  if (edge.detailedErrors !== true) return [];
  return ERRORS.map(([statuses, type, text = '%LOCAL_REPLY_BODY%']): ResponseMapper => ({
    filter: {
      extension_filter: extension('envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter', {
        expression: `response.code ${statuses} && ${NO_GRPC}`,
      }),
    },
    body_format_override: errorBody(type, text),
  }));
}

/** The same for a mapper that has a status of its own. */
export function withDetails(edge: EdgeTopology, mappers: readonly ResponseMapper[]): readonly ResponseMapper[] {
  if (edge.detailedErrors !== true) return mappers;
  return mappers.map((mapper): ResponseMapper => ({
    ...mapper,
    body_format_override: errorBody('INTEGRATION_FAILURE', 'Service Unavailable'),
  }));
}

function errorBody(type: string, text: string): SubstitutionFormatString {
  // What Envoy refuses before its filters have no ID, and then no field of it.
  return {
    json_format: { message: text, type, requestId: `%FILTER_STATE(${REQUEST_ID}:PLAIN)%` },
    omit_empty_values: true,
    content_type: 'application/json',
  };
}

/** https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/set_filter_state */
export function requestIdFilter(edge: EdgeTopology): readonly HttpFilter[] {
  if (edge.detailedErrors !== true) return [];
  return [
    extension('envoy.extensions.filters.http.set_filter_state.v3.Config', {
      on_request_headers: [
        {
          object_key: REQUEST_ID,
          factory_key: 'envoy.string',
          format_string: { text_format_source: { inline_string: `%REQ(${REQUEST_HEADER})%` } },
        },
      ],
    }),
  ];
}
