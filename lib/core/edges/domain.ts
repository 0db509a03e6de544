import { defined } from '../defined';
import type { EdgeTopology, IpAddressType, MutualTls, TlsPolicy } from '../model/topology';

/** A name of the user's own for an API, as plain data. Certificate, zone and bucket are known to CDK alone. */
export interface DomainPlan {
  readonly name: string;
  /** What clients call, without a slash at its end. */
  readonly url: string;
  /** As API Gateway writes it, without a slash before it; absent: the API has the whole domain. */
  readonly mappingKey?: string;
  /** Whether a certificate is made. */
  readonly makesCertificate: boolean;
  /** Types of the records that are made. */
  readonly records: readonly ('A' | 'AAAA')[];
  readonly tls: TlsPolicy;
  readonly mutualTls?: MutualTls;
  /** Absent: API Gateway's default. */
  readonly ipAddressType?: IpAddressType;
}

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
