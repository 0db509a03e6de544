import type { Duration } from 'aws-cdk-lib';
import type { RequestFilterProps } from './request-filter';
import type { ValueMatch } from './value-match';

/**
 * A fault that the service's own Envoy makes of some requests, so that callers can be tested. A request that is refused
 * or limited has none. Callers see it as the service's own: they may try again (a GET that gets 503), and their
 * timeouts count.
 *
 * @example
 * const orders: ServiceProps = {
 *   image,
 *   port: 8080,
 *   faultInjection: {
 *     slow: { delay: Duration.seconds(2), percent: 10 },
 *     'broken-for-testers': { abortStatus: 503, headers: { 'x-chaos': ValueMatch.exact('orders') } },
 *   },
 * };
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/fault_filter
 */
export interface FaultProps extends RequestFilterProps {
  /**
   * How many of the requests that fit, in percent: above 0, up to 100, in steps of 0.0001. With both a delay and an abort,
   * each is drawn by itself.
   *
   * @default 100
   */
  readonly percent?: number;

  /**
   * How long requests are held back, 1 millisecond to 1 hour.
   *
   * @default - not at all; then `abortStatus` must be given
   */
  readonly delay?: Duration;

  /**
   * The answer in place of the service's: an HTTP status from 200 to 599, or for gRPC services a status of gRPC, 1 to 16.
   *
   * @default - the service answers; then `delay` must be given
   */
  readonly abortStatus?: number;

  /**
   * Only requests with these headers, by their name.
   *
   * @default - whatever the headers
   */
  readonly headers?: { readonly [header: string]: ValueMatch };
}
