/** How requests are traced. */
export type TracingSettings = XRaySettings | OpenTelemetrySettings;

export interface XRaySettings {
  readonly kind: 'xray';
  /** Undefined: Envoy's own default, one request a second and 5% of the rest. */
  readonly samplingRate?: number;
  readonly collectorImage: string;
}

export interface OpenTelemetrySettings {
  readonly kind: 'openTelemetry';
  readonly samplingRate: number;
  readonly collector: CollectorSettings;
  /** Beside those that are known of every task. */
  readonly resourceAttributes: Readonly<Record<string, string>>;
  /** Whether clients outside of the mesh may continue traces of their own. */
  readonly acceptsClientContext: boolean;
  /** Whether traces continue those that a REST API of API Gateway begins. */
  readonly joinsApiGateway: boolean;
  /** Whether Envoys send their access logs to the collector, too. */
  readonly accessLogs: boolean;
}

/** Where spans go. */
export type CollectorSettings = CloudWatchAgentCollector | SidecarCollector | EndpointCollector;

/** In each task, and to X-Ray. */
export interface CloudWatchAgentCollector {
  readonly kind: 'cloudWatchAgent';
  readonly image: string;
}

/** In each task, with a configuration of the user's. */
export interface SidecarCollector {
  readonly kind: 'sidecar';
  readonly configuration: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly secretNames: readonly string[];
  readonly memoryReservationMiB: number;
}

/** One that is there already. */
export interface EndpointCollector {
  readonly kind: 'endpoint';
  /** Text in which CloudFormation may fill in tokens. */
  readonly host: string;
  readonly port: number;
  readonly protocol: OtlpProtocolId;
  /** Absent: plain text. */
  readonly trust?: CollectorTrust;
  readonly headers: Readonly<Record<string, string>>;
  /** Names of headers whose values are secrets, and the environment variables of Envoy that have them. */
  readonly secretHeaders: Readonly<Record<string, string>>;
}

/** Certificates in PEM: a file of the proxy's image, or the text itself. */
export type CollectorTrust = { readonly kind: 'file'; readonly path: string } | { readonly kind: 'pem'; readonly text: string };

export type OtlpProtocolId = 'grpc' | 'http';

/** Where a collector of the task's own listens. https://opentelemetry.io/docs/specs/otlp/ */
export const OTLP_PORTS: Readonly<Record<OtlpProtocolId, number>> = { grpc: 4317, http: 4318 };

/**
 * By which W3C Trace Context says which trace a request belongs to, and what applications say of it to those that they call.
 * https://www.w3.org/TR/trace-context/ https://www.w3.org/TR/baggage/
 */
export const TRACE_CONTEXT_HEADERS: readonly string[] = ['traceparent', 'tracestate', 'baggage'];

export const DEFAULT_TRACES_SAMPLING_RATE = 0.05;

/** The variable from which a collector of the user's own reads its configuration. */
export const COLLECTOR_CONFIGURATION = 'OTEL_COLLECTOR_CONFIG';

/** What a collector of the user's own reserves, unless the props say so. */
export const SIDECAR_COLLECTOR_MEMORY_MIB = 128;

/** The variables of Envoy that have the values of headers. */
export function secretVariablesOf(headers: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries([...headers].sort().map((name, index) => [name, `OTLP_HEADER_${index}`]));
}

/** Whether tasks have a container that collects. */
export function hasCollector(tracing: TracingSettings | undefined): boolean {
  return tracing !== undefined && !(tracing.kind === 'openTelemetry' && tracing.collector.kind === 'endpoint');
}

/** Whether tasks send traces to AWS X-Ray by themselves. */
export function sendsToXRay(tracing: TracingSettings | undefined): boolean {
  return tracing !== undefined && (tracing.kind === 'xray' || tracing.collector.kind === 'cloudWatchAgent');
}

/** Whether a REST API of API Gateway has the traces begin. */
export function beginsAtApiGateway(tracing: TracingSettings | undefined): boolean {
  return tracing !== undefined && (tracing.kind === 'xray' || tracing.joinsApiGateway);
}

/** Headers by which clients outside of the mesh would decide which traces there are, which are recorded, and what is said in them. */
export function untrustedTraceHeaders(tracing: TracingSettings | undefined): readonly string[] {
  return tracing?.kind === 'openTelemetry' && !tracing.acceptsClientContext ? TRACE_CONTEXT_HEADERS : [];
}
