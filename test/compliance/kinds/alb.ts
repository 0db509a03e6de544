import type { LoadBalancerPlan } from '../../../lib/core/edges/alb/plan';
import { Opaque } from '../../../lib/core/reading/input';
import { jwt } from '../../support/parsing';
import { GATEWAY_PROOFS, streamsPassed } from '../gateway-proofs';
import type { KindProofs } from '../kind-proofs';

export const loadBalancerProofs: KindProofs<LoadBalancerPlan> = {
  clients: false,
  base: { certificate: new Opaque({ certificateArn: 'arn' }) },
  jwt: { ...jwt, jwksUri: 'https://login.example.com/keys' },
  proofs: {
    none: ({ targets, fallback }) => targets.some(({ authorizer, tokens }) => authorizer === fallback && tokens === undefined),
    jwt: ({ targets, fallback }) =>
      targets.some(({ authorizer, tokens }) => authorizer === fallback && tokens?.audience.includes('shop') === true),
    oidc: ({ targets, fallback }) =>
      targets.some(({ authorizer, login }) => authorizer === fallback && login?.provider?.clientId === 'shop'),
    cognitoLogin: ({ targets, fallback }) =>
      targets.some(({ authorizer, login }) => authorizer === fallback && login !== undefined && login.provider === undefined),
    firewall: ({ firewall }) => firewall !== undefined && 'groups' in firewall && firewall.groups.length === 3,
    domain: ({ domain, https }) => domain?.name === 'api.example.com' && https,
    dualStack: ({ ipAddressType }) => ipAddressType === 'dualstack',
    // The gateway service has the buckets: test/core/envoy/edge/load-balancer.test.ts looks at them.
    throttle: (_, { throttle, routes }) => throttle?.rateLimit === 50 && routes.some((route) => route.throttle?.burstLimit === 10),
    clientThrottle: (_, { clientThrottle }) => clientThrottle?.header === 'x-user' && clientThrottle.burstLimit === 10,
    // The gateway service keeps it.
    timeout: (_, { routes }) => routes.some(({ policy }) => policy?.timeoutSeconds === 10),
    cors: ({ rules, targets }, { cors }) =>
      cors?.allowOrigins.includes('https://shop.example') === true &&
      rules.some(({ conditions, authorizer }) => conditions.preflight === true && authorizer === 'none') &&
      targets.some(({ authorizer }) => authorizer === 'none'),
    ...GATEWAY_PROOFS,
    grpcStreams: streamsPassed,
    compression: (_, { routes }) => routes.every(({ policy }) => policy?.compression !== undefined),
    responseHeaders: (_, { routes }) => routes.every(({ policy }) => policy?.responseHeaders !== undefined),
    defaultRoute: ({ fallback }, { routes }) => routes.some(({ key, authorizer }) => key === '$default' && authorizer === fallback),
  },
};
