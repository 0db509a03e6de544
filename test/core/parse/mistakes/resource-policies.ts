import { Opaque } from '../../../../lib/core/reading/input';
import type { Raw } from '../../../support/parsing';
import { edge, token } from '../../../support/parsing';
import type { Mistakes } from './mistake';

const isPrivate = (more: Raw = {}, privateApi: unknown = {}): Raw => edge({ privateApi, ...more }, 'rest');
const statement = (fields: Raw): Opaque => new Opaque({ toStatementJson: () => ({ Effect: 'Allow', ...fields }) });
const stating = (...statements: readonly unknown[]): Raw => edge({ resourcePolicyStatements: statements }, 'rest');
const ALL = { Action: 'execute-api:Invoke', Resource: 'execute-api:/*' };
const certificate = new Opaque({ certificateArn: 'arn' });
const ENDPOINTS = 'edge.privateApi.vpcEndpoints';
const FIRST = 'edge.resourcePolicyStatements[0]';

/** Private APIs, and statements of the user's own in resource policies. */
export const RESOURCE_POLICY_MISTAKES: Mistakes = {
  MISSING: [
    { did: 'lets no endpoint reach a private API', props: isPrivate({}, { vpcEndpoints: [] }), path: ENDPOINTS },
    { did: 'lists no statement', props: stating(), path: 'edge.resourcePolicyStatements' },
    { did: 'writes a statement about nobody', props: stating(statement(ALL)), path: FIRST },
    {
      did: 'writes a statement about no action',
      props: stating(statement({ Principal: '*', Effect: 'Deny', Resource: '*' })),
      path: FIRST,
    },
    {
      did: 'writes a statement about no requests',
      props: stating(statement({ Effect: 'Deny', Principal: '*', Action: 'execute-api:Invoke' })),
      path: FIRST,
    },
  ],
  UNKNOWN_PROPERTY: [{ did: 'names the VPC of a private API', props: isPrivate({}, { vpc: {} }), path: 'edge.privateApi.vpc' }],
  WRONG_TYPE: [
    { did: 'makes an API private by true', props: isPrivate({}, true), path: 'edge.privateApi' },
    { did: 'gives the ID of an endpoint', props: isPrivate({}, { vpcEndpoints: ['vpce-1'] }), path: `${ENDPOINTS}[0]` },
    { did: 'writes a statement as JSON', props: stating({ Effect: 'Deny' }), path: FIRST },
  ],
  INVALID_VALUE: [
    {
      did: 'denies what clients of an API do not do',
      props: stating(
        statement({ Effect: 'Deny', Principal: '*', Action: ['s3:GetObject', 'execute-api:ManageConnections'], Resource: '*' }),
      ),
      path: FIRST,
    },
  ],
  TOKEN: [{ did: 'does not know yet whether an API is private', props: isPrivate({}, token), path: 'edge.privateApi' }],
  CONFLICT: [
    {
      did: 'gives a private API a domain of the internet',
      props: isPrivate({ domain: { domainName: 'api.example.com', certificate } }),
      path: 'edge.domain',
    },
    { did: 'lets a private API have IPv4 addresses alone', props: isPrivate({ ipAddressType: 'ipv4' }), path: 'edge.ipAddressType' },
    ...(
      [
        ['allows everybody', { Principal: '*' }],
        ['allows everybody by the ARN of all', { Principal: { AWS: ['arn:aws:iam::111122223333:root', '*'] } }],
        ['allows everybody but one', { NotPrincipal: { AWS: 'arn:aws:iam::111122223333:role/a' } }],
      ] as const
    ).map(([did, who]) => ({ did, props: stating(statement({ ...ALL, ...who })), path: FIRST })),
    {
      did: 'opens by a private API what an identity policy is to decide',
      props: isPrivate({
        routes: {
          'GET /{proxy+}': { service: 'ui' },
          'GET /orders': { service: 'ui', authorizer: { kind: 'iam' } },
        },
      }),
      path: 'edge.privateApi',
    },
  ],
  UNSUPPORTED_BY_EDGE: [
    { did: 'makes an HTTP API private', props: edge({ privateApi: {} }), path: 'edge.privateApi' },
    {
      did: 'writes a resource policy for an HTTP API',
      props: edge({ resourcePolicyStatements: [statement({ ...ALL, Effect: 'Deny', Principal: '*' })] }),
      path: 'edge.resourcePolicyStatements',
    },
  ],
};
