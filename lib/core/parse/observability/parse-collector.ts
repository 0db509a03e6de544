import { ECS } from '../../limits/ecs';
import { rangeOf } from '../../limits/limit';
import { imageReference, IMAGES } from '../../model/images';
import type { CollectorSettings, EndpointCollector, OtlpProtocolId } from '../../model/observability/tracing';
import { COLLECTOR_CONFIGURATION, OTLP_PORTS, secretVariablesOf, SIDECAR_COLLECTOR_MEMORY_MIB } from '../../model/observability/tracing';
import { A_HOST, isHostName } from '../../reading/check-host';
import { Unresolved, displayValue } from '../../reading/input';
import type { Reader } from '../../reading/reader';
import { parseTrust } from '../security/parse-trust';

const FIELDS = {
  cloudWatchAgent: ['image'],
  sidecar: ['image', 'configuration', 'environment', 'secrets', 'memoryReservationMiB', 'policyStatements'],
  endpoint: ['host', 'port', 'protocol', 'tls', 'trust', 'headers', 'secretHeaders'],
} as const satisfies Readonly<Record<CollectorSettings['kind'], readonly string[]>>;

const FACTORIES = 'TraceCollector.cloudWatchAgent(), TraceCollector.sidecar() or TraceCollector.endpoint()';
const CLOUD_WATCH_AGENT: CollectorSettings = { kind: 'cloudWatchAgent', image: imageReference(IMAGES.collector) };

export function parseCollector(at: Reader): CollectorSettings {
  if (!at.checkFactory('TraceCollector', FACTORIES)) return CLOUD_WATCH_AGENT;
  const kind = at
    .field('kind')
    .required('the kind of collector', `use ${FACTORIES}`)
    .oneOf(['cloudWatchAgent', 'sidecar', 'endpoint'], 'a TraceCollector');
  if (kind === undefined) return CLOUD_WATCH_AGENT;
  at.checkFields(FIELDS[kind], 'kind');
  if (kind === 'endpoint') return endpoint(at);
  const image = at.field('image');
  if (kind === 'sidecar') image.required('the image of the collector', "use ecs.ContainerImage.fromRegistry('...')");
  image.checkInstance('an ecs.ContainerImage', ['bind()']);
  return kind === 'sidecar' ? sidecar(at) : CLOUD_WATCH_AGENT;
}

function sidecar(at: Reader): CollectorSettings {
  const configuration = at.field('configuration').required('the configuration of the collector', 'give it as YAML or JSON').text();
  if (configuration?.trim() === '')
    at.field('configuration').fail('MISSING', 'the configuration is empty', { fix: 'give it as YAML or JSON' });
  const secrets = at.field('secrets').entries();
  for (const [, secret] of secrets) checkSecret(secret, 'the variable');
  const variables = at.field('environment').entries();
  const environment = texts(variables, 'the variable');
  for (const [name, variable] of [...variables, ...secrets])
    if (!/^[^=\s]+$/.test(name) || name === COLLECTOR_CONFIGURATION)
      variable.fail('INVALID_NAME', `${displayValue(name)} cannot be a variable of the collector`, {
        got: null,
        allowed: `a name with no spaces and no "=", and not ${COLLECTOR_CONFIGURATION}`,
      });
  for (const [name, secret] of secrets)
    if (Object.hasOwn(environment, name))
      secret.fail('CONFLICT', `${displayValue(name)} is both a secret and an environment variable`, {
        got: null,
        fix: 'remove one of the two',
      });
  for (const statement of at.field('policyStatements').items())
    statement
      .required('an iam.PolicyStatement', 'remove the entry, or give a statement')
      .checkInstance('an iam.PolicyStatement', ['toStatementJson()']);
  return {
    kind: 'sidecar',
    configuration: configuration ?? '',
    environment,
    secretNames: secrets.map(([name]) => name).sort(),
    memoryReservationMiB:
      at.field('memoryReservationMiB').number({ ...rangeOf(ECS.containerMemory), unit: 'MiB' }) ?? SIDECAR_COLLECTOR_MEMORY_MIB,
  };
}

function endpoint(at: Reader): EndpointCollector {
  const protocol = at
    .field('protocol')
    .oneOf<OtlpProtocolId>(['grpc', 'http'], 'an OtlpProtocol', ['OtlpProtocol.GRPC', 'OtlpProtocol.HTTP']);
  const tls = at.field('tls').boolean() ?? true;
  const trust = parseTrust(at.field('trust'), tls);
  const standardPort = tls ? 443 : OTLP_PORTS[protocol ?? 'grpc'];
  const plainHeaders = at.field('headers').entries();
  for (const [, header] of plainHeaders) checkKnown(header);
  const headers = texts(
    plainHeaders.filter(([, header]) => !(header.value instanceof Unresolved)),
    'the header',
  );
  const secretHeaders = at.field('secretHeaders').entries();
  for (const [, secret] of secretHeaders) {
    checkSecret(secret, 'the header');
    if (!tls)
      secret.fail('CONFLICT', 'without TLS the secret would be sent in plain text', { got: null, fix: 'remove tls: false, or the header' });
  }
  for (const [name, header] of [...plainHeaders, ...secretHeaders]) checkHeaderName(name, header);
  for (const [name, text] of Object.entries(headers))
    if (!/^[\x20-\x7e]*$/.test(text))
      at.field('headers')
        .field(name)
        .fail('INVALID_FORMAT', 'cannot be the value of a header', { got: null, allowed: 'visible ASCII characters and spaces' });
  for (const [name, header] of secretHeaders)
    if (Object.hasOwn(headers, name))
      header.fail('CONFLICT', `${displayValue(name)} is both a header and one whose value is a secret`, {
        got: null,
        fix: 'remove one of the two',
      });
  return {
    kind: 'endpoint',
    host: parseHost(at.field('host')) ?? '',
    port: at.field('port').number({ min: 1, max: 65_535 }) ?? standardPort,
    protocol: protocol ?? 'grpc',
    ...(tls ? { trust } : {}),
    headers,
    secretHeaders: secretVariablesOf(secretHeaders.map(([name]) => name)),
  };
}

/** A token goes into Envoy's configuration as it is. */
function parseHost(at: Reader): string | undefined {
  const host = at.required('the host of the collector', "such as host: 'collector.shop.example'").text();
  if (host === undefined || at.value instanceof Unresolved || isHostName(host)) return host;
  return at.fail('INVALID_NAME', `${displayValue(host)} is not the name of a host`, {
    got: null,
    allowed: A_HOST,
    fix: 'give the name alone, and the port in port',
  });
}

/** What the protocol itself sends. */
const OF_PROTOCOL = /^(:.*|host|te|content-.*|transfer-encoding|connection|user-agent|grpc-.*)$/;

function checkHeaderName(name: string, at: Reader): void {
  if (!/^[a-z0-9!#$&'*+.^_`|~-]+$/.test(name))
    at.fail('INVALID_NAME', `${displayValue(name)} cannot be the name of a header`, {
      got: null,
      allowed: 'lower-case letters, digits and hyphens',
    });
  else if (OF_PROTOCOL.test(name)) at.fail('CONFLICT', 'the protocol sets this header itself', { got: null, fix: 'remove it' });
}

/** Applications get the values percent-encoded, as which CloudFormation fills in nothing. */
function checkKnown(header: Reader): void {
  if (header.value instanceof Unresolved)
    header.fail('TOKEN', 'must be known when the app is synthesized, but is a CDK token', {
      got: null,
      fix: 'give a literal value, or the header in secretHeaders',
    });
}

function checkSecret(at: Reader, what: string): void {
  const fix = 'use ecs.Secret.fromSecretsManager() or ecs.Secret.fromSsmParameter()';
  // Without the value, which may be the secret itself and does not belong in a log.
  if (typeof at.value === 'string') at.fail('WRONG_TYPE', 'must be an ecs.Secret', { got: 'a string', fix });
  else at.required('an ecs.Secret', `remove ${what}, or ${fix}`).checkInstance('an ecs.Secret', ['arn', 'grantRead()'], fix);
}

/** Sorted, since a task definition is replaced if its variables change their order. */
function texts(entries: readonly (readonly [string, Reader])[], what: string): Readonly<Record<string, string>> {
  const found = entries.flatMap(([name, value]): [string, string][] => {
    const text = value.required('a text', `give a text, or remove ${what}`).text();
    return text === undefined ? [] : [[name, text]];
  });
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}
