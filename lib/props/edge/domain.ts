import type { EndpointAccessMode, SecurityPolicy } from 'aws-cdk-lib/aws-apigateway';
import type { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { IHostedZone } from 'aws-cdk-lib/aws-route53';
import type { IBucket } from 'aws-cdk-lib/aws-s3';

/**
 * Clients that prove who they are by certificates (mutual TLS), of the authorities in a trust store. With `executeApiEndpoint` they would
 * have a way around it, so it must be off, as it is by default.
 *
 * @example
 * const mutualTls: MutualTlsProps = { bucket: trustStores, key: 'partners.pem', version: 'abcdef' };
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mutual-tls.html
 */
export interface MutualTlsProps {
  /** Bucket of the trust store. It stands in the Region of the API, and whoever deploys may read it. */
  readonly bucket: IBucket;

  /** Key of the trust store: a file with the certificates of the authorities in PEM format. */
  readonly key: string;

  /**
   * Version of the trust store's object. API Gateway reads a new trust store only when this changes.
   *
   * @default - that which is the latest when the domain is made
   */
  readonly version?: string;

  /**
   * Public certificate of AWS Certificate Manager that shows that the name is yours: only if `certificate` of the domain is imported, or
   * of AWS Private CA.
   *
   * @default - none: `certificate` shows it
   */
  readonly ownershipCertificate?: ICertificate;
}

/**
 * Name of your own for an API of any kind: a custom domain of API Gateway that is Regional, with TLS 1.2 and 1.3.
 *
 * @example
 * const domain: ApiDomainProps = { domainName: 'chat.example.com', hostedZone: zone };
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-custom-domain-names.html
 */
export interface ApiDomainProps {
  /** Name that clients call, in lower case, such as `api.example.com`. Each edge has a name of its own. */
  readonly domainName: string;

  /**
   * Certificate for the name, of AWS Certificate Manager and of the Region of the API.
   *
   * @default - one that is made, for which `hostedZone` shows that the name is yours
   */
  readonly certificate?: ICertificate;

  /**
   * Public hosted zone of Route 53 that holds the name, in which records of the name are made: `A`, and `AAAA` too with
   * `IpAddressType.DUAL_STACK`.
   *
   * @default - none: you give a certificate, and make the records for `httpApiDomain`, `restApiDomain` or `webSocketApiDomain` of the
   * edge's handle
   */
  readonly hostedZone?: IHostedZone;

  /**
   * Path below the name at which the API is, such as `/v1` or `/shop/v1`. Routes are written without it, and services do not see it in
   * their paths, but in `X-Forwarded-Prefix`. 2 to 301 characters.
   *
   * @default - none: the API has the whole domain
   */
  readonly basePath?: string;
}

/**
 * Name of your own for an HTTP API: a custom domain of API Gateway that is Regional, with TLS 1.2 and 1.3.
 *
 * @example
 * const domain: DomainProps = { domainName: 'api.example.com', hostedZone: zone };
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-custom-domain-names.html
 */
export interface DomainProps extends ApiDomainProps {
  /**
   * Clients that prove who they are by certificates.
   *
   * @default - none: clients need no certificates
   */
  readonly mutualTls?: MutualTlsProps;
}

/**
 * Name of your own for a REST API.
 *
 * @example
 * const domain: RestApiDomainProps = {
 *   domainName: 'api.example.com',
 *   hostedZone: zone,
 *   securityPolicy: SecurityPolicy.TLS13_1_3_2025_09,
 * };
 */
export interface RestApiDomainProps extends DomainProps {
  /**
   * Versions of TLS and ciphers that are accepted: `TLS_1_2`, or one of those of Regional APIs whose names begin with `TLS13_1`, such as
   * `TLS13_1_3_2025_09` for TLS 1.3 alone. These are set for the API itself, too, and not with `mutualTls`.
   *
   * @default SecurityPolicy.TLS_1_2, which accepts TLS 1.2 and 1.3
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies.html
   */
  readonly securityPolicy?: SecurityPolicy;

  /**
   * Whether API Gateway refuses requests whose host is not that of the TLS handshake, or that reach it by an endpoint of another type.
   * Only with a `securityPolicy` other than `TLS_1_2`.
   *
   * @default - `EndpointAccessMode.STRICT` with such a policy
   */
  readonly endpointAccessMode?: EndpointAccessMode;
}
