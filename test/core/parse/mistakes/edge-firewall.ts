import { edge } from '../../../support/parsing';
import type { Mistakes } from './mistake';

const ACL = 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/shop/a1b2';

/** What stands before an API. */
export const EDGE_FIREWALL_MISTAKES: Mistakes = {
  UNSUPPORTED_BY_EDGE: [{ did: 'wants AWS WAF before an HTTP API', props: edge({ firewall: { kind: 'managed' } }), path: 'edge.firewall' }],
  INVALID_FORMAT: [
    {
      did: 'puts the web ACL of a distribution before an API',
      props: edge({ firewall: { kind: 'webAcl', webAclArn: ACL } }, 'rest'),
      path: 'edge.firewall.webAclArn',
    },
    {
      did: 'gives the name of a web ACL',
      props: edge({ firewall: { kind: 'webAcl', webAclArn: 'shop' } }, 'rest'),
      path: 'edge.firewall.webAclArn',
    },
  ],
  MISSING: [{ did: 'gives no ARN of a web ACL', props: edge({ firewall: { kind: 'webAcl' } }, 'rest'), path: 'edge.firewall.webAclArn' }],
  WRONG_TYPE: [{ did: 'switches a firewall on', props: edge({ firewall: true }, 'rest'), path: 'edge.firewall' }],
};
