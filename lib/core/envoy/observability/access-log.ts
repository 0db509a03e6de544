import type { ProtocolId } from '../../model/topology';
import type { TracingSettings } from '../../model/observability/tracing';
import type { AccessLog, KeyValue, KeyValueList } from '../api/access-log';
import type { LogFields } from '../api/core';
import type { ListenerDirection } from './direction';
import { isOutbound, leadsToApplication } from './direction';
import { extension } from '../syntax/messages';
import { exporter } from './open-telemetry';
import { defined } from '../../defined';

/** Whose log it is. */
export interface LogOwner {
  /** As which it is known to a collector. */
  readonly service: string;
  /** How its requests are traced; absent: they are not. */
  readonly tracing: TracingSettings | undefined;
}

export interface AccessLogOptions extends LogOwner {
  readonly protocol: ProtocolId;
  readonly direction: ListenerDirection;
  /** The other side of an outbound listener. */
  readonly peer: string;
  /** Whether the other side is outside of the mesh. */
  readonly external?: boolean;
  /** Whether the other side must prove its identity. */
  readonly authenticated?: boolean;
  /** Whether a callee has several versions: then the log has the version of each request. */
  readonly versions?: boolean;
}

/**
 * One JSON line for each request or connection, on stdout, with what explains a failure: the response flags
 * and details show which Envoy gave up and why. The query string is left out, since it may hold secrets. Fields
 * that are always empty in a direction are left out too: each listener repeats its format, and the task definition
 * has a size limit.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage
 */
export function accessLog(options: AccessLogOptions): readonly AccessLog[] {
  const fields = fieldsOf(options);
  const isTcp = options.protocol === 'tcp';
  const logs = [toStdout(fields), ...toCollector(options, fields, isTcp ? 'connection' : '%REQ(:METHOD)% %RESPONSE_CODE%')];
  // A TCP proxy would log failed handshakes too, as if these callers had proved who they are.
  if (isTcp) return options.authenticated === true ? logs.map((log) => onlyIf(`!(${HANDSHAKE_FAILED})`, log)) : logs;
  return logs.map((log): AccessLog => (leadsToApplication(options.direction) ? { ...log, filter: { not_health_check_filter: {} } } : log));
}

/**
 * One line for each connection whose TLS handshake failed or took too long: there is no request to be logged. The other side
 * has proved nothing, so the name in its certificate is only claimed.
 */
export function failedHandshakes(direction: 'inbound' | 'client', owner: LogOwner): readonly AccessLog[] {
  const fields: LogFields = {
    time: '%START_TIME%',
    direction,
    claimed_caller: CALLER,
    details: '%CONNECTION_TERMINATION_DETAILS%',
    flags: '%RESPONSE_FLAGS%',
    duration_ms: '%DURATION%',
    downstream: DOWNSTREAM,
    downstream_failure: '%DOWNSTREAM_TRANSPORT_FAILURE_REASON%',
  };
  return [toStdout(fields), ...toCollector(owner, fields, 'TLS handshake failed')].map((log) => onlyIf(HANDSHAKE_FAILED, log));
}

const CALLER = '%DOWNSTREAM_PEER_URI_SAN%';
/** Where the connection comes from; not the client of X-Forwarded-For, which inside the mesh anybody may write. */
const DOWNSTREAM = '%DOWNSTREAM_DIRECT_REMOTE_ADDRESS%';
/** The client, as API Gateway or a load balancer reports it. */
const CLIENT = '%DOWNSTREAM_REMOTE_ADDRESS%';

/**
 * Whether a connection ended before its handshake did. One that was reset has a reason too, of the "system library". Most
 * have neither reason nor details; without `has` that is an error, and an error logs nothing, negated or not.
 * https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/advanced/attributes
 */
const HANDSHAKE_FAILED = [
  "has(connection.transport_failure_reason) && connection.transport_failure_reason.contains('SSL routines')",
  "has(connection.termination_details) && connection.termination_details.startsWith('transport socket')",
].join(' || ');

/** https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/access_loggers/filters/cel/v3/cel.proto */
function onlyIf(expression: string, log: AccessLog): AccessLog {
  return {
    ...log,
    filter: { extension_filter: extension('envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter', { expression }) },
  };
}

function toStdout(fields: LogFields): AccessLog {
  return extension('envoy.extensions.access_loggers.stream.v3.StdoutAccessLog', {
    log_format: { json_format: fields, omit_empty_values: true },
  });
}

/** With the same fields; time, trace and span are those of the log record itself. */
function toCollector({ service, tracing }: LogOwner, all: LogFields, body: string): readonly AccessLog[] {
  if (tracing?.kind !== 'openTelemetry' || !tracing.accessLogs) return [];
  const fields = Object.fromEntries(Object.entries(all).filter(([name]) => name !== 'time' && name !== 'trace'));
  const resource = { ...tracing.resourceAttributes, 'service.name': service };
  return [
    extension('envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig', {
      ...exporter(tracing.collector, '/v1/logs'),
      log_name: 'access-log',
      body: { string_value: body },
      attributes: keyValues(fields),
      resource_attributes: keyValues(resource),
      disable_builtin_labels: true,
    }),
  ];
}

function keyValues(texts: LogFields): KeyValueList {
  return { values: Object.entries(texts).map(([key, text]): KeyValue => ({ key, value: { string_value: String(text) } })) };
}

function fieldsOf({ protocol, direction, peer, external, authenticated = false, versions = false, tracing }: AccessLogOptions): LogFields {
  const outbound = isOutbound(direction);
  const inbound = leadsToApplication(direction);
  return defined({
    time: '%START_TIME%',
    direction,
    // Which service a part is of, its cluster says.
    peer: direction === 'outbound' ? peer : undefined,
    caller: authenticated ? CALLER : undefined,
    ...(protocol === 'tcp' ? CONNECTION_FIELDS : requestFields({ protocol, direction, external, tracing })),
    flags: '%RESPONSE_FLAGS%',
    duration_ms: '%DURATION%',
    bytes_in: '%BYTES_RECEIVED%',
    bytes_out: '%BYTES_SENT%',
    // Outbound it is always the application that calls, inbound always the one that is called.
    downstream: outbound ? undefined : isFromOutside(direction) ? CLIENT : DOWNSTREAM,
    cluster: versions || direction === 'parts' ? '%UPSTREAM_CLUSTER%' : undefined,
    upstream: inbound ? undefined : '%UPSTREAM_HOST%',
    upstream_failure: inbound ? undefined : '%UPSTREAM_TRANSPORT_FAILURE_REASON%',
  });
}

/** Whether clients are outside of the mesh, so that what stands in front of it says who they are. */
function isFromOutside(direction: ListenerDirection): boolean {
  return direction === 'edge' || direction === 'load-balancer';
}

const CONNECTION_FIELDS: LogFields = { details: '%CONNECTION_TERMINATION_DETAILS%' };

function requestFields({
  protocol,
  direction,
  external,
  tracing,
}: Pick<AccessLogOptions, 'protocol' | 'direction' | 'external' | 'tracing'>): LogFields {
  return defined({
    method: '%REQ(:METHOD)%',
    // Inside the mesh it is the service's name.
    authority: isFromOutside(direction) || direction === 'client' ? '%REQ(:AUTHORITY)%' : undefined,
    // By itself Envoy logs the path that the caller puts into x-envoy-original-path as the one before a rewrite: anything at all.
    path: leadsToApplication(direction) ? '%PATH(NQ:PATH)%' : '%PATH(NQ)%',
    status: '%RESPONSE_CODE%',
    details: '%RESPONSE_CODE_DETAILS%',
    grpc_status: protocol === 'grpc' || isFromOutside(direction) || direction === 'client' ? '%GRPC_STATUS%' : undefined,
    attempts: leadsToApplication(direction) ? undefined : '%UPSTREAM_REQUEST_ATTEMPT_COUNT%',
    request_id: '%REQ(X-REQUEST-ID)%',
    // What goes out of the mesh has no such header, and OpenTelemetry none at all.
    trace: external === true || tracing?.kind === 'openTelemetry' ? '%TRACE_ID%' : '%REQ(X-AMZN-TRACE-ID)%',
  });
}
