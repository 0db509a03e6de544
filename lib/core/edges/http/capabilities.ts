import type { EdgeCapabilities } from '../features';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vs-rest.html */
export const CAPABILITIES: EdgeCapabilities = {
  none: true,
  jwt: true,
  cognito: true,
  cognitoClients: true,
  lambda: true,
  iam: true,
  apiKey: { no: 'an HTTP API has no API keys and no usage plans' },
  scopes: true,
  throttle: true,
  timeout: true,
  streaming: { no: 'an HTTP API passes a response on when it is complete: only REST APIs stream' },
  cors: true,
  corsTokens: true,
  defaultRoute: true,
  stage: true,
  dualStack: true,
  domain: true,
  basePath: true,
  mutualTls: true,
  securityPolicy: { no: 'the domain of an HTTP API accepts TLS 1.2 and 1.3, with ciphers that cannot be chosen' },
  accessLogs: true,
  traces: { no: 'an HTTP API sends no segments: traces begin at the gateway service' },
};
