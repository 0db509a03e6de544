import type { EdgeCapabilities } from '../features';
import { NO_LOGIN } from '../no-login';

const NO_KEYS = { no: 'API keys and usage plans are those of REST APIs here' };
const NO_TOKENS = {
  no: 'a WebSocket API has Lambda and IAM authorizers alone',
  fix: 'let a function check the token: Authorizer.lambda()',
};
const NO_REQUESTS = { no: 'messages are no requests of browsers to URLs' };
const NO_TRANSLATION = { no: 'messages go to HTTP services', fix: 'route to an HTTP service that calls others' };
const NO_VALIDATION = { no: 'the service checks its messages' };

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-control-access.html */
export const CAPABILITIES: EdgeCapabilities = {
  none: true,
  jwt: NO_TOKENS,
  cognito: NO_TOKENS,
  cognitoClients: NO_TOKENS,
  oidc: NO_LOGIN,
  cognitoLogin: NO_LOGIN,
  lambda: true,
  queryToken: true,
  iam: true,
  apiKey: NO_KEYS,
  clients: NO_KEYS,
  scopes: NO_TOKENS,
  throttle: true,
  clientThrottle: true,
  timeout: true,
  streaming: { no: 'a message has one response, which is passed on when it is complete', fix: 'send messages to the connection' },
  cache: { no: 'it keeps no responses' },
  validation: NO_VALIDATION,
  bodyValidation: NO_VALIDATION,
  detailedErrors: { no: 'its errors are messages with connectionId and requestId already' },
  firewall: { no: 'AWS WAF does not protect WebSocket APIs' },
  privateApi: { no: 'only REST APIs can be private' },
  allowedIpRanges: { no: 'a WebSocket API has no resource policy', fix: 'let the authorizer decide' },
  resourcePolicy: { no: 'a WebSocket API has no resource policy', fix: 'let the authorizer decide' },
  cors: { ...NO_REQUESTS, fix: 'let the authorizer, or the service at $connect, look at the header origin' },
  corsTokens: { ...NO_REQUESTS, fix: 'let the authorizer, or the service at $connect, look at the header origin' },
  grpcJson: NO_TRANSLATION,
  grpcWeb: NO_TRANSLATION,
  grpcStreams: NO_TRANSLATION,
  aggregate: NO_TRANSLATION,
  openApi: { no: 'messages have no paths, of which a document could tell' },
  compression: { no: 'messages are not compressed', fix: 'let the service compress what it sends' },
  responseHeaders: { no: 'messages have no headers' },
  nestedStackPaths: { no: 'a WebSocket API has few resources' },
  routeResponse: true,
  defaultRoute: true,
  stage: true,
  dualStack: true,
  domain: true,
  executeApiEndpoint: true,
  basePath: true,
  // https://aws.amazon.com/blogs/compute/introducing-mutual-tls-authentication-for-amazon-api-gateway/
  mutualTls: {
    no: 'AWS documents certificates of clients for HTTP and REST APIs alone',
    fix: 'let the authorizer check who connects: Authorizer.iam() or Authorizer.lambda()',
  },
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-ciphers.html
  securityPolicy: { no: 'a WebSocket API accepts TLS 1.2 and 1.3, with ciphers that cannot be chosen' },
  accessLogs: true,
  traces: { no: 'a WebSocket API sends no segments: traces begin at the gateway service' },
};
