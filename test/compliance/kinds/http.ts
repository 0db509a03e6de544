import type { HttpApiPlan, HttpRoutePlan } from '../../../lib/core/edges/http/plan';
import { GATEWAY_PROOFS } from '../gateway-proofs';
import type { KindProof, KindProofs } from '../kind-proofs';

const route =
  (holds: (route: HttpRoutePlan) => boolean): KindProof<HttpApiPlan> =>
  ({ routes }) =>
    routes.some(({ preflight, ...rest }) => !preflight && holds({ preflight, ...rest }));
const checkedBy =
  (kind: string, type: HttpRoutePlan['authorizationType']): KindProof<HttpApiPlan> =>
  (plan, edge) =>
    plan.authorizers.some((authorizer) => authorizer.kind === kind) &&
    route(({ authorizationType }) => authorizationType === type)(plan, edge);

export const httpApiProofs: KindProofs<HttpApiPlan> = {
  clients: true,
  overwrites: ({ requestParameters }) =>
    Object.keys(requestParameters).flatMap((parameter) => /^overwrite:header\.(.+)$/.exec(parameter)?.[1] ?? []),
  proofs: {
    none: route(({ authorizationType }) => authorizationType === 'NONE'),
    jwt: checkedBy('jwt', 'JWT'),
    cognito: checkedBy('cognito', 'JWT'),
    // Which clients is known to CDK alone: test/cdk/edges/http.test.ts looks at the audience.
    cognitoClients: checkedBy('cognito', 'JWT'),
    lambda: checkedBy('lambda', 'CUSTOM'),
    iam: route(({ authorizationType }) => authorizationType === 'AWS_IAM'),
    scopes: route(({ scopes }) => scopes.includes('read')),
    throttle: ({ stage }) =>
      stage.defaultRouteSettings?.ThrottlingRateLimit === 50 && stage.routeSettings['GET /orders']?.ThrottlingBurstLimit === 10,
    clientThrottle: (_, { clientThrottle }) => clientThrottle?.header === 'x-user' && clientThrottle.burstLimit === 10,
    // The gateway service keeps it.
    timeout: (_, { routes }) => routes.some(({ policy }) => policy?.timeoutSeconds === 10),
    cors: ({ cors }) => cors?.allowOrigins.includes('https://shop.example') === true,
    corsTokens: ({ cors }) => cors?.allowOrigins.some((origin) => origin.includes('Token')) === true,
    defaultRoute: route(({ key }) => key === '$default'),
    stage: ({ stage }) => stage.name === 'live' && !stage.isDefault,
    dualStack: ({ ipAddressType }) => ipAddressType === 'dualstack',
    domain: ({ domain }) => domain?.name === 'api.example.com',
    executeApiEndpoint: ({ executeApiEndpoint }) => executeApiEndpoint === false,
    basePath: ({ domain }) => domain?.mappingKey === 'shop/v1' && domain.url === 'https://api.example.com/shop/v1',
    mutualTls: ({ domain }) => domain?.mutualTls?.key === 'partners.pem',
    ...GATEWAY_PROOFS,
    compression: (_, { routes }) => routes.every(({ policy }) => policy?.compression !== undefined),
    responseHeaders: (_, { routes }) => routes.every(({ policy }) => policy?.responseHeaders !== undefined),
    accessLogs: ({ stage }) => stage.accessLogFormat?.includes('$context.routeKey') === true,
  },
};
