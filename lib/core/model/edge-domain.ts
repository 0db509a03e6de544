/** A name of the user's own for an API. */
export interface EdgeDomain {
  /** May hold CDK tokens. */
  readonly name: string;
  /** With a slash before it and none behind it; absent: the API has the whole domain. */
  readonly basePath?: string;
  /** Whether the user brings the certificate; if not, it is made. */
  readonly ownCertificate: boolean;
  /** Whether records are made in a hosted zone. */
  readonly inZone: boolean;
  readonly tls: TlsPolicy;
  readonly mutualTls?: MutualTls;
}

export interface TlsPolicy {
  /** As API Gateway names it. */
  readonly securityPolicy: string;
  readonly endpointAccessMode?: string;
}

/** The trust store's place; its bucket is known to CDK alone. */
export interface MutualTls {
  readonly key: string;
  readonly version?: string;
}

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

/** By which addresses clients reach an API. */
export type IpAddressType = 'ipv4' | 'dualstack';

/** What AWS WAF looks at requests with: a web ACL of the user's, or one of ours. */
export type FirewallPlan = { readonly webAclArn: string } | { readonly groups: readonly ManagedGroup[] };

/** Rules of AWS. */
export interface ManagedGroup {
  readonly name: string;
  /** Rules of it that refuse nothing. */
  readonly counted: readonly string[];
}
