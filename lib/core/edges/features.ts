import type { AuthorizerKind } from '../model/topology';

/** Something that a kind of edge may or may not be able to do; each row of the table in docs/edge.md is one. */
export interface EdgeFeature {
  /** As the table has it. */
  readonly title: string;
}

/** Every feature of an edge, by its ID. A kind says of each whether it can do it; the compliance suite holds it to that. */
export const EDGE_FEATURES = {
  none: { title: 'Public routes: `Authorizer.none()`' },
  jwt: { title: 'JSON Web Tokens: `Authorizer.jwt()`' },
  cognito: { title: 'Tokens of a Cognito user pool: `Authorizer.cognito()`' },
  cognitoClients: { title: 'Only tokens of some clients of the user pool: `userPoolClients`' },
  oidc: { title: 'Users who log in at an OpenID Connect provider: `Authorizer.oidc()`' },
  cognitoLogin: { title: 'Users who log in at a Cognito user pool: `Authorizer.cognitoLogin()`' },
  lambda: { title: 'A Lambda function that decides: `Authorizer.lambda()`' },
  queryToken: { title: 'A token in the query string for a Lambda function: `identityQueryParameter`' },
  iam: { title: 'Requests signed with AWS credentials: `Authorizer.iam()`' },
  apiKey: { title: 'API keys with a usage plan: `Authorizer.apiKey()`' },
  clients: { title: 'Clients with API keys, limits and quotas of their own: `clients`, `apiKeyRequired`' },
  scopes: { title: 'OAuth scopes of a route: `scopes`' },
  throttle: { title: 'Rate and burst limits of the API and of routes: `throttle`' },
  clientThrottle: { title: 'Limits of each client, by what its authorizer says of it: `clientThrottle`' },
  timeout: { title: 'How long a response may take: `timeout`' },
  streaming: { title: 'Responses that are passed on as they arrive: `responseTransferMode`' },
  cache: { title: 'Responses that API Gateway keeps: `cache`' },
  validation: { title: 'Requests that API Gateway refuses: `validation`' },
  bodyValidation: { title: 'Bodies that must match a JSON Schema or a message of gRPC: `validation.body`' },
  detailedErrors: { title: 'Errors of API Gateway and the gateway service with the ID of the request in their body: `detailedErrors`' },
  firewall: { title: 'A web ACL of AWS WAF: `firewall`' },
  privateApi: { title: 'An API that interface endpoints of VPCs reach, and nobody else: `privateApi`' },
  allowedIpRanges: { title: 'Ranges of addresses from which clients may call: `allowedIpRanges`' },
  resourcePolicy: { title: 'Statements of your own in the resource policy: `resourcePolicyStatements`' },
  cors: { title: 'Cross-origin requests from browsers: `cors`' },
  corsTokens: { title: 'Origins that CloudFormation knows: CDK tokens in `allowOrigins`' },
  grpcJson: { title: 'Methods of gRPC services for clients that send JSON: `grpc`, `grpcRoutes`' },
  grpcWeb: { title: 'Methods of gRPC services for clients of gRPC-Web: `web`, `GrpcMapping.WEB`' },
  grpcStreams: { title: 'Methods of gRPC services that return a stream, each message passed on as it arrives' },
  aggregate: { title: 'Answers of several services at once: `aggregate`' },
  openApi: { title: 'Routes from an OpenAPI document: `openApi`' },
  compression: { title: 'Responses that the gateway service compresses: `compression`' },
  responseHeaders: { title: 'Headers of responses that the gateway service changes: `responseHeaders`' },
  nestedStackPaths: { title: 'Paths whose resources stand in nested stacks: `nestedStackPaths`' },
  routeResponse: { title: 'Messages that a service answers, over WebSockets: `routeResponse`' },
  defaultRoute: { title: 'A route for all that no other takes: `$default`' },
  stage: { title: 'A stage with a name: `stageName`' },
  dualStack: { title: 'Clients with IPv6 addresses: `ipAddressType`' },
  domain: { title: 'A name of your own, with its certificate and its records in DNS: `domain`' },
  executeApiEndpoint: { title: 'That name as the only way in: `executeApiEndpoint`' },
  basePath: { title: 'A path of that name: `basePath`' },
  mutualTls: { title: 'Clients that prove who they are by certificates: `mutualTls`' },
  securityPolicy: { title: 'TLS 1.3 alone, and ciphers to choose from: `securityPolicy`' },
  accessLogs: { title: 'Access logs' },
  traces: { title: 'X-Ray traces that begin in API Gateway' },
} as const satisfies Readonly<Record<string, EdgeFeature>> & Readonly<Record<AuthorizerKind, EdgeFeature>>;

export type EdgeFeatureId = keyof typeof EDGE_FEATURES;

/** True, or why not, and what to do in its place. */
export type EdgeCapability = true | { readonly no: string; readonly fix?: string };

export type EdgeCapabilities = Readonly<Record<EdgeFeatureId, EdgeCapability>>;
