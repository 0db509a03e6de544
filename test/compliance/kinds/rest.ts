import type { RestApiPlan, RestMethodPlan } from '../../../lib/core/edges/rest/plan';
import type { KindProof, KindProofs } from '../kind-proofs';

const method =
  (holds: (method: RestMethodPlan) => boolean): KindProof<RestApiPlan> =>
  ({ methods }) =>
    methods.some(holds);
const checkedBy =
  (kind: string, type: RestMethodPlan['authorizationType']): KindProof<RestApiPlan> =>
  (plan) =>
    plan.authorizers.some((authorizer) => authorizer.kind === kind) && method(({ authorizationType }) => authorizationType === type)(plan);

export const restApiProofs: KindProofs<RestApiPlan> = {
  clients: false,
  proofs: {
    none: method(({ authorizationType, apiKeyRequired }) => authorizationType === 'NONE' && !apiKeyRequired),
    cognito: checkedBy('cognito', 'COGNITO_USER_POOLS'),
    lambda: checkedBy('lambda', 'CUSTOM'),
    iam: method(({ authorizationType }) => authorizationType === 'AWS_IAM'),
    apiKey: (plan) => plan.apiKeys !== undefined && method(({ apiKeyRequired }) => apiKeyRequired)(plan),
    scopes: method(({ scopes }) => scopes.includes('read')),
    throttle: ({ stage }) => stage.throttle?.rateLimit === 50 && stage.methodThrottles['/orders/GET']?.burstLimit === 10,
    cors: ({ cors }) => cors?.preflightHeaders['Access-Control-Allow-Origin'] === "'https://shop.example'",
    stage: ({ stage }) => stage.name === 'live',
    accessLogs: ({ stage }) => stage.accessLogFormat?.includes('$context.resourcePath') === true,
    traces: ({ stage }) => stage.traced,
  },
};
