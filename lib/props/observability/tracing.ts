import type { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { factoryInput } from '../factory-input';

/**
 * Options of `Tracing.xray()`.
 *
 * @example
 * const options: XRayTracingOptions = { samplingRate: 0.1 };
 */
export interface XRayTracingOptions {
  /**
   * Share of requests that are recorded, from 0 to 1, among those that arrive without a sampling decision. Requests that
   * arrive with `Sampled=1` (for example from API Gateway) are always recorded, those with `Sampled=0` never.
   *
   * @default - one request a second, and 5% of the rest (the default of Envoy and of X-Ray)
   * @see https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html
   */
  readonly samplingRate?: number;

  /**
   * Image of the collector that receives segments on UDP port 2000 and sends them to X-Ray. It is configured
   * as the CloudWatch agent, by the environment variable CW_CONFIG_CONTENT. It runs with no Linux capabilities and a
   * read-only root file system, in which it can write to `/opt/aws/amazon-cloudwatch-agent/etc` and `.../var` alone. These
   * belong to root and are empty when the task starts.
   *
   * @default - the CloudWatch agent from Amazon ECR Public, a pinned version
   */
  readonly image?: ContainerImage;
}

/**
 * Distributed tracing of the mesh.
 *
 * @example
 * const props: MicroservicesProps = { services, tracing: Tracing.xray({ samplingRate: 0.1 }) };
 */
export class Tracing {
  /**
   * AWS X-Ray: every Envoy records a segment for each request, as a part of the trace that API Gateway started.
   * Adds a collector container to every task.
   */
  public static xray(options: XRayTracingOptions = {}): Tracing {
    // From JavaScript, null may stand where the default does not reach.
    return new Tracing('xray', options ?? {});
  }

  /** No traces, and no collector in the tasks. */
  public static none(): Tracing {
    return new Tracing('none', {});
  }

  /** @internal */
  public readonly _type = 'Tracing';

  private constructor(
    private readonly kind: string,
    /** @internal */
    public readonly _options: XRayTracingOptions,
  ) {}

  /** @internal */
  public _input(): unknown {
    return factoryInput(this._options, { kind: this.kind });
  }
}
