/**
 * What both kinds of API log, under the same names, so that one query reads the logs of either. Nothing that a client
 * writes freely, such as its user agent: a quotation mark in it could forge fields.
 */
const COMMON = {
  requestId: '$context.requestId',
  extendedRequestId: '$context.extendedRequestId',
  requestTime: '$context.requestTime',
  ip: '$context.identity.sourceIp',
  domainName: '$context.domainName',
  httpMethod: '$context.httpMethod',
  path: '$context.path',
  protocol: '$context.protocol',
  status: '$context.status',
  responseLength: '$context.responseLength',
  responseLatency: '$context.responseLatency',
  errorMessage: '$context.error.message',
  errorResponseType: '$context.error.responseType',
  authorizerError: '$context.authorizer.error',
  integrationStatus: '$context.integration.status',
  integrationLatency: '$context.integration.latency',
  integrationError: '$context.integration.error',
  integrationErrorMessage: '$context.integrationErrorMessage',
} as const;

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html; it has no trace. */
export const HTTP_ACCESS_LOG: string = JSON.stringify({ ...COMMON, routeKey: '$context.routeKey' });

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html */
export const REST_ACCESS_LOG: string = JSON.stringify({
  ...COMMON,
  resourcePath: '$context.resourcePath',
  authorizerStatus: '$context.authorizer.status',
  apiKeyId: '$context.identity.apiKeyId',
  wafResponseCode: '$context.wafResponseCode',
  xrayTraceId: '$context.xrayTraceId',
});

/** A message has no path and no method. https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html */
export const WEB_SOCKET_ACCESS_LOG: string = JSON.stringify({
  requestId: COMMON.requestId,
  extendedRequestId: COMMON.extendedRequestId,
  requestTime: COMMON.requestTime,
  ip: COMMON.ip,
  domainName: COMMON.domainName,
  status: COMMON.status,
  connectionId: '$context.connectionId',
  connectedAt: '$context.connectedAt',
  eventType: '$context.eventType',
  routeKey: '$context.routeKey',
  messageId: '$context.messageId',
  errorMessage: COMMON.errorMessage,
  authorizerError: COMMON.authorizerError,
  integrationStatus: COMMON.integrationStatus,
  integrationLatency: COMMON.integrationLatency,
  integrationError: COMMON.integrationError,
  integrationErrorMessage: COMMON.integrationErrorMessage,
});
