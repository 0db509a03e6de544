import type { IAlarmRef } from 'aws-cdk-lib/aws-cloudwatch';
import { factoryInput } from '../factory-input';

/**
 * Options of `Deployment.rolling()`.
 *
 * @example
 * const options: RollingDeploymentOptions = { minHealthyPercent: 50, maxHealthyPercent: 150 };
 */
export interface RollingDeploymentOptions {
  /**
   * How many of the desired tasks at least run and are healthy during a deployment, 0 to 100 percent, rounded up.
   *
   * @default 100
   */
  readonly minHealthyPercent?: number;

  /**
   * How many tasks at most run during a deployment, 100 to 200 percent of the desired ones, rounded down. It must leave room
   * for one more task than `minHealthyPercent` keeps.
   *
   * @default 200
   */
  readonly maxHealthyPercent?: number;

  /**
   * Whether ECS goes back to what ran before when new tasks do not get healthy, or one of the `alarms` fires.
   *
   * @default true
   */
  readonly rollback?: boolean;

  /**
   * CloudWatch alarms, such as an `Alarm` or a `CfnAlarm`, that end a deployment when they fire: while it runs, and for a
   * while after it. An alarm on metrics of the very service makes a cycle, unless it stands in another stack or names the
   * service by text.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html
   */
  readonly alarms?: IAlarmRef[];
}

/**
 * How ECS replaces the tasks of a service when their definition changes.
 *
 * What shifts traffic between an old and a new revision is `versions` with weights: ECS's own means for it do not know
 * tasks that are found in Cloud Map.
 *
 * @example
 * const worker: ServiceProps = { image, port: 8080, desiredCount: 4, deployment: Deployment.rolling({ maxHealthyPercent: 125 }) };
 */
export class Deployment {
  /** Some tasks at a time; new ones are healthy before old ones leave. */
  public static rolling(options: RollingDeploymentOptions = {}): Deployment {
    return new Deployment('rolling', options ?? {});
  }

  /**
   * Refused, with the reason: ECS has blue/green deployments for services behind a load balancer or with Service Connect,
   * and for those that nobody discovers, but not for services that register in Cloud Map. Use `versions`.
   *
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-implementation.html
   */
  public static blueGreen(): Deployment {
    return new Deployment('blueGreen', {});
  }

  /**
   * Refused, with the reason: ECS shifts traffic in equal steps only by a load balancer or Service Connect. Use `versions`.
   *
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deploy-linear-service.html
   */
  public static linear(): Deployment {
    return new Deployment('linear', {});
  }

  /**
   * Refused, with the reason: ECS tries a share of the traffic only by a load balancer or Service Connect. Use `versions`.
   *
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deploy-canary-service.html
   */
  public static canary(): Deployment {
    return new Deployment('canary', {});
  }

  /** @internal */
  public readonly _type = 'Deployment';

  private constructor(
    private readonly kind: string,
    /** @internal */
    public readonly _options: RollingDeploymentOptions,
  ) {}

  /** @internal */
  public _input(): unknown {
    return factoryInput(this._options, { kind: this.kind });
  }
}
