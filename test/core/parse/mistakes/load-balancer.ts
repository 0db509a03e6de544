import { Opaque } from '../../../../lib/core/reading/input';
import type { Raw } from '../../../support/parsing';
import { edge, jwt, publicRoute, seconds } from '../../../support/parsing';
import type { Mistakes } from './mistake';

const certificate = new Opaque({ certificateArn: 'arn' });
const loadBalancer = new Opaque({ loadBalancerArn: 'arn', connections: {}, loadBalancerDnsName: 'name' });
const tokens = { ...jwt, jwksUri: 'https://login.example.com/keys' };
const balanced = (more: Raw = {}): Raw => edge({ certificate, ...more }, 'alb');
const behind = (authorizer: Raw): Raw => balanced({ authorizer, routes: { 'GET /': { service: 'ui' } } });
const many = Object.fromEntries(
  ['a', 'b', 'c', 'd', 'e'].map((name) => [`GET /${name}`, { service: 'ui', authorizer: { ...tokens, name } }]),
);
const long = `/{id}/${'x'.repeat(130)}`;

/** Edges without API Gateway. */
export const LOAD_BALANCER_MISTAKES: Mistakes = {
  MISSING: [
    { did: 'says neither HTTPS nor HTTP', props: edge({}, 'alb'), path: 'edge.certificate' },
    { did: 'does not say where the keys of an issuer are', props: behind(jwt), path: 'edge.authorizer.jwksUri' },
  ],
  CONFLICT: [
    { did: 'wants HTTPS and HTTP', props: balanced({ plainHttp: true }), path: 'edge.plainHttp' },
    {
      did: 'wants tokens by HTTP',
      props: edge({ plainHttp: true, authorizer: tokens, routes: { 'GET /': { service: 'ui' } } }, 'alb'),
      path: 'edge.plainHttp',
    },
    {
      did: 'sets what a load balancer of its own has',
      props: balanced({ loadBalancer, idleTimeout: seconds(90) }),
      path: 'edge.idleTimeout',
    },
    { did: 'waits for longer than the load balancer', props: balanced({ timeout: seconds(90) }), path: 'edge.idleTimeout' },
  ],
  NO_EFFECT: [{ did: 'chooses ciphers for HTTP', props: edge({ plainHttp: true, sslPolicy: 'x' }, 'alb'), path: 'edge.sslPolicy' }],
  INVALID_NAME: [{ did: 'gives a URL for a name', props: balanced({ domainName: 'https://shop.example' }), path: 'edge.domainName' }],
  WRONG_TYPE: [
    { did: 'gives the ARN of a certificate', props: edge({ certificate: 'arn' }, 'alb'), path: 'edge.certificate' },
    { did: 'gives the ARN of a load balancer', props: balanced({ loadBalancer: 'arn' }), path: 'edge.loadBalancer' },
    { did: 'gives the name of a bucket', props: balanced({ accessLogBucket: 'logs' }), path: 'edge.accessLogBucket' },
  ],
  OUT_OF_RANGE: [
    { did: 'wants a connection to be silent for two hours', props: balanced({ idleTimeout: seconds(7200) }), path: 'edge.idleTimeout' },
    { did: 'has more authorizers than target groups', props: balanced({ routes: { ...many, 'GET /': publicRoute } }), path: 'edge.routes' },
    {
      did: 'has more audiences than a claim has values',
      props: behind({ ...tokens, audience: Array.from({ length: 11 }, (_, index) => `a${index}`) }),
      path: 'edge.authorizer.audience',
    },
    {
      did: 'has a path that no rule takes',
      props: balanced({ routes: { [`GET ${long}`]: publicRoute, 'ANY /{proxy+}': { service: 'ui', authorizer: tokens } } }),
      path: `edge.routes["GET ${long}"]`,
    },
  ],
  UNSUPPORTED_BY_EDGE: [
    {
      did: 'looks for tokens in the query string',
      props: behind({ ...tokens, identitySource: '$request.querystring.t' }),
      path: 'edge.authorizer.identitySource',
    },
    {
      did: 'wants a function to decide',
      props: behind({ kind: 'lambda', handler: new Opaque({ functionArn: 'f' }) }),
      path: 'edge.authorizer',
    },
    {
      did: 'asks for scopes',
      props: balanced({ routes: { 'GET /': { service: 'ui', authorizer: tokens, scopes: ['a'] } } }),
      path: 'edge.routes["GET /"].scopes',
    },
    { did: 'gives an API a certificate', props: edge({ certificate }), path: 'edge.certificate' },
  ],
};
