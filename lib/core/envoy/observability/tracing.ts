import { XRAY_PORT } from '../../model/constants';
import type { TracingSettings, XRaySettings } from '../../model/observability/tracing';
import type { HttpConnectionManager } from '../api/http-connection-manager';
import type { CustomTag, Tracing } from '../api/tracing';
import { extension, message } from '../syntax/messages';
import type { ListenerDirection } from './direction';
import { openTelemetry } from './open-telemetry';

/** Of a listener. */
export interface TracedListener {
  /** The service whose spans or segments these are. */
  readonly service: string;
  readonly direction: ListenerDirection;
  /** The other side of an outbound listener. */
  readonly peer: string;
}

export function tracing(settings: TracingSettings | undefined, listener: TracedListener): Pick<HttpConnectionManager, 'tracing'> {
  if (settings === undefined) return {};
  return { tracing: settings.kind === 'xray' ? xray(settings, listener) : openTelemetry(settings, listener, callerOf(listener)) };
}

/** Services have segments of their own, which say who calls. A client has none, and becomes an annotation of the client gateway's. */
function callerOf({ direction }: TracedListener): readonly CustomTag[] {
  return direction === 'client' ? [{ tag: 'caller', value: '%DOWNSTREAM_PEER_URI_SAN%' }] : [];
}

/**
 * Segments to the collector in the same task. The trace id, the parent and the decision to sample come with
 * the X-Amzn-Trace-Id header, so that traces join up with API Gateway's.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/trace/v3/xray.proto
 */
function xray({ samplingRate }: XRaySettings, listener: TracedListener): Tracing {
  const tags = callerOf(listener);
  return message({
    custom_tags: tags.length === 0 ? undefined : tags,
    provider: extension(
      'envoy.config.trace.v3.XRayConfig',
      message({
        daemon_endpoint: { protocol: 'UDP', address: '127.0.0.1', port_value: XRAY_PORT },
        segment_name: listener.service,
        sampling_rule_manifest: samplingRate === undefined ? undefined : { inline_string: samplingManifest(samplingRate) },
      }),
    ),
  });
}

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-sdk-go-configuration.html#xray-sdk-go-configuration-sampling */
interface SamplingManifest {
  readonly version: 2;
  readonly rules: readonly never[];
  readonly default: { readonly fixed_target: number; readonly rate: number };
}

function samplingManifest(rate: number): string {
  const manifest: SamplingManifest = { version: 2, rules: [], default: { fixed_target: 0, rate } };
  return JSON.stringify(manifest);
}
