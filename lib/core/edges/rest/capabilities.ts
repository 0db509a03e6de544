import type { EdgeCapabilities } from '../features';

const NO_LOGIN = { no: 'API Gateway has no login page, and keeps no sessions' };

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vs-rest.html */
export const CAPABILITIES: EdgeCapabilities = {
  none: true,
  jwt: { no: 'a REST API checks tokens of Cognito user pools, or asks a Lambda function' },
  cognito: true,
  // Ignoring the list would let in the tokens of clients that are not on it.
  cognitoClients: { no: 'a REST API accepts the tokens of every client of the user pool', fix: 'leave userPoolClients out' },
  oidc: NO_LOGIN,
  cognitoLogin: NO_LOGIN,
  lambda: true,
  queryToken: { no: 'clients of a REST API can send a header, and URLs get into logs', fix: 'use identityHeader' },
  iam: true,
  apiKey: true,
  clients: true,
  scopes: true,
  throttle: true,
  clientThrottle: true,
  timeout: true,
  streaming: true,
  cache: true,
  validation: true,
  detailedErrors: true,
  firewall: true,
  cors: true,
  corsTokens: {
    no: 'Envoy compares the origins of a REST API, so they must be known when the app is synthesized',
    fix: 'give a literal value',
  },
  transformed: true,
  compression: true,
  responseHeaders: true,
  routeResponse: { no: 'each request to a REST API has its response', fix: 'leave it out' },
  defaultRoute: { no: 'a REST API has no "$default" route', fix: 'write "ANY /{proxy+}"' },
  stage: true,
  dualStack: true,
  domain: true,
  executeApiEndpoint: true,
  basePath: true,
  mutualTls: true,
  securityPolicy: true,
  accessLogs: true,
  traces: true,
};
