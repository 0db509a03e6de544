import type { CollectorSettings, OpenTelemetrySettings } from '../../model/observability/tracing';
import type { CustomTag, Exporter, Tracing } from '../api/tracing';
import { extension, message } from '../syntax/messages';
import { isOutbound, leadsToApplication } from './direction';
import type { TracedListener } from './tracing';

/** No service can have this name: theirs are DNS labels, and name the clusters beside it. */
export const COLLECTOR_CLUSTER = '_collector';

/**
 * Spans by OTLP. Trace, parent and the decision to sample come with `traceparent`; a request without one is sampled by chance.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/trace/v3/opentelemetry.proto
 */
export function openTelemetry(settings: OpenTelemetrySettings, listener: TracedListener, more: readonly CustomTag[]): Tracing {
  const { direction, peer, service } = listener;
  const isGateway = !isOutbound(direction) && !leadsToApplication(direction);
  return message({
    // By itself Envoy records every request with `x-client-trace-id`, which anybody can send.
    client_sampling: { value: 0 },
    random_sampling: { value: settings.samplingRate * 100 },
    custom_tags: [
      { tag: 'http.url', value: `%REQ(:SCHEME)%://%REQ(:AUTHORITY)%${leadsToApplication(direction) ? '%PATH(NQ:PATH)%' : '%PATH(NQ)%'}` },
      ...(direction === 'outbound' ? [{ tag: 'peer.service', value: peer }] : []),
      ...more,
    ],
    operation: direction === 'outbound' ? `%REQ(:METHOD)% ${peer}` : '%REQ(:METHOD)%',
    // A gateway service has no application whose span would be between what it takes and what it sends. With it, each try has a span.
    spawn_upstream_span: isGateway ? true : undefined,
    upstream_operation: isGateway ? '%REQ(:METHOD)% %UPSTREAM_CLUSTER%' : undefined,
    provider: extension('envoy.config.trace.v3.OpenTelemetryConfig', {
      ...exporter(settings.collector, '/v1/traces'),
      service_name: service,
      resource_detectors: [extension('envoy.extensions.tracers.opentelemetry.resource_detectors.v3.EnvironmentResourceDetectorConfig')],
    }),
  });
}

/** What is not taken within this time is lost, and nobody waits for it. */
const TIMEOUT = '5s';

/** @param path of OTLP over HTTP */
export function exporter(collector: CollectorSettings, path: string): Exporter {
  if (collector.kind !== 'endpoint') return { grpc_service: { envoy_grpc: { cluster_name: COLLECTOR_CLUSTER }, timeout: TIMEOUT } };
  const { host, port, protocol, trust } = collector;
  const authority = port === (trust === undefined ? 80 : 443) ? host : `${host}:${port}`;
  return protocol === 'grpc'
    ? { grpc_service: { envoy_grpc: { cluster_name: COLLECTOR_CLUSTER, authority }, timeout: TIMEOUT } }
    : {
        http_service: {
          http_uri: {
            uri: `${trust === undefined ? 'http' : 'https'}://${authority}${path}`,
            cluster: COLLECTOR_CLUSTER,
            timeout: TIMEOUT,
          },
        },
      };
}
