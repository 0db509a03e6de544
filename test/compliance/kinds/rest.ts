import type { RestApiPlan, RestMethodPlan } from '../../../lib/core/edges/rest/plan';
import { GATEWAY_PROOFS, streamsPassed } from '../gateway-proofs';
import type { KindProof, KindProofs } from '../kind-proofs';

const method =
  (holds: (method: RestMethodPlan) => boolean): KindProof<RestApiPlan> =>
  ({ methods }) =>
    methods.some(holds);
const headersOf = (one: RestMethodPlan | undefined): readonly string[] =>
  Object.keys(one?.requestParameters ?? {}).flatMap((parameter) => /^integration\.request\.header\.(.+)$/.exec(parameter)?.[1] ?? []);
const checkedBy =
  (kind: string, type: RestMethodPlan['authorizationType']): KindProof<RestApiPlan> =>
  (plan, edge) =>
    plan.authorizers.some((authorizer) => authorizer.kind === kind) &&
    method(({ authorizationType }) => authorizationType === type)(plan, edge);

export const restApiProofs: KindProofs<RestApiPlan> = {
  streams: { responseTransferMode: 'STREAM' },
  clients: false,
  // Those of every method.
  overwrites: ({ methods: [first, ...others] }) =>
    headersOf(first).filter((header) => others.every((other) => headersOf(other).includes(header))),
  proofs: {
    none: method(({ authorizationType, apiKeyRequired }) => authorizationType === 'NONE' && !apiKeyRequired),
    cognito: checkedBy('cognito', 'COGNITO_USER_POOLS'),
    lambda: checkedBy('lambda', 'CUSTOM'),
    iam: method(({ authorizationType }) => authorizationType === 'AWS_IAM'),
    apiKey: (plan, edge) => plan.apiKeys !== undefined && method(({ apiKeyRequired }) => apiKeyRequired)(plan, edge),
    clients: ({ clients: [acme] = [], methods }) =>
      acme?.quota?.limit === 1000 && acme.throttle?.burstLimit === 10 && methods.every(({ apiKeyRequired }) => apiKeyRequired),
    scopes: method(({ scopes }) => scopes.includes('read')),
    throttle: ({ stage }) => stage.throttle?.rateLimit === 50 && stage.methodThrottles['/orders/GET']?.burstLimit === 10,
    clientThrottle: (_, { clientThrottle }) => clientThrottle?.header === 'x-user' && clientThrottle.burstLimit === 10,
    timeout: method(({ timeoutMillis }) => timeoutMillis === 10_000),
    streaming: method(({ streamed }) => streamed),
    cache: ({ stage, methods: [first] }) =>
      stage.cache?.clusterSize === '1.6' &&
      stage.cache.methods['/orders/GET']?.ttlSeconds === 30 &&
      first?.cacheKey?.includes('method.request.querystring.page') === true,
    bodyValidation: ({ methods }) => {
      const [ofMessage, ofSchema] = ['PUT', 'POST'].map((verb) => methods.find(({ httpMethod }) => httpMethod === verb));
      return (
        [ofMessage, ofSchema].every((each) => each?.validator === 'body') &&
        ofMessage?.bodySchema?.['title'] === 'shop.Order' &&
        JSON.stringify(ofSchema?.bodySchema?.['required']) === '["sku"]'
      );
    },
    validation: method(
      ({ validator, methodParameters }) => validator === 'parameters' && 'method.request.querystring.page' in methodParameters,
    ),
    detailedErrors: ({ errors }) => errors?.template?.includes('$context.requestId') === true,
    firewall: ({ firewall }) => firewall !== undefined && 'groups' in firewall && firewall.groups.length === 3,
    privateApi: ({ privateApi, policy }) => privateApi?.makesEndpoint === true && policy?.isPrivate === true,
    resourcePolicy: ({ policy }) => policy?.ownStatements === 1,
    cors: ({ cors }) => cors?.preflightHeaders['Access-Control-Allow-Origin'] === "'https://shop.example'",
    stage: ({ stage }) => stage.name === 'live',
    dualStack: ({ ipAddressType }) => ipAddressType === 'dualstack',
    domain: ({ domain }) => domain?.name === 'api.example.com',
    executeApiEndpoint: ({ executeApiEndpoint }) => executeApiEndpoint === false,
    basePath: ({ domain }) => domain?.mappingKey === 'shop/v1' && domain.url === 'https://api.example.com/shop/v1',
    mutualTls: ({ domain }) => domain?.mutualTls?.key === 'partners.pem',
    securityPolicy: ({ domain }) =>
      domain?.tls.securityPolicy === 'SecurityPolicy_TLS13_1_3_2025_09' && domain.tls.endpointAccessMode === 'STRICT',
    ...GATEWAY_PROOFS,
    grpcStreams: (api, edge) => streamsPassed(api, edge) && api.methods.some(({ streamed }) => streamed),
    allowedIpRanges: ({ policy }) => policy?.ipRanges?.includes('203.0.113.0/24') === true,
    nestedStackPaths: ({ nestedPaths }) => nestedPaths?.some(({ path }) => path === '/orders') === true,
    compression: (_, { routes }) => routes.every(({ policy }) => policy?.compression !== undefined),
    responseHeaders: (_, { routes }) => routes.every(({ policy }) => policy?.responseHeaders !== undefined),
    accessLogs: ({ stage }) => stage.accessLogFormat?.includes('$context.resourcePath') === true,
    traces: ({ stage }) => stage.traced,
  },
};
