import type { Reader } from '../../reading/reader';

/**
 * Names of AWS itself: of its APIs in all partitions, of what they hand out, and of instances in a VPC. ".aws" is a
 * domain of Amazon's alone.
 * https://docs.aws.amazon.com/general/latest/gr/rande.html
 * https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html
 */
const AWS_DOMAINS = [
  'amazonaws.com',
  'amazonaws.com.cn',
  'amazonaws.eu',
  'amazonwebservices.com.cn',
  'amazonwebservices.eu',
  'aws',
  'aws.dev',
  'c2s.ic.gov',
  'cloud.adc-e.uk',
  'cloudfront.net',
  'compute.internal',
  'csp.hci.ic.gov',
  'ec2.internal',
  'sc2s.sgov.gov',
];

/** The private zone of the domain answers for every name in it, for the whole VPC: what it does not hold is not found. */
export function checkHidesNoAws(at: Reader, domain: string): void {
  const hidden = AWS_DOMAINS.find((aws) => domain === aws || domain.endsWith(`.${aws}`) || aws.endsWith(`.${domain}`));
  if (hidden === undefined) return;
  at.fail('DOMAIN_CLASH', `a private zone "${domain}" would hide what AWS has below "${hidden}" from the whole VPC`, {
    fix: 'set domain to a name of your own, such as "shop.internal"',
  });
}
