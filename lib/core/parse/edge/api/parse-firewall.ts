import type { EdgeFirewall } from '../../../model/topology';
import { Unresolved } from '../../../reading/input';
import type { Reader } from '../../../reading/reader';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awswafv2.html */
const REGIONAL = /^arn:[a-z-]+:wafv2:[a-z0-9-]+:\d{12}:regional\/webacl\/[^/]+\/[^/]+$/;

export function parseFirewall(at: Reader): EdgeFirewall | undefined {
  if (!at.checkFactory('Firewall', 'a factory of Firewall, such as Firewall.managed()')) return undefined;
  if (!at.checkFields(['webAclArn'], 'kind')) return undefined;
  if (at.field('kind').value !== 'webAcl') return { kind: 'managed' };
  const arnAt = at.field('webAclArn').required('the ARN of the web ACL', 'give it, or use Firewall.managed()');
  const webAclArn = arnAt.text();
  if (webAclArn === undefined) return undefined;
  if (!(arnAt.value instanceof Unresolved) && !REGIONAL.test(webAclArn))
    arnAt.fail('INVALID_FORMAT', 'is not the ARN of a web ACL that can protect an edge', {
      allowed: 'such as "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/shop/a1b2c3"',
      ...(webAclArn.includes(':global/webacl/')
        ? { fix: 'this one is for Amazon CloudFront: make one with the scope REGIONAL, in the Region of the edge' }
        : {}),
    });
  return { kind: 'webAcl', webAclArn };
}
