/** What every request must keep to that arrives at an application, whatever was sent. Pure. */
import { ALLOWED } from './attacked-system';
import { readings } from './readings';
import type { Arrival, Line } from './witness';

/** Who sent it, as its Envoy has to see it. */
export interface Sender {
  /** The identity that it proved: of a request from outside that of the gateway. */
  readonly caller: string;
  /** The route that API Gateway named, if it came that way. */
  readonly route?: string;
}

/** A name as servers with names of CGI read it. */
export function canonical(name: string): string {
  return name.toLowerCase().replaceAll(/[._]/g, '-');
}

export const OVERRIDES = [
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
  'x-original-url',
  'x-rewrite-url',
  'x-original-uri',
  'x-override-url',
];

/** What a client may not say of itself. API Gateway's own word comes in other headers. */
export const CLAIMS_OF_CLIENTS = [
  'x-real-ip',
  'client-ip',
  'true-client-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'cf-connecting-ip',
  'fastly-client-ip',
  'x-original-host',
  'x-host',
  'forwarded',
  'proxy',
  'x-request-id',
  'x-amzn-trace-id',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-server',
];

/** Trailers that would forge a header where an application takes both for one. */
const OF_HEADS =
  /^(x-envoy-.*|x-forwarded-.*|forwarded|grpc-timeout|authorization|cookie|host|content-length|transfer-encoding|te|connection|x-edge-.*)$/;

/** All that a client says has this in it, so that it is known wherever it arrives. */
export const FORGED = 'forged';

/** Services whose rules name methods or paths. */
const WITH_RULES = ['web', 'limited', 'rpc'];

/** What a request breaks, as sentences; none if all is well. */
export function brokenRules(arrival: Arrival, sender: Sender): readonly string[] {
  return [
    ...(arrival.method === 'NONE' ? [`no HTTP can be read in what arrives: ${arrival.path}`] : []),
    ...brokenByPath(arrival),
    ...(sender.route === undefined ? [] : brokenByRoute(arrival, sender.route)),
    ...brokenByCaller(arrival.lines, sender.caller),
    ...brokenByNames(arrival, sender),
  ];
}

function brokenByPath({ to, method, path }: Arrival): readonly string[] {
  if (to !== 'web') return [];
  const outside = readings(path).filter((reading) => !reading.startsWith('/public/') && reading !== '/exact');
  return [
    ...(ALLOWED.methods.includes(method) ? [] : [`the method ${method} is not allowed`]),
    ...outside.map((reading) => `the path ${JSON.stringify(path)} can be read as ${JSON.stringify(reading)}, which is not allowed`),
  ];
}

/** It must have the shape of its route; no reading of it may lie elsewhere, or have the shape of a route with an authorizer. */
function brokenByRoute({ method, path }: Arrival, route: string): readonly string[] {
  const [ofRoute = '', template = ''] = route.split(' ');
  const all = readings(path);
  const [fixed = ''] = template.split('{', 1);
  return [
    ...(ofRoute === method || ofRoute === 'ANY' ? [] : [`${method} is not the method of ${route}`]),
    // API Gateway may ignore a slash at the end.
    ...(hasShape(template, (path.split('?', 1)[0] ?? '').replace(/(?<=[^/])\/$/, '')) || hasShape(template, path.split('?', 1)[0] ?? '')
      ? []
      : [`${JSON.stringify(path)} is not of ${route}`]),
    ...all
      .filter((reading) => !`${reading}/`.startsWith(fixed))
      .map((reading) => `${JSON.stringify(path)} can be read as ${JSON.stringify(reading)}, which is not of ${route}`),
    ...PROTECTED.filter(
      (other) =>
        other.template !== template &&
        other.methods.includes(method) &&
        all.some((reading) => hasShape(other.template, reading.toLowerCase())),
    ).map((other) => `${JSON.stringify(path)} came by ${route}, and can be read as one of ${other.template}, which has an authorizer`),
  ];
}

/** The routes of ROUTES that have an authorizer. */
const PROTECTED = [
  { template: '/orders/{id}/admin', methods: ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'] },
  { template: '/files/secret', methods: ['GET'] },
  { template: '/orders', methods: ['DELETE'] },
];

function hasShape(template: string, path: string): boolean {
  const pattern = template
    .split('/')
    .map((part) => (part.endsWith('+}') ? '.+' : part.startsWith('{') ? '[^/]+' : part))
    .join('/');
  return new RegExp(`^${pattern}$`).test(path);
}

/** https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-forwarded-client-cert */
function brokenByCaller(lines: readonly Line[], caller: string): readonly string[] {
  const said = lines.filter(([name]) => name.replaceAll(/[^a-z]/g, '-') === 'x-forwarded-client-cert');
  if (said.length !== 1) return [`the caller is named in ${said.length} headers: ${JSON.stringify(said)}`];
  const [[, value]] = said;
  return /^(By=[^;,]*;)?Hash=[0-9a-f]{64};URI=[^;,]*$/.test(value) && value.endsWith(`;URI=${caller}`)
    ? []
    : [`the caller is said to be ${JSON.stringify(value)}, not ${caller}`];
}

function brokenByNames({ to, lines, trailers }: Arrival, { route }: Sender): readonly string[] {
  const overridable = route === undefined && !WITH_RULES.includes(to);
  const forbidden = (name: string, value: string): boolean => {
    const plain = canonical(name);
    if (plain.startsWith('x-envoy-')) return value.includes(FORGED) || !OWN_HEADERS.includes(name);
    if (OVERRIDES.includes(plain)) return !overridable;
    if (route === undefined) return false;
    return (
      ['x-edge-route', 'x-edge-client-ip', 'x-edge-host'].includes(plain) ||
      ((CLAIMS_OF_CLIENTS.includes(plain) || plain.startsWith('x-forwarded-')) && value.toLowerCase().includes(FORGED))
    );
  };
  return [
    ...lines.filter(([name, value]) => forbidden(name, value)).map(([name, value]) => `the header ${name}: ${value.slice(0, 80)} arrives`),
    ...trailers
      .filter(([name]) => OF_HEADS.test(canonical(name)) || OVERRIDES.includes(canonical(name)))
      .map(([name, value]) => `the trailer ${name}: ${value.slice(0, 80)} arrives`),
  ];
}

/** What Envoys set themselves on the way to an application, and what nobody forges here. */
const OWN_HEADERS = ['x-envoy-expected-rq-timeout-ms', 'x-envoy-attempt-count', 'x-envoy-original-host'];
