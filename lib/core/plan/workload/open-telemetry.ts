import { APPLICATION_CONTAINER, PROXY_CONTAINER } from '../../model/constants';
import type { CollectorSettings, OpenTelemetrySettings } from '../../model/observability/tracing';
import { OTLP_PORTS } from '../../model/observability/tracing';
import type { Topology } from '../../model/topology';
import { launchTypeOf } from '../../model/topology';
import type { Sizing } from '../../model/topology';
import type { ContainerPlan, MeshWorkloadPlan } from '../system-plan';

/** Whose spans the tasks of a workload record. */
export interface Traced {
  readonly service: string;
  readonly version?: string | undefined;
  readonly sizing: Pick<Sizing, 'capacityProviders'>;
}

/** The containers with what OpenTelemetry wants to know of them. What the user sets stays. */
export function withOpenTelemetry(
  { tracing }: Pick<Topology, 'tracing'>,
  { service }: Traced,
  containers: readonly ContainerPlan[],
): readonly ContainerPlan[] {
  if (tracing?.kind !== 'openTelemetry') return containers;
  return containers.map((container) => {
    if (container.name === PROXY_CONTAINER) return proxy(tracing, container);
    return container.name === APPLICATION_CONTAINER ? application(tracing, service, container) : container;
  });
}

const RESOURCE_ATTRIBUTES = 'OTEL_RESOURCE_ATTRIBUTES';

function proxy({ collector }: OpenTelemetrySettings, container: ContainerPlan): ContainerPlan {
  return {
    ...container,
    deployedEnvironment: { ...container.deployedEnvironment, [RESOURCE_ATTRIBUTES]: 'resourceAttributes' },
    secretNames: collector.kind === 'endpoint' ? Object.values(collector.secretHeaders) : container.secretNames,
  };
}

/** An exporter of the user's own would lose what the collector does not take, and would send the collector's headers to somebody else. */
function ownsExporter({ environment, secretNames }: ContainerPlan): boolean {
  return [...Object.keys(environment), ...secretNames].some((name) => name.startsWith('OTEL_EXPORTER_OTLP_'));
}

function application(settings: OpenTelemetrySettings, service: string, container: ContainerPlan): ContainerPlan {
  const own = (name: string): boolean => Object.hasOwn(container.environment, name) || container.secretNames.includes(name);
  const exporter = ownsExporter(container) ? {} : exporterVariables(settings.collector);
  const added = Object.entries({ ...variables(settings, service), ...exporter }).filter(([name]) => !own(name));
  const names = [...Object.keys(container.environment), ...added.map(([name]) => name)].sort();
  const all = { ...container.environment, ...Object.fromEntries(added) };
  return {
    ...container,
    environment: Object.fromEntries(names.map((name) => [name, all[name] ?? ''])),
    ...(own(RESOURCE_ATTRIBUTES)
      ? {}
      : { deployedEnvironment: { ...container.deployedEnvironment, [RESOURCE_ATTRIBUTES]: 'resourceAttributes' } }),
  };
}

/**
 * What all SDKs of OpenTelemetry read. A trace that the application begins itself is recorded as often as one of the mesh.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
function variables({ samplingRate }: OpenTelemetrySettings, service: string): Readonly<Record<string, string>> {
  return {
    OTEL_SERVICE_NAME: service,
    OTEL_PROPAGATORS: 'tracecontext,baggage',
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: String(samplingRate),
  };
}

/** Over HTTP where there is a choice: it is the default of the SDKs, and what all of them have. */
function exporterVariables(collector: CollectorSettings): Readonly<Record<string, string>> {
  if (collector.kind !== 'endpoint')
    return {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${OTLP_PORTS.http}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      // The agent takes traces alone, and would refuse the rest again and again.
      ...(collector.kind === 'cloudWatchAgent' ? { OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' } : {}),
    };
  const { host, port, protocol, trust, headers, secretHeaders } = collector;
  const listed = Object.entries(headers).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: `${trust === undefined ? 'http' : 'https'}://${host}:${port}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol === 'grpc' ? 'grpc' : 'http/protobuf',
    // Some of the headers would be refused like none of them.
    ...(listed.length > 0 && Object.keys(secretHeaders).length === 0 ? { OTEL_EXPORTER_OTLP_HEADERS: listed.join(',') } : {}),
  };
}

/**
 * What is known of the tasks when the app is synthesized; render adds where they are.
 * https://opentelemetry.io/docs/specs/semconv/resource/cloud-provider/aws/ecs/
 */
export function resourceAttributesOf(
  { tracing }: Pick<Topology, 'tracing'>,
  { version, sizing }: Traced,
): Pick<MeshWorkloadPlan, 'resourceAttributes'> {
  if (tracing?.kind !== 'openTelemetry') return {};
  const launchType = launchTypeOf(sizing);
  return {
    resourceAttributes: {
      ...(version === undefined ? {} : { 'service.version': version }),
      'cloud.provider': 'aws',
      'cloud.platform': 'aws_ecs',
      ...(launchType === 'MANAGED_INSTANCES' ? {} : { 'aws.ecs.launchtype': launchType.toLowerCase() }),
      ...tracing.resourceAttributes,
    },
  };
}
