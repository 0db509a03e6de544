import type { EdgeCapabilities } from '../features';

const NO_API_KEYS = 'a load balancer knows no API keys';

const NO_VALIDATION = {
  no: 'a load balancer does not look into requests',
  fix: 'let the service check them, or call a gRPC service by JSON (grpc of a route), whose .proto file says what a request is',
};

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/introduction.html */
export const CAPABILITIES: EdgeCapabilities = {
  none: true,
  jwt: true,
  cognito: {
    no: 'it takes tokens with a list of audiences, which those of a user pool are not',
    fix: 'let users log in at the pool (Authorizer.cognitoLogin())',
  },
  cognitoClients: { no: 'it has no Authorizer.cognito()' },
  oidc: true,
  cognitoLogin: true,
  lambda: { no: 'a load balancer asks no function' },
  iam: { no: 'a load balancer does not verify signatures of AWS credentials' },
  apiKey: { no: NO_API_KEYS },
  clients: { no: NO_API_KEYS, fix: 'limit clients by what the authorizer says of them (clientThrottle)' },
  clientThrottle: true,
  queryToken: { no: 'it has no Authorizer.lambda()' },
  scopes: {
    no: 'its load balancer verifies issuer, audience and time of a token alone',
    fix: 'let services check them, by a header of claimsToHeaders',
  },
  throttle: true,
  timeout: true,
  streaming: { no: 'a load balancer passes all responses on as they arrive, so there is nothing to choose' },
  cache: { no: 'a load balancer keeps no responses', fix: 'put Amazon CloudFront in front of it' },
  validation: NO_VALIDATION,
  bodyValidation: NO_VALIDATION,
  detailedErrors: { no: 'a load balancer has no ID of a request that clients see' },
  firewall: true,
  privateApi: { no: 'a load balancer has no interface endpoint', fix: 'give a loadBalancer of your own that is internal' },
  allowedIpRanges: {
    no: 'a load balancer has no resource policy',
    fix: 'give a loadBalancer of your own, and let its security group decide',
  },
  resourcePolicy: { no: 'a load balancer has no resource policy', fix: 'use its security group' },
  cors: true,
  corsTokens: { no: "the gateway service's Envoy compares origins, which must be known at synthesis" },
  grpcJson: true,
  grpcWeb: true,
  grpcStreams: true,
  aggregate: true,
  openApi: true,
  compression: true,
  responseHeaders: true,
  nestedStackPaths: { no: 'a load balancer has no resource for each path' },
  routeResponse: { no: 'each request has its response', fix: 'leave it out' },
  defaultRoute: true,
  stage: { no: 'a load balancer has no stages' },
  dualStack: true,
  domain: true,
  executeApiEndpoint: {
    no: 'a load balancer always has the name that AWS gives it',
    fix: 'remove it: clients that call it by that name get a certificate that is not for it',
  },
  basePath: { no: 'a load balancer changes no paths', fix: 'write it in the routes' },
  mutualTls: { no: 'its listener asks clients for no certificates' },
  securityPolicy: { no: 'it has a listener', fix: 'set sslPolicy of the edge' },
  accessLogs: { no: 'a load balancer writes its access logs into a bucket', fix: 'set accessLogBucket' },
  traces: { no: 'a load balancer sends no segments: traces begin at the gateway service' },
};
