import { imageReference, IMAGES } from '../../model/images';
import type { OpenTelemetrySettings, TracingSettings } from '../../model/observability/tracing';
import { DEFAULT_TRACES_SAMPLING_RATE } from '../../model/observability/tracing';
import { Unresolved } from '../../reading/input';
import type { Reader } from '../../reading/reader';
import { defined } from '../../defined';
import { parseCollector } from './parse-collector';

const XRAY_FIELDS = ['samplingRate', 'image'] as const;
const OPEN_TELEMETRY_FIELDS = [
  'samplingRate',
  'collector',
  'resourceAttributes',
  'acceptClientContext',
  'joinApiGateway',
  'accessLogs',
] as const;
const FACTORIES = 'Tracing.xray(), Tracing.openTelemetry() or Tracing.none()';

export const TRACING_FIELDS: readonly string[] = [...new Set([...XRAY_FIELDS, ...OPEN_TELEMETRY_FIELDS])];

const DEFAULT_TRACING: TracingSettings = { kind: 'xray', collectorImage: imageReference(IMAGES.collector) };

/** @param system the name of the system, which is the namespace of its services */
export function parseTracing(at: Reader, system: string): TracingSettings | undefined {
  if (!at.checkFactory('Tracing', FACTORIES)) return DEFAULT_TRACING;
  const kind = at.field('kind').required('the kind of tracing', `use ${FACTORIES}`).oneOf(['xray', 'openTelemetry', 'none'], 'a Tracing');
  at.checkFields(kind === 'openTelemetry' ? OPEN_TELEMETRY_FIELDS : XRAY_FIELDS, 'kind');
  const samplingRate = at.field('samplingRate').number({ min: 0, max: 1, integer: false });
  if (kind === 'openTelemetry') return openTelemetry(at, system, samplingRate);
  at.field('image').checkInstance('an ecs.ContainerImage', ['bind()']);
  return kind === 'none' ? undefined : { ...DEFAULT_TRACING, ...defined({ samplingRate }) };
}

function openTelemetry(at: Reader, system: string, samplingRate: number = DEFAULT_TRACES_SAMPLING_RATE): OpenTelemetrySettings {
  const collector = parseCollector(at.field('collector'));
  const joinsApiGateway = at.field('joinApiGateway').boolean();
  const accessLogs = at.field('accessLogs').boolean() ?? false;
  if (accessLogs && collector.kind === 'cloudWatchAgent')
    at.field('accessLogs').fail('CONFLICT', 'the CloudWatch agent takes no log records by OTLP', {
      got: null,
      fix: 'remove it, or use TraceCollector.sidecar() or TraceCollector.endpoint() with a collector that takes them',
    });
  return {
    kind: 'openTelemetry',
    samplingRate,
    collector,
    resourceAttributes: { 'service.namespace': system, ...parseResourceAttributes(at.field('resourceAttributes')) },
    acceptsClientContext: at.field('acceptClientContext').boolean() ?? false,
    joinsApiGateway: joinsApiGateway ?? collector.kind === 'cloudWatchAgent',
    accessLogs,
  };
}

const ATTRIBUTE_NAME = /^[A-Za-z][\w.-]*$/;
/** Envoy takes them as they are, where the SDKs would decode them, so nothing is left that needs a code. */
const ATTRIBUTE_VALUE = /^[\x21-\x7e]{1,255}$/;
const RESERVED_IN_VALUES = /[,=;"\\%]/;

/** https://opentelemetry.io/docs/specs/otel/resource/sdk/#specifying-resource-information-via-an-environment-variable */
function parseResourceAttributes(at: Reader): Readonly<Record<string, string>> {
  const attributes = at.entries().flatMap(([name, value]): [string, string][] => {
    if (name === 'service.name')
      value.fail('CONFLICT', 'each service has its own name', { got: null, fix: 'remove it: service.name is the name of the service' });
    else if (!ATTRIBUTE_NAME.test(name))
      value.fail('INVALID_NAME', `"${name}" cannot be the name of a resource attribute`, {
        got: null,
        allowed: 'a letter, then letters, digits, ".", "_" and "-"',
      });
    const text = value.required('a text', 'give a text, or remove the attribute').text();
    if (text === undefined) return [];
    if (!(value.value instanceof Unresolved) && (!ATTRIBUTE_VALUE.test(text) || RESERVED_IN_VALUES.test(text)))
      value.fail('INVALID_FORMAT', 'cannot be the value of a resource attribute', {
        allowed: '1 to 255 visible ASCII characters, and none of , = ; " \\ %',
      });
    return [[name, text]];
  });
  return Object.fromEntries(attributes.sort(([a], [b]) => (a < b ? -1 : 1)));
}
