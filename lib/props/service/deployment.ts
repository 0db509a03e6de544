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
   * Lower limit of healthy tasks during a deployment, 0 to 100 percent of the desired number, rounded up.
   *
   * @default 100
   */
  readonly minHealthyPercent?: number;

  /**
   * Upper limit of running tasks during a deployment, 100 to 200 percent of the desired number, rounded down. It must leave room
   * for one more task than `minHealthyPercent` keeps. At 100, ECS does not move tasks between Availability Zones to balance them.
   *
   * @default 200
   */
  readonly maxHealthyPercent?: number;

  /**
   * Rolls a deployment back when new tasks do not become healthy, or when one of the `alarms` fires.
   *
   * @default true
   */
  readonly rollback?: boolean;

  /**
   * CloudWatch alarms, such as an `Alarm` or a `CfnAlarm`, that fail a deployment when they fire, while it runs and for a while
   * after it. An alarm on metrics of the same service makes a dependency cycle, unless it is in another stack or names the
   * service by text.
   *
   * @default - none
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html
   */
  readonly alarms?: IAlarmRef[];
}

/**
 * Replacement of a service's tasks when their definition changes.
 *
 * A deployment replaces tasks; to shift traffic between an old and a new revision, as blue/green, linear and canary deployments
 * do, use `versions` with weights. Amazon ECS's own means for that do not fit the tasks of a mesh, which are found in AWS Cloud
 * Map: blue/green deployments exclude services that register there, and linear and canary deployments shift traffic only by a
 * load balancer or Service Connect.
 *
 * @example
 * const worker: ServiceProps = { image, port: 8080, desiredCount: 4, deployment: Deployment.rolling({ maxHealthyPercent: 125 }) };
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-implementation.html
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deploy-linear-service.html
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deploy-canary-service.html
 */
export class Deployment {
  /** Replaces some tasks at a time; new ones are healthy before old ones stop. */
  public static rolling(options: RollingDeploymentOptions = {}): Deployment {
    return new Deployment(options ?? {});
  }

  /** @internal */
  public readonly _type = 'Deployment';

  private constructor(
    /** @internal */
    public readonly _options: RollingDeploymentOptions,
  ) {}

  /** @internal */
  public _input(): unknown {
    return factoryInput(this._options, {});
  }
}
