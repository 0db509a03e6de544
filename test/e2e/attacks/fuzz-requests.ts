/** Generated attacks. What is generated has a number of its own, and says by it which request it is. */
import { mapped } from './edge';
import type { Random } from './fuzz-random';
import { ROUTES } from './attacked-system';
import { CLAIMS_OF_CLIENTS, FORGED, OVERRIDES } from './rules';
import { spellings } from './spellings';
import { STEERING } from './steering';
import type { Line } from './witness';

const ESCAPED = [
  '%2e',
  '%2E',
  '%2f',
  '%5c',
  '%00',
  '%01',
  '%09',
  '%0a',
  '%0d',
  '%1f',
  '%20',
  '%23',
  '%25',
  '%252e',
  '%252f',
  '%25252e',
  '%3b',
  '%3f',
  '%61',
  '%7f',
  '%c0%ae',
  '%C0%AF',
  '%e0%80%ae',
  '%e0%80%af',
  '%f0%80%80%ae',
  '%25e0%80%ae',
  '%u002e',
  '%u002f',
  '%zz',
  '%',
  '%ff',
  '%ef%bc%8e',
];
const SEGMENTS = [
  'public',
  'exact',
  'admin',
  'PUBLIC',
  'Public',
  'x',
  'orders',
  '1',
  'files',
  'secret',
  'SECRET',
  'anything',
  '',
  '.',
  '..',
  '...',
  '..;',
  '.;',
  ';',
  ';x=1',
  '..;x=1',
  'secret;x',
  'x.json',
  '~',
  '*',
  ':',
  '::$DATA',
  '@h',
  '%2e%2e',
  '.%2e',
  '..%00',
  '..%09',
  '..%20',
];
const SEPARATORS = ['/', '/', '/', '/', '/', '/', '//', '\\', '/\\', '/./', '/../', '%2f', '%5c', ';/'];
const ENDS = ['', '', '', '', '/', '//', '.', '/.', '/..', ';', ';x=1', '?', '?x', '?/../admin', '#', '#/../x', '%20', '%00'];
const RAW = ['\xff', '\xc0\xae', '\xe0\x80\xae', '\xf0\x80\x80\xae', '\xe9', '\t', '\x01', '\x7f', ' ', '"', '<', '{', '|', '^', '`'];
const STARTS = [
  '/public/',
  '/public/',
  '/public/',
  '/public/',
  '/exact',
  '/admin',
  '/',
  '//public/',
  '/%70ublic/',
  'http://h/public/',
  '/orders/',
  '/files/',
  '/anything/',
];

export function path(random: Random, starts: readonly string[] = STARTS): string {
  let text = random.one(starts);
  // A third of them only begins as it should, so that enough arrives.
  for (let pieces = random.chance(0.3) ? 0 : 1 + random.below(4); pieces > 0; pieces -= 1) {
    const kind = random.next();
    const piece =
      kind < 0.6
        ? random.one(SEGMENTS)
        : kind < 0.9
          ? random.one(ESCAPED)
          : kind < 0.95
            ? random.one(RAW)
            : String.fromCharCode(random.below(256)).replace(/[\r\n]/, 'x');
    text += (random.chance(0.7) ? random.one(SEPARATORS) : '') + piece;
  }
  return text + random.one(ENDS);
}

/** The application knows them all: one that it does not know it could not tell from bytes that are no request. */
const METHODS = ['GET', 'GET', 'GET', 'GET', 'POST', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'M-SEARCH'];
const NAMES = [
  ...STEERING,
  ...[...CLAIMS_OF_CLIENTS, ...OVERRIDES, 'x-forwarded-client-cert'].flatMap(spellings),
  'x-plain',
  'cookie',
  'authorization',
  'accept',
  'range',
  'grpc-timeout',
  'via',
  'max-forwards',
  'x-b3-traceid',
  'traceparent',
];
const VALUES = [
  FORGED,
  `${FORGED}, 10.0.0.1`,
  `${FORGED};URI=spiffe://shop.internal/${FORGED}`,
  `${FORGED},By=x;Hash=y;URI=spiffe://shop.internal/stray`,
  `"${FORGED}"`,
  `${FORGED}\t`,
  `${FORGED}\xe9`,
  `/${FORGED}`,
];

/** Some that a caller may not forge, and some that nobody minds. By another address its x-envoy-* headers would count. */
function headers(random: Random): readonly Line[] {
  const lines = random.some(8, (): Line => [
    random.one(NAMES),
    random.chance(0.02) ? `${FORGED}${'a'.repeat(random.below(9000))}` : random.one(VALUES),
  ]);
  return random.chance(0.3) ? [...lines, ['x-forwarded-for', '10.0.0.1']] : lines;
}

const ROUTE_KEYS = Object.keys(ROUTES);
const TARGETS: Readonly<Record<string, readonly string[]>> = {
  '/': ['/'],
  '/orders': ['/orders'],
  '/orders/{id}': ['/orders/1'],
  '/orders/{id}/admin': ['/orders/1/admin'],
  '/files/{proxy+}': ['/files/'],
  '/files/secret': ['/files/secret'],
  '/anything/{proxy+}': ['/anything/'],
};

/** A request, before it is written as HTTP/1.1 or HTTP/2. */
export interface Generated {
  readonly method: string;
  readonly path: string;
  readonly lines: readonly Line[];
  /** Of one to the gateway. */
  readonly route?: string;
}

export function inboundRequest(random: Random): Generated {
  return { method: random.one(METHODS), path: path(random), lines: headers(random) };
}

/** As API Gateway may pass it on: by a route that it says to have matched, with any path that a parameter may hide. */
export function edgeRequest(random: Random): Generated {
  const route = random.one(ROUTE_KEYS);
  const [method, template] = route.split(' ');
  const fits = random.chance(0.7);
  const lines = mapped(route).map((line): Line => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]);
  return {
    method: random.chance(0.8) ? (method === 'ANY' ? random.one(['GET', 'POST', 'DELETE']) : method) : random.one(METHODS),
    path: fits ? path(random, TARGETS[template]) : path(random),
    lines: [
      ...(random.chance(0.05) ? [...lines, random.one(lines)] : lines),
      ...headers(random).filter(([name]) => !/^x-edge-(route|client-ip|host)$/.test(name)),
    ],
    route,
  };
}
