import { defined } from '../defined';
import type { DomainPlan, EdgeTopology, IpAddressType } from '../model/topology';

export function planDomain({ domain, ipAddressType }: Pick<EdgeTopology, 'domain' | 'ipAddressType'>): DomainPlan | undefined {
  if (domain === undefined) return undefined;
  const { name, basePath, ownCertificate, inZone, tls, mutualTls } = domain;
  return {
    name,
    url: `https://${name}${basePath ?? ''}`,
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
