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
   * Number of consecutive gateway errors that ejects a task, 1 to 1000: a failed connection, an incomplete response, or the
   * status 502, 503 or 504.
   *
   * @default 3
   */
  readonly consecutiveGatewayErrors?: number;

  /**
   * Number of consecutive responses with a status of 500 or above that ejects a task, 1 to 1000. Not for TCP.
   *
   * @default - the application's own errors eject no task
   */
  readonly consecutiveServerErrors?: number;

  /**
   * Time between two checks whether an ejected task may return, 100 milliseconds to an hour.
   *
   * @default Duration.seconds(2)
   */
  readonly interval?: Duration;

  /**
   * Duration of a task's first ejection, 100 milliseconds to 24 hours. It is multiplied by the number of ejections in a row, up
   * to five minutes, or to this if it is more.
   *
   * @default Duration.seconds(10)
   */
  readonly baseEjection?: Duration;

  /**
   * Maximum share of ejected tasks, 1 to 99 percent, rounded down. So the last task is never ejected, nor one of two if this is
   * below 50.
   *
   * @default 50
   */
  readonly maxEjectionPercent?: number;
}

/**
 * Ejection of tasks that fail: a caller's Envoy sends them no requests for a while.
 *
 * @example
 * const legacy: ServiceProps = { image, port: 8080, outlierDetection: OutlierDetection.none() };
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/outlier
 */
export class OutlierDetection {
  /** Ejects tasks by other values than the default ones. */
  public static of(options: OutlierDetectionOptions): OutlierDetection {
    return new OutlierDetection('of', options);
  }

  /** Ejects no task, whatever its responses are. */
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
