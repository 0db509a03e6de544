import type { Mistakes } from './mistake';
import type { Raw } from '../../../support/parsing';
import { image, mesh, secret, service, token } from '../../../support/parsing';

const traced = (tracing: Raw): Raw => mesh({ ui: service() }, { tracing: { kind: 'openTelemetry', ...tracing } });
const sentTo = (collector: unknown): Raw => traced({ collector });
const endpoint = (options: Raw): Raw => sentTo({ kind: 'endpoint', host: 'otlp.vendor.example', ...options });
const sidecar = (options: Raw): Raw => sentTo({ kind: 'sidecar', image, configuration: 'receivers: {}', ...options });

/** Traces by OpenTelemetry. */
export const TRACING_MISTAKES: Mistakes = {
  MISSING: [
    { did: 'gives no host of the collector', props: endpoint({ host: undefined }), path: 'tracing.collector.host' },
    { did: 'gives a collector no configuration', props: sidecar({ configuration: undefined }), path: 'tracing.collector.configuration' },
    { did: 'gives a collector an empty configuration', props: sidecar({ configuration: ' ' }), path: 'tracing.collector.configuration' },
    { did: 'gives a collector no image', props: sidecar({ image: undefined }), path: 'tracing.collector.image' },
    {
      did: 'gives an attribute no value',
      props: traced({ resourceAttributes: { team: undefined } }),
      path: 'tracing.resourceAttributes.team',
    },
  ],
  WRONG_TYPE: [
    { did: 'gives the URL of a collector', props: sentTo('http://collector:4317'), path: 'tracing.collector' },
    {
      did: 'writes a secret into a header',
      props: endpoint({ secretHeaders: { 'x-api-key': '0123' } }),
      path: 'tracing.collector.secretHeaders.x-api-key',
    },
    {
      did: 'writes the secret of a collector as a text',
      props: sidecar({ secrets: { API_KEY: '0123' } }),
      path: 'tracing.collector.secrets.API_KEY',
    },
    {
      did: 'gives what a collector may do as JSON',
      props: sidecar({ policyStatements: [{ Effect: 'Allow' }] }),
      path: 'tracing.collector.policyStatements[0]',
    },
  ],
  UNKNOWN_PROPERTY: [
    { did: 'gives the image of the collector to the tracing', props: traced({ image }), path: 'tracing.image' },
    {
      did: 'gives the CloudWatch agent a host',
      props: sentTo({ kind: 'cloudWatchAgent', host: 'a.example' }),
      path: 'tracing.collector.host',
    },
    {
      did: 'gives X-Ray resource attributes',
      props: mesh({ ui: service() }, { tracing: { kind: 'xray', resourceAttributes: {} } }),
      path: 'tracing.resourceAttributes',
    },
  ],
  INVALID_NAME: [
    { did: 'gives a collector by its URL', props: endpoint({ host: 'https://otlp.vendor.example' }), path: 'tracing.collector.host' },
    {
      did: 'names an attribute with a space',
      props: traced({ resourceAttributes: { 'the team': 'a' } }),
      path: 'tracing.resourceAttributes["the team"]',
    },
    {
      did: 'names a header in capitals',
      props: endpoint({ headers: { 'X-Team': 'a' } }),
      path: 'tracing.collector.headers.X-Team',
    },
    {
      did: 'takes the variable in which a collector has its configuration',
      props: sidecar({ environment: { OTEL_COLLECTOR_CONFIG: 'a' } }),
      path: 'tracing.collector.environment.OTEL_COLLECTOR_CONFIG',
    },
  ],
  INVALID_FORMAT: [
    {
      did: 'gives an attribute a value with a comma',
      props: traced({ resourceAttributes: { team: 'a,b' } }),
      path: 'tracing.resourceAttributes.team',
    },
    {
      did: 'gives a header a value with a line break',
      props: endpoint({ headers: { 'x-team': 'a\nb' } }),
      path: 'tracing.collector.headers.x-team',
    },
  ],
  INVALID_VALUE: [
    { did: 'sends spans by a protocol that OTLP does not have', props: endpoint({ protocol: 'udp' }), path: 'tracing.collector.protocol' },
  ],
  OUT_OF_RANGE: [
    { did: 'records more than all requests', props: traced({ samplingRate: 100 }), path: 'tracing.samplingRate' },
    { did: 'reserves 5 MiB for a collector', props: sidecar({ memoryReservationMiB: 5 }), path: 'tracing.collector.memoryReservationMiB' },
    { did: 'sends spans to port 0', props: endpoint({ port: 0 }), path: 'tracing.collector.port' },
  ],
  CONFLICT: [
    {
      did: 'gives all services one name',
      props: traced({ resourceAttributes: { 'service.name': 'shop' } }),
      path: 'tracing.resourceAttributes["service.name"]',
    },
    { did: 'sends access logs to the CloudWatch agent', props: traced({ accessLogs: true }), path: 'tracing.accessLogs' },
    { did: 'sets a header of the protocol', props: endpoint({ headers: { te: 'a' } }), path: 'tracing.collector.headers.te' },
    {
      did: 'gives a header twice',
      props: endpoint({ headers: { 'x-api-key': 'a' }, secretHeaders: { 'x-api-key': secret } }),
      path: 'tracing.collector.secretHeaders.x-api-key',
    },
    {
      did: 'gives the variable of a collector twice',
      props: sidecar({ environment: { KEY: 'a' }, secrets: { KEY: secret } }),
      path: 'tracing.collector.secrets.KEY',
    },
    {
      did: 'sends a secret without TLS',
      props: endpoint({ tls: false, secretHeaders: { 'x-api-key': secret } }),
      path: 'tracing.collector.secretHeaders.x-api-key',
    },
    { did: 'trusts an authority without TLS', props: endpoint({ tls: false, trust: {} }), path: 'tracing.collector.trust' },
  ],
  TOKEN: [
    { did: 'gives a header a token', props: endpoint({ headers: { 'x-api-key': token } }), path: 'tracing.collector.headers.x-api-key' },
  ],
  RESERVED_PORT: [
    {
      did: 'listens where the collector takes spans',
      props: mesh({ ui: service({ port: 4317 }) }, { tracing: { kind: 'openTelemetry' } }),
      path: 'services.ui.port',
    },
  ],
};
