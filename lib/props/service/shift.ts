import type { Duration } from 'aws-cdk-lib';
import type { IAlarmRef } from 'aws-cdk-lib/aws-cloudwatch';
import { factoryInput } from '../factory-input';

/**
 * Comparison of versions that get more calls by a shift with those that get less, by what callers have counted of both in the last
 * 5 minutes. Below `minRequests` of one side nothing is compared.
 *
 * @example
 * const comparison: VersionComparisonProps = { minRequests: 500, errorMargin: 0.5 };
 */
export interface VersionComparisonProps {
  /**
   * Compares versions. Without it, `alarms` alone decide.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * Number of requests that each side must have had, 20 to 1,000,000.
   *
   * @default 100
   */
  readonly minRequests?: number;

  /**
   * Number of percentage points by which the share of attempts that fail (with status codes of 500 and above, without reaching the
   * version, or tried again) may be higher than that of the versions that get less, 0 to 100. A difference that chance makes (less than
   * three standard errors) never counts.
   *
   * @default 1
   */
  readonly errorMargin?: number;

  /**
   * Factor by which latency may be above that of the versions that get less, 1.1 to 100: by the median, from 100 requests on the 90th
   * percentile and from 1,000 on the 99th. It must be exceeded in two checks in a row, of different minutes, by 50 ms, and by more than
   * chance.
   *
   * @default 2
   */
  readonly latencyFactor?: number;
}

/**
 * What all kinds of `Shift` have in common.
 *
 * @example
 * const options: ShiftOptions = { comparison: { minRequests: 500 } };
 */
export interface ShiftOptions {
  /**
   * CloudWatch alarms, such as an `Alarm` or a `CompositeAlarm`, at most 100, which take the weights back when they fire, or when they do
   * not exist any more. They are looked at before the first step, and about once a minute from then on: less often in shifts of more than
   * 33 hours.
   *
   * @default - none
   */
  readonly alarms?: IAlarmRef[];

  /**
   * Comparison of the versions with each other.
   *
   * @default - they are compared
   */
  readonly comparison?: VersionComparisonProps;
}

/**
 * Options of `Shift.linear()`.
 *
 * @example
 * const slowly: LinearShiftOptions = { step: 5, every: Duration.minutes(10) };
 */
export interface LinearShiftOptions extends ShiftOptions {
  /**
   * Share of all calls that each step moves, 1 to 100 percent.
   *
   * @default 10
   */
  readonly step?: number;

  /**
   * Time from one step to the next, and for which the last one is watched: whole minutes, 1 minute to 24 hours.
   *
   * @default Duration.minutes(5)
   */
  readonly every?: Duration;
}

/**
 * Options of `Shift.canary()`.
 *
 * @example
 * const few: CanaryShiftOptions = { percent: 5, watch: Duration.hours(1) };
 */
export interface CanaryShiftOptions extends ShiftOptions {
  /**
   * Share of all calls that the first step moves, 1 to 100 percent. The second one moves the rest.
   *
   * @default 10
   */
  readonly percent?: number;

  /**
   * Time from the first step to the second, and for which that is watched: whole minutes, 1 minute to 24 hours.
   *
   * @default Duration.minutes(15)
   */
  readonly watch?: Duration;
}

/**
 * Options of `Shift.allAtOnce()`.
 *
 * @example
 * const watched: AllAtOnceShiftOptions = { watch: Duration.minutes(30) };
 */
export interface AllAtOnceShiftOptions extends ShiftOptions {
  /**
   * Time for which the new weights are watched, and go back if they are bad: whole minutes, 1 minute to 24 hours.
   *
   * @default Duration.minutes(10)
   */
  readonly watch?: Duration;
}

/**
 * Weights of versions that move by themselves after a deployment, and go back at once on an alarm, or when a version that gets more is
 * worse than those that get less.
 *
 * A deployment that changes weights, or an image while weights are not where they are to be, starts an execution of a state machine of AWS
 * Step Functions when the tasks of all versions run, and does not wait for its end. Each step writes one SSM parameter, and replaces no
 * task. The weights of a first deployment hold at once, and so does the share of a version that is removed.
 *
 * Add a version with weight 0 in an earlier deployment: callers that are not replaced yet do not know its name.
 *
 * Of TCP services, versions cannot be compared: give `alarms` and `comparison: { enabled: false }`. Only new connections go by the weights.
 * Weights of the service, and of each of its routes, must add up to 100.
 *
 * @example
 * const orders: ServiceProps = {
 *   image: ContainerImage.fromRegistry('example/orders:1'),
 *   port: 8080,
 *   versions: {
 *     v1: { weight: 0 },
 *     v2: { weight: 100, image: ContainerImage.fromRegistry('example/orders:2') },
 *   },
 *   shift: Shift.linear({ step: 10, every: Duration.minutes(5) }),
 * };
 */
export class Shift {
  /** Moves the same share of all calls in each step. */
  public static linear(options: LinearShiftOptions = {}): Shift {
    return new Shift('linear', options ?? {});
  }

  /** Moves a small share of all calls first, and the rest if that goes well. */
  public static canary(options: CanaryShiftOptions = {}): Shift {
    return new Shift('canary', options ?? {});
  }

  /** Moves all calls in one step, and takes them back if that does not go well. */
  public static allAtOnce(options: AllAtOnceShiftOptions = {}): Shift {
    return new Shift('allAtOnce', options ?? {});
  }

  /** @internal */
  public readonly _type = 'Shift';

  private constructor(
    private readonly kind: string,
    /** @internal */
    public readonly _options: ShiftOptions,
  ) {}

  /** @internal */
  public _input(): unknown {
    return factoryInput(this._options, { kind: this.kind });
  }
}
