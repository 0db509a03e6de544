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

/** What the gateway service must know of the API before it. */
export interface ApiTraits {
  /** Whether API Gateway begins traces; if not, clients say nothing of them. */
  readonly beginsTraces: boolean;
  /** Where routes of the library's own making lead preflight requests to the gateway service. */
  readonly preflightPaths: readonly string[];
  /** The record of the gateway in Cloud Map: SRV has a port, and both kinds of API Gateway have it; A is for a kind that knows the port. */
  readonly gatewayRecord: 'A' | 'SRV';
  /**
   * Where the gateway takes requests, sorted by authorizer. What stands in front names no route: it has let the authorizer of the port
   * decide, and the gateway finds the route by the path. Absent: it names the route of each request, and there is one port for all.
   */
  readonly ports?: readonly AuthorizerPort[];
  /** Whether what it says of clients stands behind the ID of the request; absent: it says only what is never absent. */
  readonly provesContext?: true;
  /** Hosts by which clients may call: names, or `*.` with the rest of one. Absent: any. */
  readonly hosts?: readonly string[];
}

/** A port of a gateway service for the requests of which one authorizer has decided. */
export interface AuthorizerPort {
  readonly authorizer: string;
  readonly port: number;
}
