import type { ContainerImage, Secret } from 'aws-cdk-lib/aws-ecs';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { OtlpProtocolId } from '../../core/model/observability/tracing';
import { factoryInput } from '../factory-input';
import type { TrustedAuthorities } from '../security/trusted-authorities';

/**
 * How spans are sent to a collector.
 *
 * @example
 * const options: TraceEndpointOptions = { host: 'collector.shop.example', port: 4318, protocol: OtlpProtocol.HTTP };
 * @see https://opentelemetry.io/docs/specs/otlp/
 */
export class OtlpProtocol {
  /** OTLP over gRPC, usually on port 4317. */
  public static readonly GRPC = new OtlpProtocol('grpc');
  /** OTLP over HTTP with binary Protobuf, usually on port 4318, at the path `/v1/traces`. */
  public static readonly HTTP = new OtlpProtocol('http');

  /** @internal */
  public readonly _type = 'OtlpProtocol';

  private constructor(private readonly id: OtlpProtocolId) {}

  /** @internal */
  public _input(): unknown {
    return this.id;
  }
}

/**
 * Options of `TraceCollector.cloudWatchAgent()`.
 *
 * @example
 * const options: CloudWatchAgentOptions = { image: ContainerImage.fromRegistry('registry.example/cloudwatch-agent:1') };
 */
export interface CloudWatchAgentOptions {
  /**
   * Image of the CloudWatch agent, which is configured by the environment variable CW_CONFIG_CONTENT.
   *
   * @default - the CloudWatch agent from Amazon ECR Public, a pinned version
   */
  readonly image?: ContainerImage;
}

/**
 * Options of `TraceCollector.sidecar()`.
 *
 * @example
 * const options: SidecarCollectorOptions = {
 *   image: ContainerImage.fromRegistry('registry.example/otel/opentelemetry-collector-contrib:0.140.0'),
 *   configuration: 'receivers: { otlp: { protocols: { grpc: { endpoint: 127.0.0.1:4317 } } } }',
 *   secrets: { API_KEY: Secret.fromSecretsManager(secret) },
 * };
 */
export interface SidecarCollectorOptions {
  /**
   * Image of an OpenTelemetry Collector or of the AWS Distro for OpenTelemetry. It is started with
   * `--config=env:OTEL_COLLECTOR_CONFIG`, with no Linux capabilities and a read-only root file system.
   */
  readonly image: ContainerImage;

  /**
   * Configuration of the collector, in YAML or JSON. Its `otlp` receiver must listen on `127.0.0.1:4317` (gRPC) and
   * `127.0.0.1:4318` (HTTP). It becomes a part of each task definition, which is limited to 64 KiB in all. Secrets belong into
   * `secrets`, to which it refers as `${env:NAME}`.
   *
   * @see https://opentelemetry.io/docs/collector/configuration/
   */
  readonly configuration: string;

  /**
   * Environment variables of the collector.
   *
   * @default - none
   */
  readonly environment?: { [name: string]: string };

  /**
   * Environment variables of the collector whose values are secrets.
   *
   * @default - none
   */
  readonly secrets?: { [name: string]: Secret };

  /**
   * Memory that is reserved for the collector in each task, in MiB, from 6 on. It may take more while the task has any. Set the
   * `memory_limiter` processor in its configuration.
   *
   * @default 128
   */
  readonly memoryReservationMiB?: number;

  /**
   * What the collector may do in AWS, such as `xray:PutTraceSegments`. Every task of the system may do it.
   *
   * @default - nothing
   */
  readonly policyStatements?: PolicyStatement[];
}

/**
 * Options of `TraceCollector.endpoint()`.
 *
 * @example
 * const options: TraceEndpointOptions = {
 *   host: 'otlp.vendor.example',
 *   secretHeaders: { 'x-api-key': Secret.fromSecretsManager(secret) },
 * };
 */
export interface TraceEndpointOptions {
  /** Name of the host, such as `collector.shop.example`. */
  readonly host: string;

  /**
   * Port of the host, from 1 to 65535.
   *
   * @default - 443 with TLS; without it 4317 for gRPC, 4318 for HTTP
   */
  readonly port?: number;

  /**
   * How spans are sent.
   *
   * @default OtlpProtocol.GRPC
   */
  readonly protocol?: OtlpProtocol;

  /**
   * Whether connections are encrypted, and the host has to prove its name.
   *
   * @default true
   */
  readonly tls?: boolean;

  /**
   * Authorities that may have issued the host's certificate. It is Envoy that trusts them; applications have authorities of their own.
   *
   * @default TrustedAuthorities.public()
   */
  readonly trust?: TrustedAuthorities;

  /**
   * Headers that are sent with the spans. Everybody who may read the task definitions can read them. Values hold no CDK tokens.
   *
   * @default - none
   */
  readonly headers?: { [name: string]: string };

  /**
   * Headers whose values are secrets, for a collector with TLS. Envoys send them. Applications that send spans need them as well, in a
   * variable of their own (`OTEL_EXPORTER_OTLP_HEADERS`), since ECS cannot put a name before the value of a secret.
   *
   * @default - none
   */
  readonly secretHeaders?: { [name: string]: Secret };
}

/**
 * Where spans go.
 *
 * @example
 * const tracing = Tracing.openTelemetry({ collector: TraceCollector.endpoint({ host: 'otlp.vendor.example' }) });
 */
export class TraceCollector {
  /**
   * The CloudWatch agent in each task, which sends traces to AWS X-Ray. It takes spans of the application, too, on
   * `127.0.0.1:4317` (gRPC) and `127.0.0.1:4318` (HTTP).
   */
  public static cloudWatchAgent(options: CloudWatchAgentOptions = {}): TraceCollector {
    return new TraceCollector('cloudWatchAgent', options ?? {});
  }

  /** An OpenTelemetry Collector in each task, with a configuration of your own. */
  public static sidecar(options: SidecarCollectorOptions): TraceCollector {
    return new TraceCollector('sidecar', options);
  }

  /**
   * A collector or a vendor's service that is there already. Nothing is added to the tasks, whose Envoys send to it. Its security group
   * has to let the tasks in.
   */
  public static endpoint(options: TraceEndpointOptions): TraceCollector {
    return new TraceCollector('endpoint', options);
  }

  /** @internal */
  public readonly _type = 'TraceCollector';

  private constructor(
    private readonly kind: string,
    /** @internal */
    public readonly _options: CloudWatchAgentOptions & Partial<SidecarCollectorOptions> & Partial<TraceEndpointOptions>,
  ) {}

  /** @internal */
  public _input(): unknown {
    return factoryInput(this._options, { kind: this.kind });
  }
}
