import type { Duration } from 'aws-cdk-lib';
import { factoryInput } from '../factory-input';

/**
 * Options of `OutlierDetection.of()`.
 *
 * @example
 * const strict: OutlierDetectionOptions = { consecutiveServerErrors: 5, baseEjection: Duration.seconds(30) };
 */
export interface OutlierDetectionOptions {
  /**
   * How many failures of a proxy in a row eject a task, 1 to 1000: no connection, an answer that breaks off, or the
   * statuses 502, 503 and 504.
   *
   * @default 3
   */
  readonly consecutiveGatewayErrors?: number;

  /**
   * How many answers with a status from 500 on in a row eject a task, 1 to 1000. Not for TCP.
   *
   * @default - the application's own errors eject nobody
   */
  readonly consecutiveServerErrors?: number;

  /**
   * How often Envoy looks whether a task may come back, 100 milliseconds to an hour.
   *
   * @default Duration.seconds(2)
   */
  readonly interval?: Duration;

  /**
   * How long a task is left out, times how often it was already; 100 milliseconds to 24 hours. Five minutes are the most,
   * or this if it is more.
   *
   * @default Duration.seconds(10)
   */
  readonly baseEjection?: Duration;

  /**
   * How many of the tasks may be left out at most, 1 to 99 percent, rounded down. So the last task never is, nor one of
   * two by less than 50.
   *
   * @default 50
   */
  readonly maxEjectionPercent?: number;
}

/**
 * When a caller's Envoy sends no requests to a task for a while.
 *
 * @example
 * const legacy: ServiceProps = { image, port: 8080, outlierDetection: OutlierDetection.none() };
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/outlier
 */
export class OutlierDetection {
  /** Other values than the default ones. */
  public static of(options: OutlierDetectionOptions): OutlierDetection {
    return new OutlierDetection('of', options);
  }

  /** Every task gets requests, whatever it does with them. */
  public static none(): OutlierDetection {
    return new OutlierDetection('none', {});
  }

  /** @internal */
  public readonly _type = 'OutlierDetection';

  private constructor(
    private readonly kind: string,
    private readonly options: OutlierDetectionOptions,
  ) {}

  /** @internal */
  public _input(): unknown {
    return factoryInput(this.options, { kind: this.kind });
  }
}
