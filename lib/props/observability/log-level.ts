/**
 * How much Envoy logs about itself, from everything to nothing. Access logs are written at any level.
 *
 * @example
 * const props: MicroservicesProps = { services, mesh: Mesh.envoy({ logLevel: EnvoyLogLevel.INFO }) };
 */
export enum EnvoyLogLevel {
  /** All that Envoy does. It slows Envoy down. */
  TRACE = 'trace',
  /** Each connection and request, with headers, which may hold credentials. */
  DEBUG = 'debug',
  /** Start, configuration and end of Envoy, and all that is more severe. */
  INFO = 'info',
  /** What may be a problem, and all that is more severe. */
  WARNING = 'warning',
  /** What fails, and what ends Envoy. */
  ERROR = 'error',
  /** What ends Envoy. */
  CRITICAL = 'critical',
  /** Nothing. */
  OFF = 'off',
}
