import type { CircuitBreaker, OutlierDetection } from '../../../lib/core/model/traffic-policy';
import type { Reader } from '../../../lib/core/reading/reader';
import { alternative, items, requiredText, section, text, wholeNumber, word } from '../cloudformation/values';
import type { AccessLog, HealthCheck, Listener, ListenerProtocol } from './model';
import { readListenerTls } from './read-tls';
import { readDuration, readTimeouts } from './read-duration';
import { defined } from '../../../lib/core/defined';

const PROTOCOLS: readonly ListenerProtocol[] = ['http', 'http2', 'grpc', 'tcp'];

/** Names of the same protocols where they are properties. */
const PROPERTY_OF: Readonly<Record<ListenerProtocol, string>> = { http: 'HTTP', http2: 'HTTP2', grpc: 'GRPC', tcp: 'TCP' };

const NODE_FIELDS = ['PortMapping', 'TLS', 'HealthCheck', 'ConnectionPool', 'OutlierDetection', 'Timeout'] as const;
/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-appmesh-virtualgateway-virtualgatewaylistener.html */
const GATEWAY_FIELDS = ['PortMapping', 'TLS', 'HealthCheck', 'ConnectionPool'] as const;

export function readListeners(at: Reader, of: 'node' | 'gateway'): readonly Listener[] {
  return items(at).flatMap((item) => readListener(item, of) ?? []);
}

function readListener(at: Reader, of: 'node' | 'gateway'): Listener | undefined {
  const listener = section(at, of === 'node' ? NODE_FIELDS : GATEWAY_FIELDS);
  if (listener === undefined) return undefined;
  const protocols = of === 'node' ? PROTOCOLS : PROTOCOLS.filter((protocol) => protocol !== 'tcp');
  const mapping = readPortMapping(listener.field('PortMapping'), protocols);
  const tls = readListenerTls(listener.field('TLS'));
  const healthCheck = readHealthCheck(listener.field('HealthCheck'), protocols);
  const outlierDetection = readOutlierDetection(listener.field('OutlierDetection'));
  const pool = ofProtocol(listener.field('ConnectionPool'), mapping?.protocol, protocols);
  const connectionPool = pool === undefined ? undefined : readConnectionPool(...pool);
  const timeout = ofProtocol(listener.field('Timeout'), mapping?.protocol, PROTOCOLS);
  const timeouts = timeout === undefined ? undefined : readTimeouts(timeout[1], timeout[0] === 'tcp');
  if (mapping === undefined) return undefined;
  return { ...mapping, ...defined({ tls, healthCheck, connectionPool, outlierDetection, timeouts }) };
}

export function readPortMapping(
  at: Reader,
  protocols: readonly ListenerProtocol[] = PROTOCOLS,
): { readonly port: number; readonly protocol: ListenerProtocol } | undefined {
  const mapping = section(at.required('the port and its protocol', 'give PortMapping'), ['Port', 'Protocol']);
  if (mapping === undefined) return undefined;
  const port = wholeNumber(mapping.field('Port').required('the port', 'give a port'), 1, 65_535);
  const protocol = word(mapping.field('Protocol').required('the protocol', 'such as http'), protocols, 'a protocol');
  return port === undefined || protocol === undefined ? undefined : { port, protocol };
}

/** Settings that stand below the name of a protocol, which must be the listener's. */
function ofProtocol(
  at: Reader,
  protocol: ListenerProtocol | undefined,
  protocols: readonly ListenerProtocol[],
): readonly [ListenerProtocol, Reader] | undefined {
  const object = section(
    at,
    protocols.map((each) => PROPERTY_OF[each]),
  );
  const [name, found] =
    object === undefined
      ? []
      : (alternative(
          object,
          protocols.map((each) => PROPERTY_OF[each]),
        ) ?? []);
  const named = protocols.find((each) => PROPERTY_OF[each] === name);
  if (named === undefined || found === undefined) return undefined;
  if (protocol !== undefined && named !== protocol)
    found.fail('CONFLICT', `is of ${named}, and the listener speaks ${protocol}`, {
      got: null,
      fix: `write it below ${PROPERTY_OF[protocol]}`,
    });
  return [named, found];
}

const MOST = 2_147_483_647;

function readConnectionPool(protocol: ListenerProtocol, at: Reader): CircuitBreaker | undefined {
  const names: Readonly<Record<ListenerProtocol, readonly string[]>> = {
    http: ['MaxConnections', 'MaxPendingRequests'],
    http2: ['MaxRequests'],
    grpc: ['MaxRequests'],
    tcp: ['MaxConnections'],
  };
  const pool = section(at, names[protocol]);
  if (pool === undefined) return undefined;
  const first = pool.field(names[protocol][0] ?? '').required('the limit', `give ${names[protocol][0] ?? ''}`);
  const limit = wholeNumber(first, 1, MOST);
  if (protocol === 'http2' || protocol === 'grpc') return limit === undefined ? {} : { maxRequests: limit };
  const pending = wholeNumber(pool.field('MaxPendingRequests'), 1, MOST);
  return defined({ maxConnections: limit, maxPendingRequests: pending });
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-appmesh-virtualnode-healthcheck.html */
function readHealthCheck(at: Reader, protocols: readonly ListenerProtocol[]): HealthCheck | undefined {
  const check = section(at, ['Protocol', 'Path', 'Port', 'IntervalMillis', 'TimeoutMillis', 'HealthyThreshold', 'UnhealthyThreshold']);
  if (check === undefined) return undefined;
  const number = (name: string, min: number, max: number): number | undefined =>
    wholeNumber(check.field(name).required(name, `give ${name}`), min, max);
  const protocol = word(check.field('Protocol').required('the protocol', 'such as http'), protocols, 'a protocol');
  const path = text(check.field('Path'));
  const port = wholeNumber(check.field('Port'), 1, 65_535);
  const interval = number('IntervalMillis', 5000, 300_000);
  const timeout = number('TimeoutMillis', 2000, 60_000);
  const healthyThreshold = number('HealthyThreshold', 2, 10);
  const unhealthyThreshold = number('UnhealthyThreshold', 2, 10);
  if (
    protocol === undefined ||
    interval === undefined ||
    timeout === undefined ||
    healthyThreshold === undefined ||
    unhealthyThreshold === undefined
  )
    return undefined;
  return {
    protocol,
    ...defined({ path, port }),
    intervalSeconds: interval / 1000,
    timeoutSeconds: timeout / 1000,
    healthyThreshold,
    unhealthyThreshold,
  };
}

function readOutlierDetection(at: Reader): OutlierDetection | undefined {
  const detection = section(at, ['MaxServerErrors', 'Interval', 'BaseEjectionDuration', 'MaxEjectionPercent']);
  if (detection === undefined) return undefined;
  const errors = wholeNumber(detection.field('MaxServerErrors').required('MaxServerErrors', 'give MaxServerErrors'), 1, MOST);
  const intervalSeconds = readDuration(detection.field('Interval').required('Interval', 'give Interval'));
  const baseEjectionSeconds = readDuration(
    detection.field('BaseEjectionDuration').required('BaseEjectionDuration', 'give BaseEjectionDuration'),
  );
  const maxEjectionPercent = wholeNumber(
    detection.field('MaxEjectionPercent').required('MaxEjectionPercent', 'give MaxEjectionPercent'),
    0,
    100,
  );
  if (errors === undefined || intervalSeconds === undefined || baseEjectionSeconds === undefined || maxEjectionPercent === undefined)
    return undefined;
  return { consecutiveServerErrors: errors, intervalSeconds, baseEjectionSeconds, maxEjectionPercent };
}

/** `Logging` of nodes and gateways. */
export function readAccessLog(at: Reader): AccessLog | undefined {
  const logging = section(at, ['AccessLog']);
  const accessLog = logging === undefined ? undefined : section(logging.field('AccessLog'), ['File']);
  const file = accessLog === undefined ? undefined : section(accessLog.field('File'), ['Path', 'Format']);
  const path = file === undefined ? undefined : requiredText(file.field('Path'), 'the path');
  if (file === undefined || path === undefined) return undefined;
  const format = section(file.field('Format'), ['Text', 'Json']);
  const [kind, found] = format === undefined ? [] : (alternative(format, ['Text', 'Json']) ?? []);
  if (found === undefined) return { path };
  if (kind === 'Json') return { path, format: { json: readPairs(found) } };
  return { path, format: { text: text(found) ?? '' } };
}

/** A list of `Key` and `Value`. */
export function readPairs(at: Reader): Readonly<Record<string, string>> {
  const pairs = items(at).flatMap((item) => {
    const pair = section(item, ['Key', 'Value']);
    const key = pair === undefined ? undefined : requiredText(pair.field('Key'), 'the key');
    const value = pair === undefined ? undefined : requiredText(pair.field('Value'), 'the value');
    return key === undefined || value === undefined ? [] : [[key, value] as const];
  });
  return Object.fromEntries([...pairs].sort(([a], [b]) => (a < b ? -1 : 1)));
}
