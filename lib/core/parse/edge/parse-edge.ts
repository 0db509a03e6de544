import { Unresolved } from '../../reading/input';
import { named } from '../../model/by-name';
import type { Cors, EdgeAuthorizer, EdgeTopology, IpAddressType, Throttle } from '../../model/topology';
import { API_GATEWAY } from '../../limits/api-gateway';
import type { EdgeFeatureId } from '../../edges/features';
import type { DraftRoute, EdgeKind } from '../../edges/kind';
import { KINDS } from '../../edges/kinds';
import { parseKind } from '../../edges/select-kind';
import { checkSupport } from '../../edges/check-support';
import { Authorizers } from './parse-authorizer';
import type { DraftService } from '../service/parse-service';
import { unknownService } from '../service/parse-service';
import type { MeshDefaults } from '../workload/parse-sizing';
import { SIZING_FIELDS, parseSizing } from '../workload/parse-sizing';
import { gatewayNameOf } from '../../model/edge-names';
import { EDGE_REMOVAL } from '../../model/pass-through-headers';
import type { Reader } from '../../reading/reader';
import { STRINGS } from '../../reading/reader';
import { REAL_METHODS, parseRouteKey, shapeOf } from '../../model/edge-routes';
import { parsePassThroughHeaders } from '../security/parse-pass-through-headers';
import { defined } from '../../defined';
import type { ResponseSettings } from './parse-response';
import { RESPONSE_FIELDS, parseResponse, responseOf } from './parse-response';

const A_ROUTE = "add one, such as 'ANY /{proxy+}': { service: 'ui' }";

const EDGE_FIELDS = [
  'authorizer',
  'routes',
  'throttle',
  ...RESPONSE_FIELDS,
  'cors',
  'stageName',
  'ipAddressType',
  'accessLogs',
  'passThroughHeaders',
  'gateway',
  'group',
] as const;

const IP_ADDRESS_TYPES: readonly IpAddressType[] = ['ipv4', 'dualstack'];

/** Envoy alone needs little; two tasks, because every request of every client passes here. */
const GATEWAY_SIZE = { cpu: 256, memoryMiB: 512, desiredCount: 2 };

/** The authorizer of the edge; one that was given, but is wrong, has its issue already. */
interface Fallback {
  readonly given: boolean;
  readonly authorizer: EdgeAuthorizer | undefined;
}

/** What the routes of an edge share. */
interface EdgeContext {
  readonly kind: EdgeKind;
  /** The names of all services. */
  readonly declared: readonly string[];
  readonly authorizers: Authorizers;
  readonly fallback: Fallback;
  readonly response: ResponseSettings;
}

/** What an edge can lead to, and what its gateway service has by default. */
export interface EdgeSurroundings {
  /** Sorted by name. */
  readonly services: readonly DraftService[];
  /** The names of all services. */
  readonly declared: readonly string[];
  /** Those of external services, to which no route can lead. */
  readonly external: readonly string[];
  readonly defaults: MeshDefaults;
}

export function parseEdge(
  name: string,
  at: Reader,
  { services, declared, external, defaults }: EdgeSurroundings,
): EdgeTopology | undefined {
  const kind = parseKind(at);
  if (kind === undefined || !checkKnown(at, kind)) return undefined;
  const authorizers = new Authorizers(kind);
  const fallback = { given: !at.field('authorizer').absent, authorizer: authorizers.read(at.field('authorizer')) };
  const response = parseResponse(at);
  const routesAt = at.field('routes').required('at least one route', A_ROUTE);
  // In an order of our own, so that neither the topology nor the errors depend on the order of the props.
  const entries = [...routesAt.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  const drafts = entries.flatMap(([key, route]) => {
    if (external.some((name) => name === route.field('service').value && !declared.includes(name))) refuseExternal(route.field('service'));
    else checkTarget(route.field('service'), services, declared);
    return parseRoute(key, route, { kind, declared, authorizers, fallback, response }) ?? [];
  });
  if (routesAt.empty) routesAt.fail('MISSING', 'an edge needs at least one route', { fix: A_ROUTE });
  checkTwins(drafts);
  authorizers.checkNames();
  const used = authorizers.all.filter(({ id }) => drafts.some((draft) => draft.route.authorizer === id));

  checkOptions(at, kind);
  const throttle = parseThrottle(at.field('throttle'));
  const cors = parseCors(at.field('cors'), kind);
  kind.checkRoutes(drafts, cors, routesAt);
  const routes = [...drafts].sort((a, b) => kind.compareRoutes(a, b)).map(({ route }) => route);
  const gatewayAt = at.field('gateway');
  gatewayAt.checkFields(SIZING_FIELDS);
  return {
    name,
    path: at.path,
    gatewayName: gatewayNameOf(name),
    kind: kind.id,
    options: kind.parse(at, routes),
    api: kind.traits(routes, cors),
    routes,
    authorizers: used,
    ...defined({ throttle, cors, ipAddressType: parseIpAddressType(at.field('ipAddressType'), kind) }),
    stageName: parseStageName(at.field('stageName'), kind),
    accessLogs: at.field('accessLogs').boolean() ?? kind.capabilities.accessLogs === true,
    passThroughHeaders: parsePassThroughHeaders(at.field('passThroughHeaders'), EDGE_REMOVAL),
    gateway: parseSizing(gatewayAt, GATEWAY_SIZE, defaults),
    ...defined({ group: at.field('group').string() }),
  };
}

/** An option of another kind is no unknown one. */
function checkKnown(at: Reader, kind: EdgeKind): boolean {
  const foreign = KINDS.flatMap(({ factory, options }) =>
    Object.entries(options).flatMap(([option, reason]) => (option in kind.options ? [] : [{ option, factory, reason }])),
  );
  if (!at.checkFields([...EDGE_FIELDS, ...Object.keys(kind.options), ...foreign.map(({ option }) => option)], 'kind')) return false;
  for (const { option, factory, reason } of foreign) {
    const field = at.field(option);
    if (!field.absent) field.fail('UNSUPPORTED_BY_EDGE', `only ${factory} has it: ${reason}`, { fix: `remove it, or use ${factory}` });
  }
  return true;
}

/** Options that are features of their own, of an edge or of a route: what a kind cannot do is not dropped silently. */
const FEATURES: readonly (readonly [string, EdgeFeatureId])[] = [
  ['throttle', 'throttle'],
  ['timeout', 'timeout'],
  ['responseTransferMode', 'streaming'],
  ['cors', 'cors'],
  ['scopes', 'scopes'],
  ['stageName', 'stage'],
  ['accessLogs', 'accessLogs'],
];

/** Values that ask for no feature. */
const WITHOUT: readonly unknown[] = [false, 'BUFFERED'];

function checkOptions(at: Reader, kind: EdgeKind): void {
  for (const [option, feature] of FEATURES) {
    const field = at.field(option);
    if (!field.absent && !WITHOUT.includes(field.value)) checkSupport(field, feature, kind, KINDS);
  }
}

function parseStageName(at: Reader, kind: EdgeKind): string {
  const name = at.string() ?? kind.defaultStage;
  if (name === kind.defaultStage) return name;
  const longest = API_GATEWAY.stageName.value;
  const orDefault = kind.defaultStage.startsWith('$') ? `, or "${kind.defaultStage}"` : '';
  if (!/^[A-Za-z0-9_-]+$/.test(name) || name.length > longest)
    at.fail('INVALID_NAME', 'is not a name for a stage', { allowed: `letters, digits, "_" and "-", at most ${longest}${orDefault}` });
  return name;
}

function parseIpAddressType(at: Reader, kind: EdgeKind): IpAddressType | undefined {
  const type = at.oneOf(IP_ADDRESS_TYPES, 'an IpAddressType', ['IpAddressType.IPV4', 'IpAddressType.DUAL_STACK']);
  if (type === 'dualstack') checkSupport(at, 'dualStack', kind, KINDS);
  return type;
}

function parseRoute(key: string, at: Reader, { kind, declared, authorizers, fallback, response }: EdgeContext): DraftRoute | undefined {
  const parsed = parseRouteKey(key, at);
  if (parsed?.path === '$default') checkSupport(at, 'defaultRoute', kind, KINDS);
  at.required('an object with at least service', "such as { service: 'ui' }");
  if (!at.checkFields(['service', 'authorizer', 'throttle', ...RESPONSE_FIELDS, 'scopes'])) return undefined;
  const service = at
    .field('service')
    .required('the service that the route leads to', `such as service: '${declared[0] ?? 'ui'}'`)
    .string();
  const own = at.field('authorizer');
  const authorizer = own.absent ? fallback.authorizer : authorizers.read(own);
  if (own.absent && !fallback.given) {
    at.fail('NO_AUTHORIZER', 'no authorizer is chosen for this route, and the edge has no default', {
      got: null,
      allowed: authorizers.allowed,
      fix: 'set authorizer on the edge or here; Authorizer.none() makes the route public',
    });
  }
  const scopesAt = at.field('scopes');
  const scopes = scopesAt.items(STRINGS).flatMap((item) => {
    const scope = item.required('a scope', 'remove the entry, or give a scope').text();
    if (scope === '') item.fail('INVALID_FORMAT', 'a scope cannot be empty', { fix: 'remove it' });
    return scope ?? [];
  });
  if (scopes.length > 0 && authorizer !== undefined && authorizer.kind !== 'jwt' && authorizer.kind !== 'cognito') {
    scopesAt.fail('UNSUPPORTED_AUTHORIZER', `scopes are checked by JWT and Cognito authorizers, not by Authorizer.${authorizer.kind}()`, {
      fix: 'remove scopes or change the authorizer',
    });
  }
  checkOptions(at, kind);
  const throttle = parseThrottle(at.field('throttle'));
  const answers = responseOf(parseResponse(at), response);
  if (parsed === undefined || service === undefined) return undefined;
  const route = { key, ...parsed, service, authorizer: authorizer?.id ?? 'none', scopes, ...defined({ throttle }), ...answers };
  return { ...parsed, at, route };
}

function refuseExternal(at: Reader): void {
  at.fail('UNSUPPORTED_BY_EDGE', 'the edge leads to services of the mesh, and this one is outside of it', {
    fix: 'route to a service that calls it, or give it an integration of its own in API Gateway',
  });
}

function checkTarget(at: Reader, services: readonly DraftService[], declared: readonly string[]): void {
  if (typeof at.value !== 'string') return;
  const target = named(services, at.value);
  if (target === undefined) {
    if (!declared.includes(at.value)) unknownService(at, at.value, declared);
    return;
  }
  if (target.protocol === 'http' || target.protocol === 'http2') return;
  at.fail(
    'ROUTE_PROTOCOL',
    `"${target.name}" speaks ${target.protocol === 'grpc' ? 'gRPC' : 'TCP'}, which API Gateway cannot pass through`,
    {
      allowed: 'services with Protocol.HTTP or Protocol.HTTP2',
      fix: 'route to an HTTP service that calls it',
    },
  );
}

/** Two routes that match the same requests. What else routes may not do to each other is up to the kind of the edge. */
function checkTwins(drafts: readonly DraftRoute[]): void {
  const byMatch = new Map<string, string>();
  for (const draft of drafts) {
    const match = `${draft.method} ${draft.path === '$default' ? '$default' : shapeOf(draft.segments)}`;
    const twin = byMatch.get(match);
    if (twin !== undefined)
      draft.at.fail('OVERLAPPING_ROUTES', `matches the same requests as "${twin}"`, { got: null, fix: 'remove one of the two' });
    byMatch.set(match, draft.route.key);
  }
}

function parseThrottle(at: Reader): Throttle | undefined {
  if (!at.checkFields(['rateLimit', 'burstLimit'])) return undefined;
  const rateLimit = at
    .field('rateLimit')
    .required('the requests a second, in the long run,', 'such as rateLimit: 500')
    .number({ min: 0, max: 1_000_000, unit: 'requests a second', integer: false });
  const burstLimit = at
    .field('burstLimit')
    .required('the requests that may arrive at once', 'such as burstLimit: 1000')
    .number({ min: 0, max: 1_000_000, unit: 'requests' });
  // A bucket that holds nothing lets nothing through, however fast it fills; one that never fills runs dry.
  if (rateLimit !== undefined && burstLimit !== undefined && (rateLimit === 0) !== (burstLimit === 0)) {
    at.fail(
      'THROTTLE',
      `rateLimit ${rateLimit} and burstLimit ${burstLimit} contradict each other: ` +
        (burstLimit === 0 ? 'no request gets through' : 'after the first requests none gets through'),
      {
        got: null,
        allowed: 'both above 0; or both 0, which closes the route',
        fix:
          burstLimit === 0
            ? `set burstLimit, for instance to ${Math.max(1, Math.ceil(rateLimit))}`
            : `set rateLimit, for instance to ${burstLimit}`,
      },
    );
  }
  return rateLimit === undefined || burstLimit === undefined ? undefined : { rateLimit, burstLimit };
}

function parseCors(at: Reader, kind: EdgeKind): Cors | undefined {
  if (!at.checkFields(['allowOrigins', 'allowMethods', 'allowHeaders', 'exposeHeaders', 'maxAge', 'allowCredentials'])) return undefined;
  const originsAt = at.field('allowOrigins').required('the origins that may call', "name them, such as ['https://shop.example']");
  const allowOrigins = originsAt
    .items(STRINGS)
    .flatMap((item) => parseOrigin(item.required('an origin', 'remove the entry, or give an origin'), kind) ?? []);
  if (Array.isArray(originsAt.value) && originsAt.value.length === 0)
    originsAt.fail('MISSING', 'CORS with no origin lets nobody in', {
      fix: "name at least one, such as 'https://shop.example', or leave cors out",
    });
  const methods = at
    .field('allowMethods')
    .items(STRINGS)
    .flatMap((item) => {
      const method = item.required('a method', 'remove the entry, or give a method').string();
      if (method === undefined || method === '*' || REAL_METHODS.some((known) => known === method)) return method ?? [];
      return (
        item.fail<string>('CORS', 'is not a method', {
          allowed: `"*", ${REAL_METHODS.join(', ')}`,
          ...(REAL_METHODS.some((known) => known === method.toUpperCase()) ? { fix: `write "${method.toUpperCase()}"` } : {}),
        }) ?? []
      );
    });
  const headersAt = at.field('allowHeaders');
  const allowHeaders = headersAt.absent ? ['authorization', 'content-type', 'x-api-key'] : parseHeaders(headersAt);
  const exposeHeaders = parseHeaders(at.field('exposeHeaders'));
  const allowCredentials = at.field('allowCredentials').boolean() ?? false;
  if (allowCredentials && allowOrigins.includes('*')) {
    at.field('allowCredentials').fail('CORS', 'browsers refuse credentials where allowOrigins holds "*"', {
      fix: 'name the origins, or leave allowCredentials out',
    });
  }
  const maxAgeSeconds = at.field('maxAge').seconds({ min: 0, max: 86_400 });
  return {
    allowOrigins,
    allowMethods: methods.length === 0 || methods.includes('*') ? REAL_METHODS : methods,
    allowHeaders,
    exposeHeaders,
    ...defined({ maxAgeSeconds }),
    allowCredentials,
  };
}

/** Where API Gateway compares origins itself, they may be tokens (a CloudFront domain). */
function parseOrigin(at: Reader, kind: EdgeKind): string | undefined {
  if (at.value instanceof Unresolved && !checkSupport(at, 'corsTokens', kind, KINDS)) return undefined;
  const origin = at.text();
  if (origin === undefined || origin === '*' || at.value instanceof Unresolved) return origin;
  const sent = asBrowsersSendIt(origin);
  if (sent === origin) return origin;
  return at.fail('CORS', 'is not an origin as browsers send it', {
    allowed: '"*", or scheme, host and, if it is not the default one, port, with no path, such as "https://shop.example"',
    ...defined({ fix: sent === undefined ? undefined : `write "${sent}"` }),
  });
}

/** In lower case, without a path or the default port; undefined if there is no such origin. */
function asBrowsersSendIt(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { origin } = new URL(text);
  // A REST API puts origins into quotes: nothing that ends a text there, or is code, may stand in a host.
  return /^https?:\/\/([a-z0-9._-]+|\[[0-9a-f:]+\])(:\d+)?$/.test(origin) ? origin : undefined;
}

/** https://www.rfc-editor.org/rfc/rfc9110#name-tokens, of which "*" is one too; but "'" would end the text that a REST API puts them in. */
function parseHeaders(at: Reader): string[] {
  return at.items(STRINGS).flatMap((item) => {
    const header = item.required('a header', 'remove the entry, or give the name of a header').string();
    if (header === undefined || /^[A-Za-z0-9!#$%&*+.^_`|~-]+$/.test(header)) return header ?? [];
    return item.fail<string>('CORS', 'is not the name of a header', { allowed: 'letters, digits, hyphens, such as "content-type"' }) ?? [];
  });
}
