import { Opaque } from '../../../../lib/core/reading/input';
import type { Raw } from '../../../support/parsing';
import { edge, mesh, publicRoute, service, token } from '../../../support/parsing';
import type { Mistakes } from './mistake';
import { zone } from './mistake';

const certificate = new Opaque({ certificateArn: 'arn' });
const domain = (more: Raw = {}, kind = 'rest', options: Raw = {}): Raw =>
  edge({ domain: { domainName: 'api.example.com', certificate, ...more }, ...options }, kind);
const mutualTls = { bucket: new Opaque({ bucketName: 'stores' }), key: 'partners.pem' };
const TLS_1_3 = 'SecurityPolicy_TLS13_1_3_2025_09';
class PrivateHostedZone {
  readonly hostedZoneId = 'i';
  readonly zoneName = 'example.com';
}

/** Domains of edges, and how clients prove themselves there. */
export const DOMAIN_MISTAKES: Mistakes = {
  MISSING: [
    { did: 'gives a domain without a name', props: edge({ domain: { certificate } }), path: 'edge.domain.domainName' },
    {
      did: 'gives a domain with nothing to prove it by',
      props: edge({ domain: { domainName: 'api.example.com' } }),
      path: 'edge.domain.certificate',
    },
    { did: 'asks for client certificates of nobody', props: domain({ mutualTls: { key: 'k' } }), path: 'edge.domain.mutualTls.bucket' },
    {
      did: 'names a bucket, and no trust store in it',
      props: domain({ mutualTls: { bucket: mutualTls.bucket } }),
      path: 'edge.domain.mutualTls.key',
    },
  ],
  UNKNOWN_PROPERTY: [
    { did: 'calls the path of a domain path', props: domain({ path: '/v1' }), path: 'edge.domain.path' },
    {
      did: 'writes the trust store as a URL',
      props: domain({ mutualTls: { ...mutualTls, truststoreUri: 's3://a/b' } }),
      path: 'edge.domain.mutualTls.truststoreUri',
    },
  ],
  INVALID_NAME: [
    { did: 'gives a URL as a domain', props: domain({ domainName: 'https://api.example.com/' }), path: 'edge.domain.domainName' },
    { did: 'gives a domain in upper case', props: domain({ domainName: 'API.example.com' }), path: 'edge.domain.domainName' },
    { did: 'gives a wildcard as a domain', props: domain({ domainName: '*.example.com' }), path: 'edge.domain.domainName' },
  ],
  INVALID_VALUE: [
    { did: 'leaves out the slash of a base path', props: domain({ basePath: 'v1' }), path: 'edge.domain.basePath' },
    { did: 'ends a base path with a slash', props: domain({ basePath: '/v1/' }), path: 'edge.domain.basePath' },
    { did: 'gives the root as a base path', props: domain({ basePath: '/' }), path: 'edge.domain.basePath' },
    { did: 'goes up in a base path', props: domain({ basePath: '/v1/../v2' }), path: 'edge.domain.basePath' },
    { did: 'encodes a base path', props: domain({ basePath: '/v%31' }), path: 'edge.domain.basePath' },
    { did: 'accepts TLS 1.0', props: domain({ securityPolicy: 'TLS_1_0' }), path: 'edge.domain.securityPolicy' },
    {
      did: 'takes a security policy of domains at edge locations',
      props: domain({ securityPolicy: 'SecurityPolicy_TLS13_2025_EDGE' }),
      path: 'edge.domain.securityPolicy',
    },
    {
      did: 'writes a slash before the key of a trust store',
      props: domain({ mutualTls: { ...mutualTls, key: '/k' } }),
      path: 'edge.domain.mutualTls.key',
    },
    {
      did: 'wants records in a private zone',
      props: domain({ hostedZone: new Opaque(new PrivateHostedZone()) }),
      path: 'edge.domain.hostedZone',
    },
  ],
  CONFLICT: [
    {
      did: 'wants records in the zone of another domain',
      props: domain({ hostedZone: zone('example.org') }),
      path: 'edge.domain.hostedZone',
    },
    {
      did: 'wants records in a zone whose name only ends alike',
      props: domain({ domainName: 'api.myexample.com', hostedZone: zone('example.com') }),
      path: 'edge.domain.hostedZone',
    },
    {
      did: 'lets clients get around certificates',
      props: domain({ mutualTls }, 'http', { executeApiEndpoint: true }),
      path: 'edge.executeApiEndpoint',
    },
    {
      did: 'wants client certificates and TLS 1.3 alone',
      props: domain({ mutualTls, securityPolicy: TLS_1_3 }),
      path: 'edge.domain.mutualTls',
    },
    {
      did: 'gives the old security policy an access mode',
      props: domain({ endpointAccessMode: 'STRICT' }),
      path: 'edge.domain.endpointAccessMode',
    },
    { did: 'leaves clients no way in', props: edge({ executeApiEndpoint: false }), path: 'edge.executeApiEndpoint' },
    {
      did: 'gives two edges one domain',
      props: mesh(
        { ui: service() },
        {
          edges: Object.fromEntries(
            ['a', 'b'].map((name) => [
              name,
              { kind: 'http', routes: { 'GET /': publicRoute }, domain: { domainName: 'api.example.com', certificate } },
            ]),
          ),
        },
      ),
      path: 'edges.b.domain.domainName',
    },
  ],
  TOKEN: [{ did: 'takes a base path from a token', props: domain({ basePath: token }), path: 'edge.domain.basePath' }],
  WRONG_TYPE: [
    { did: 'gives a domain as a string', props: edge({ domain: 'api.example.com' }), path: 'edge.domain' },
    {
      did: 'gives the ARN of a certificate',
      props: domain({ certificate: 'arn:aws:acm:eu-west-1:1:certificate/a' }),
      path: 'edge.domain.certificate',
    },
    { did: 'gives the ID of a zone', props: domain({ hostedZone: 'Z123' }), path: 'edge.domain.hostedZone' },
    {
      did: 'gives the name of a bucket',
      props: domain({ mutualTls: { ...mutualTls, bucket: 'stores' } }),
      path: 'edge.domain.mutualTls.bucket',
    },
  ],
  UNSUPPORTED_BY_EDGE: [
    {
      did: 'wants TLS 1.3 alone for an HTTP API',
      props: domain({ securityPolicy: TLS_1_3 }, 'http'),
      path: 'edge.domain.securityPolicy',
    },
    {
      did: 'gives an HTTP API an access mode',
      props: domain({ endpointAccessMode: 'BASIC' }, 'http'),
      path: 'edge.domain.endpointAccessMode',
    },
  ],
};
