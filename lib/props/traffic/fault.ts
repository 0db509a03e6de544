import type { Duration } from 'aws-cdk-lib';
import type { RequestFilterProps } from './request-filter';
import type { ValueMatch } from './value-match';

/**
 * Fault that the service's own Envoy injects into some requests, to test callers. Requests that are refused or rate limited
 * get none. To callers it is a fault of the service: they may retry (a GET that gets 503), and their timeouts apply.
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
   * Share of the matching requests, in percent: above 0, up to 100, in steps of 0.0001. With both a delay and an abort,
   * each is drawn independently.
   *
   * @default 100
   */
  readonly percent?: number;

  /**
   * Delay of requests, 1 millisecond to 1 hour.
   *
   * @default - none; then `abortStatus` must be given
   */
  readonly delay?: Duration;

  /**
   * Status of the response that replaces the service's: an HTTP status from 200 to 599, or for gRPC services a status of gRPC, 1 to 16.
   *
   * @default - the service responds; then `delay` must be given
   */
  readonly abortStatus?: number;

  /**
   * Headers that a request must have, by their names.
   *
   * @default - none
   */
  readonly headers?: { readonly [header: string]: ValueMatch };
}
