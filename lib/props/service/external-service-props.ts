import type { CallPolicyProps } from '../traffic/call-policy-props';
import type { HeaderLimitsProps } from '../traffic/header-limits';
import type { Protocol } from './protocol';
import type { TrustedAuthorities } from '../security/trusted-authorities';

/**
 * A service outside of the mesh that services call through their Envoys, as they call each other:
 * `http://<name>.<domain>:<virtualPort>`, in plain text inside the task. Envoy begins TLS, and checks that the
 * certificate is the host's. It sends the host's own name as `Host`, and nothing of the mesh: no `X-Forwarded-*`,
 * `Forwarded`, `X-Amzn-Trace-Id` or `X-Envoy-*`. Its addresses are one host to Envoy: it has no load balancing, outlier
 * detection, health checks or pings.
 *
 * @example
 * const props: MicroservicesProps = {
 *   services: { checkout: { image, port: 8080, calls: ['stripe'], environment: { STRIPE_URL: 'http://stripe.shop.internal:15080' } } },
 *   external: { stripe: { host: 'api.stripe.com', timeout: Timeout.perRequest(Duration.seconds(30)) } },
 * };
 */
export interface ExternalServiceProps extends CallPolicyProps {
  /**
   * DNS name of the service, without scheme and port; a CDK token is accepted, too, such as the endpoint of a database. Not an address,
   * and not a name of the mesh. Only IPv4 addresses are used.
   */
  readonly host: string;

  /**
   * Port on which the service listens, 1 to 65535.
   *
   * @default - 443; with `tls: false`, and for TCP, it must be given
   */
  readonly port?: number;

  /**
   * Protocol of the service, inside TLS if TLS is used.
   *
   * @default Protocol.HTTP
   */
  readonly protocol?: Protocol;

  /**
   * Makes Envoy originate TLS (1.2 or 1.3). Without it, requests leave in plain text, and a warning says so. A database whose
   * client begins TLS by itself in the middle of its protocol (PostgreSQL, MySQL) is `Protocol.TCP` with `tls: false`.
   *
   * @default true
   */
  readonly tls?: boolean;

  /**
   * Authorities that may have issued the service's certificate. Not with `tls: false`.
   *
   * @default TrustedAuthorities.public()
   */
  readonly trust?: TrustedAuthorities;

  /**
   * Port in the URLs of callers, 1024 to 65535. It may not be a port on which a caller itself listens.
   *
   * @default - 15080; for TCP, `port`
   */
  readonly virtualPort?: number;

  /**
   * Limits on the number and size of headers, which the Envoys of callers enforce. Not for TCP.
   *
   * @default - 100 headers and 60 KiB for requests, 200 headers and 128 KiB for responses
   */
  readonly headerLimits?: HeaderLimitsProps;
}
