import type { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { factoryInput } from '../factory-input';
import type { TraceCollector } from './trace-collector';

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
 * Options of `Tracing.openTelemetry()`.
 *
 * @example
 * const options: OpenTelemetryTracingOptions = {
 *   samplingRate: 0.1,
 *   resourceAttributes: { 'deployment.environment.name': 'production' },
 * };
 */
export interface OpenTelemetryTracingOptions {
  /**
   * Share of requests that are recorded, from 0 to 1, among those that arrive without a decision. Where one arrives
   * (the `sampled` flag of `traceparent`), it holds, so that a trace is recorded whole or not at all.
   *
   * @default 0.05
   * @see https://www.w3.org/TR/trace-context/#sampled-flag
   */
  readonly samplingRate?: number;

  /**
   * Where spans go.
   *
   * @default TraceCollector.cloudWatchAgent()
   */
  readonly collector?: TraceCollector;

  /**
   * Attributes of all spans, by the semantic conventions, such as `deployment.environment.name`. Names begin with a letter, and have
   * letters, digits, `.`, `_` and `-`. Values have at most 255 visible ASCII characters and none of `,` `=` `;` `"` `\\` `%`.
   * Those that are known are there already: `service.name`,
   * `service.namespace` (the name of the system), `service.version` (the name of the version, if the service has any), `cloud.*` and
   * `aws.ecs.*`. All but `service.name` can be replaced.
   *
   * @default - none beside them
   * @see https://opentelemetry.io/docs/specs/semconv/resource/
   */
  readonly resourceAttributes?: { [name: string]: string };

  /**
   * Whether clients of the edges and of load balancers may send `traceparent`, `tracestate` and `baggage`, such as a web page that records
   * spans of its own. They then decide which requests are recorded, which you pay for, and to which trace a request belongs. By default
   * each request begins a trace when it arrives. Clients with an identity (`clients`) may always send them.
   *
   * @default false
   */
  readonly acceptClientContext?: boolean;

  /**
   * Whether traces continue those that REST APIs of API Gateway begin. API Gateway knows X-Ray alone: it sends `X-Amzn-Trace-Id`, from
   * which the gateway service makes `traceparent`, and decides by the sampling rules of X-Ray what is recorded. Of no use
   * unless the collector sends to X-Ray, since API Gateway's own segment is there alone. Other edges begin no traces, so that theirs
   * begin at the gateway service.
   *
   * @default - true with `TraceCollector.cloudWatchAgent()`, otherwise false
   */
  readonly joinApiGateway?: boolean;

  /**
   * Whether Envoys send their access logs to the collector, too, as OTLP log records, which name the trace and the span. They still
   * write them to the log of the container. Needs a collector that takes logs, which the CloudWatch agent does not.
   *
   * @default false
   */
  readonly accessLogs?: boolean;
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

  /**
   * OpenTelemetry: every Envoy records spans and sends them by OTLP to a collector. Traces are continued by W3C Trace Context
   * (`traceparent`), as instrumented applications do it. They get the address of the collector and their name from the environment
   * variables of the OpenTelemetry SDKs (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_SERVICE_NAME` and others), unless `environment` or `secrets`
   * sets them. Needs `Mesh.envoy()`.
   */
  public static openTelemetry(options: OpenTelemetryTracingOptions = {}): Tracing {
    return new Tracing('openTelemetry', options ?? {});
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
    public readonly _options: XRayTracingOptions & OpenTelemetryTracingOptions,
  ) {}

  /** @internal */
  public _input(): unknown {
    return factoryInput(this._options, { kind: this.kind });
  }
}
