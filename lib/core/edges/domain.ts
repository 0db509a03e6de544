import { defined } from '../defined';
import type { DomainPlan, EdgeTopology, IpAddressType } from '../model/topology';

/** @param scheme of the URL that clients call */
export function planDomain(
  { domain, ipAddressType }: Pick<EdgeTopology, 'domain' | 'ipAddressType'>,
  scheme: 'https' | 'wss' = 'https',
): DomainPlan | undefined {
  if (domain === undefined) return undefined;
  const { name, basePath, ownCertificate, inZone, tls, mutualTls } = domain;
  return {
    name,
    url: `${scheme}://${name}${basePath ?? ''}`,
    makesCertificate: !ownCertificate,
    records: inZone ? recordsOf(ipAddressType) : [],
    tls,
    ...defined({ mappingKey: basePath?.slice(1), mutualTls, ipAddressType }),
  };
}

/** An address of a kind that the domain does not have would be found by nobody. */
function recordsOf(ipAddressType: IpAddressType | undefined): DomainPlan['records'] {
  return ipAddressType === 'dualstack' ? ['A', 'AAAA'] : ['A'];
}
