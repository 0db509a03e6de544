export { ROUTE_HEADER } from '../contract/aggregation';

/**
 * Headers in which API Gateway sends the gateway service what only it knows. API Gateway overwrites whatever a client sends in
 * them, so the gateway's Envoy can go by them, and makes X-Forwarded-* out of them; it trusts no forwarding header that came
 * from outside. (X-Forwarded-* and Forwarded themselves cannot be mapped:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html)
 */
export const CLIENT_IP_HEADER = 'x-edge-client-ip';
export const CLIENT_HOST_HEADER = 'x-edge-host';

/** The path of the client's URL: with the name of the stage, or the base path of a custom domain, which services do not get. */
export const CLIENT_PATH_HEADER = 'x-edge-path';

/** In which the gateway's Envoy hands a client's token to what checks it. Nobody else sends it. */
export const TOKEN_HEADER = 'x-edge-token';

/** In front of what API Gateway says of the client, each in a header of its own. */
export const CONTEXT_HEADER_PREFIX = 'x-edge-identity-';

/**
 * API Gateway's ID of the request, which no client knows before. What is mapped beside it stands behind it, so that what a client has sent
 * in place of a mapping that API Gateway drops is recognized.
 */
export const REQUEST_HEADER = 'x-edge-request';
