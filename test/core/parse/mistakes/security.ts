import type { Mistakes } from './mistake';
import { CA_ARN, kms, privateCa, rules, rule } from './mistake';
import { mesh, service, token, ui } from '../../../support/parsing';

/** Certificates, and rules of callers. */
export const SECURITY_MISTAKES: Mistakes = {
  UNDECLARED_CALL: [
    { did: 'allows a caller that does not call', props: rule({ callers: ['other'] }), path: 'services.orders.allow[0].callers[0]' },
    { did: 'allows a caller with a typo in its name', props: rule({ callers: ['iu'] }), path: 'services.orders.allow[0].callers[0]' },
    { did: 'allows the gateway where no route leads', props: rule({ callers: ['gateway'] }), path: 'services.orders.allow[0].callers[0]' },
    { did: 'allows a caller where nobody calls', props: ui({ allow: [{ callers: ['orders'] }] }), path: 'services.ui.allow[0].callers[0]' },
  ],
  INVALID_NAME: [
    { did: 'names an authority in capitals', props: kms({ authorities: ['Main'] }), path: 'certificates.authorities[0]' },
    {
      did: 'names an authority with 21 characters',
      props: privateCa({ authorityArns: { ['a'.repeat(21)]: CA_ARN, b: CA_ARN }, issuer: 'b' }),
      path: `certificates.authorityArns.${'a'.repeat(21)}`,
    },
  ],
  MISSING: [
    { did: 'gives no authority', props: kms({ authorities: [] }), path: 'certificates.authorities' },
    { did: 'gives undefined as an authority', props: kms({ authorities: [undefined, 'main'] }), path: 'certificates.authorities[0]' },
    {
      did: 'gives no ARN of an authority',
      props: privateCa({ authorityArns: { main: undefined, other: CA_ARN } }),
      path: 'certificates.authorityArns.main',
    },
    { did: 'gives no authority of AWS Private CA', props: privateCa({ authorityArns: {} }), path: 'certificates.authorityArns' },
    { did: 'does not say which of two authorities issues', props: kms({ authorities: ['old', 'new'] }), path: 'certificates.issuer' },
    { did: 'gives no rule', props: rules([]), path: 'services.orders.allow' },
    { did: 'gives undefined as a rule', props: rule(undefined), path: 'services.orders.allow[0]' },
    { did: 'allows an empty list of callers', props: rule({ callers: [] }), path: 'services.orders.allow[0].callers' },
    { did: 'allows an empty list of paths', props: rule({ paths: [] }), path: 'services.orders.allow[0].paths' },
    { did: 'allows undefined as a method', props: rule({ methods: [undefined] }), path: 'services.orders.allow[0].methods[0]' },
  ],
  UNKNOWN_PROPERTY: [
    { did: 'misspells a part of a rule', props: rule({ path: ['/a'] }), path: 'services.orders.allow[0].path' },
    { did: 'gives KMS the ARNs of Private CA', props: kms({ authorityArns: {} }), path: 'certificates.authorityArns' },
    {
      did: 'gives no certificates an issuer',
      props: mesh({ ui: service() }, { certificates: { kind: 'none', issuer: 'main' } }),
      path: 'certificates.issuer',
    },
    { did: 'says mtls, as others do', props: mesh({ ui: service() }, { mtls: true }), path: 'mtls' },
  ],
  TOKEN: [
    { did: 'takes the name of an authority from a token', props: kms({ authorities: [token] }), path: 'certificates.authorities[0]' },
    { did: 'takes a path of a rule from a token', props: rule({ paths: [token] }), path: 'services.orders.allow[0].paths[0]' },
  ],
  WRONG_TYPE: [
    { did: 'gives certificates by their name', props: mesh({ ui: service() }, { certificates: 'kms' }), path: 'certificates' },
    { did: 'gives one authority as a text', props: kms({ authorities: 'main' }), path: 'certificates.authorities' },
    { did: 'gives one rule with no list', props: rules({ methods: ['GET'] }), path: 'services.orders.allow' },
    { did: 'gives one path as a text', props: rule({ paths: '/orders' }), path: 'services.orders.allow[0].paths' },
  ],
  OUT_OF_RANGE: [
    {
      did: 'trusts five authorities',
      props: kms({ authorities: ['a', 'b', 'c', 'd', 'e'], issuer: 'a' }),
      path: 'certificates.authorities',
    },
  ],
  INVALID_VALUE: [
    {
      did: 'lets an authority issue that there is not',
      props: kms({ authorities: ['old', 'new'], issuer: 'odl' }),
      path: 'certificates.issuer',
    },
  ],
  DUPLICATE: [{ did: 'lists an authority twice', props: kms({ authorities: ['main', 'main'] }), path: 'certificates.authorities[1]' }],
  INVALID_FORMAT: [
    {
      did: 'gives the ARN of something else as an authority',
      props: privateCa({ authorityArns: { main: 'arn:aws:acm:eu-west-1:111122223333:certificate/1' } }),
      path: 'certificates.authorityArns.main',
    },
    { did: 'allows a method in lower case', props: rule({ methods: ['get'] }), path: 'services.orders.allow[0].methods[0]' },
    { did: 'forgets the slash of a path', props: rule({ paths: ['orders'] }), path: 'services.orders.allow[0].paths[0]' },
    { did: 'allows a path with a dot segment', props: rule({ paths: ['/a/../b'] }), path: 'services.orders.allow[0].paths[0]' },
    { did: 'allows a path with a query string', props: rule({ paths: ['/a?b=c'] }), path: 'services.orders.allow[0].paths[0]' },
    { did: 'allows a path with an escape', props: rule({ paths: ['/a%2Fb'] }), path: 'services.orders.allow[0].paths[0]' },
    { did: 'allows a path with a wildcard in the midst', props: rule({ paths: ['/a/*/b'] }), path: 'services.orders.allow[0].paths[0]' },
    { did: 'allows a path with a wildcard and no slash', props: rule({ paths: ['/a*'] }), path: 'services.orders.allow[0].paths[0]' },
    { did: "allows a path with a route's parameter", props: rule({ paths: ['/a/{id}'] }), path: 'services.orders.allow[0].paths[0]' },
    {
      did: 'allows a path of HTTP to a gRPC service',
      props: rule({ paths: ['/a/b/c'] }, { protocol: 'grpc' }),
      path: 'services.orders.allow[0].paths[0]',
    },
  ],
  CONFLICT: [
    {
      did: 'allows callers where nobody knows who calls',
      props: rule({ callers: ['ui'] }, {}, { certificates: { kind: 'none' } }),
      path: 'services.orders.allow[0].callers',
    },
  ],
  UNSUPPORTED_BY_PROTOCOL: [
    {
      did: 'allows a method of HTTP to a gRPC service',
      props: rule({ methods: ['POST'] }, { protocol: 'grpc' }),
      path: 'services.orders.allow[0].methods',
    },
    {
      did: 'allows a method to a TCP service',
      props: rule({ methods: ['GET'] }, { protocol: 'tcp', port: 6379 }),
      path: 'services.orders.allow[0].methods',
    },
    {
      did: 'allows a path to a TCP service',
      props: rule({ paths: ['/'] }, { protocol: 'tcp', port: 6379 }),
      path: 'services.orders.allow[0].paths',
    },
  ],
};
