import type { Schema, ServerObject } from '../model/openapi-document';

/**
 * The URL that AWS gives an API, of which nothing but the stage is known before the deployment. A variable must have a default value.
 *
 * @param stage the part of the path that is the stage, with a slash before it; empty: it is not part of the URL
 */
export function apiGatewayServer(stage: string): ServerObject {
  return {
    url: `https://{api}.execute-api.{region}.amazonaws.com${stage}`,
    description: 'The name that AWS gives the API',
    variables: {
      api: { default: 'api-id', description: 'ID of the API, which its deployment gives it' },
      region: { default: 'us-east-1', description: 'Region of the API' },
    },
  };
}

/** The same of a private API, by one of its endpoints. */
export function privateApiServer(stage: string): ServerObject {
  const { variables, ...server } = apiGatewayServer(stage);
  return {
    ...server,
    url: server.url.replace('{api}', '{api}-{endpoint}'),
    description: 'The name that AWS gives the API at an interface endpoint',
    variables: { ...variables, endpoint: { default: 'vpce-id', description: 'ID of the interface endpoint' } },
  };
}

/** A body that API Gateway writes itself, and with details the gateway service, too. */
export function errorSchema(detailed: boolean): Schema {
  const message: Schema = { type: 'string', description: 'What is wrong' };
  if (!detailed) return { type: 'object', properties: { message }, required: ['message'] };
  return {
    type: 'object',
    properties: {
      message,
      type: { type: 'string', description: 'Type of gateway response, such as THROTTLED' },
      requestId: { type: 'string', description: 'ID of the request in the access log' },
    },
    // What the gateway's Envoy refuses at once has no ID.
    required: ['message', 'type'],
  };
}
