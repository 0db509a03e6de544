import type { WebSocketApiPlan } from '../../../lib/core/edges/web-socket/plan';
import type { KindProof, KindProofs } from '../kind-proofs';

const asked =
  (type: string): KindProof<WebSocketApiPlan> =>
  ({ routes }) =>
    routes.some(({ key, authorizationType }) => key === '$connect' && authorizationType === type);

export const webSocketApiProofs: KindProofs<WebSocketApiPlan> = {
  clients: false,
  route: '$connect',
  // Those of every route.
  overwrites: ({ routes }) => {
    const headers = routes.map(({ requestParameters }) =>
      Object.keys(requestParameters).map((parameter) => parameter.replace('integration.request.header.', '')),
    );
    return headers[0]?.filter((header) => headers.every((each) => each.includes(header))) ?? [];
  },
  proofs: {
    none: asked('NONE'),
    lambda: ({ authorizer, routes }, edge) => authorizer !== undefined && asked('CUSTOM')({ routes } as WebSocketApiPlan, edge),
    queryToken: ({ authorizer }) => authorizer?.identitySource.join() === 'route.request.querystring.token',
    iam: asked('AWS_IAM'),
    throttle: ({ stage }) => stage.throttle?.rateLimit === 50 && stage.routeThrottles['$connect']?.burstLimit === 10,
    clientThrottle: (_, { clientThrottle }) => clientThrottle?.header === 'x-user' && clientThrottle.burstLimit === 10,
    timeout: (_, { routes }) => routes.every(({ policy }) => policy?.timeoutSeconds === 10),
    routeResponse: ({ routes }) => routes.some(({ key, answered }) => key === '$default' && answered),
    defaultRoute: ({ routes }) => routes.some(({ key }) => key === '$default'),
    stage: ({ stage }) => stage.name === 'live',
    dualStack: ({ ipAddressType }) => ipAddressType === 'dualstack',
    domain: ({ domain, callback }) => domain?.name === 'api.example.com' && callback.url === 'https://api.example.com',
    executeApiEndpoint: ({ executeApiEndpoint }) => executeApiEndpoint === false,
    basePath: ({ domain, callback }) =>
      domain?.mappingKey === 'shop/v1' && domain.url === 'wss://api.example.com/shop/v1' && callback.url?.endsWith('/shop/v1') === true,
    accessLogs: ({ stage }) => stage.accessLogFormat?.includes('$context.connectionId') === true,
  },
};
