import type { EdgeCapabilities } from '../features';
import { NO_LOGIN } from '../no-login';

const NO_STREAMS = { no: 'an HTTP API passes a response on when it is complete' };

const NO_VALIDATION = {
  no: 'an HTTP API does not look into requests',
  fix: 'let the service check them, or call a gRPC service by JSON (grpc of a route), whose .proto file says what a request is',
};
/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vs-rest.html */
export const CAPABILITIES: EdgeCapabilities = {
  none: true,
  jwt: true,
  cognito: true,
  cognitoClients: true,
  oidc: NO_LOGIN,
  cognitoLogin: NO_LOGIN,
  lambda: true,
  queryToken: { no: 'clients of an HTTP API can send a header, and URLs get into logs', fix: 'use identityHeader' },
  iam: true,
  apiKey: { no: 'an HTTP API has no API keys and no usage plans' },
  clients: {
    no: 'an HTTP API has no API keys and no usage plans',
    fix: 'limit clients by what the authorizer says of them (clientThrottle)',
  },
  scopes: true,
  throttle: true,
  clientThrottle: true,
  timeout: true,
  streaming: NO_STREAMS,
  cache: {
    no: 'an HTTP API keeps no responses',
    fix: 'put Amazon CloudFront in front of it, with what its authorizers look at in the cache key',
  },
  validation: NO_VALIDATION,
  bodyValidation: NO_VALIDATION,
  detailedErrors: { no: 'the errors of an HTTP API are {"message": "…"}', fix: 'read the ID of the request in the header apigw-requestid' },
  firewall: {
    no: 'AWS WAF does not protect HTTP APIs',
    fix: 'put Amazon CloudFront with a web ACL in front of it',
  },
  privateApi: { no: 'only REST APIs can be private' },
  allowedIpRanges: { no: 'an HTTP API has no resource policy' },
  resourcePolicy: { no: 'an HTTP API has no resource policy', fix: 'let an authorizer decide' },
  cors: true,
  corsTokens: true,
  grpcJson: true,
  grpcWeb: true,
  grpcStreams: NO_STREAMS,
  aggregate: true,
  openApi: true,
  compression: true,
  responseHeaders: true,
  nestedStackPaths: { no: 'an HTTP API has one resource for each route, so a stack takes all of them' },
  routeResponse: { no: 'each request to an HTTP API has its response', fix: 'leave it out' },
  defaultRoute: true,
  stage: true,
  dualStack: true,
  domain: true,
  executeApiEndpoint: true,
  basePath: true,
  mutualTls: true,
  securityPolicy: { no: 'the domain of an HTTP API accepts TLS 1.2 and 1.3, with ciphers that cannot be chosen' },
  accessLogs: true,
  traces: { no: 'an HTTP API sends no segments: traces begin at the gateway service' },
};
