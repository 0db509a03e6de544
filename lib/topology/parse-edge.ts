import { Opaque } from './input';
import type { AuthorizerKind, Cors, EdgeAuthorizer, EdgeKind, EdgeRoute, EdgeTopology, Throttle } from './model';
import type { DraftService } from './parse-service';
import { unknownService } from './parse-service';
import type { MeshDefaults } from './parse-sizing';
import { SIZING_FIELDS, parseSizing } from './parse-sizing';
import type { Reader } from './reader';
import type { ParsedKey } from './routes';
import { METHODS, bySpecificity, parseRouteKey, shapeOf } from './routes';

const EDGE_FIELDS = ['kind', 'authorizer', 'routes', 'throttle', 'cors', 'stageName', 'accessLogs', 'gateway'] as const;

/** Envoy alone needs little; two tasks, because every request of every client passes here. */
const GATEWAY_SIZE = { cpu: 256, memoryMiB: 512, desiredCount: 2 };

/** What each kind of API Gateway can check. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-vs-rest.html */
const AUTHORIZERS: Readonly<Record<EdgeKind, readonly AuthorizerKind[]>> = {
  http: ['none', 'jwt', 'cognito', 'lambda', 'iam'],
  rest: ['none', 'cognito', 'lambda', 'iam', 'apiKey'],
};
const NAMES: Readonly<Record<EdgeKind, string>> = { http: 'Edge.httpApi()', rest: 'Edge.restApi()' };

/** Quotas that cannot be lifted in the template. https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const MAX_HTTP_ROUTES = 300;
const MAX_REST_RESOURCES = 300;

interface DraftRoute extends ParsedKey {
  readonly at: Reader;
  readonly route: EdgeRoute;
}

export function parseEdge(at: Reader, services: readonly DraftService[], declared: readonly string[], mesh: MeshDefaults): EdgeTopology | undefined {
  if (!at.fields(EDGE_FIELDS)) return undefined;
  const kind = at.field('kind').required('the kind of edge', 'use Edge.httpApi() or Edge.restApi()').oneOf(['http', 'rest'], 'an Edge');
  if (kind === undefined) return undefined;
  const authorizers = new Authorizers(kind);
  const fallback = authorizers.read(at.field('authorizer'));
  const routesAt = at.field('routes').required('at least one route');
  const drafts = routesAt.entries().flatMap(([key, route]) => {
    checkTarget(route.field('service'), services, declared);
    return parseRoute(key, route, kind, authorizers, fallback) ?? [];
  });
  if (!routesAt.absent && drafts.length === 0 && routesAt.entries().length === 0) routesAt.fail('MISSING', 'an edge needs at least one route', { fix: "add one, such as 'ANY /{proxy+}': { service: 'ui' }" });
  checkOverlaps(drafts, kind);
  checkQuotas(drafts, kind, routesAt);
  authorizers.checkNames();

  const throttle = parseThrottle(at.field('throttle'));
  const cors = parseCors(at.field('cors'));
  const gatewayAt = at.field('gateway');
  gatewayAt.fields(SIZING_FIELDS);
  return {
    kind,
    routes: [...drafts].sort(bySpecificity).map((draft) => draft.route),
    authorizers: authorizers.all,
    ...(throttle === undefined ? {} : { throttle }),
    ...(cors === undefined ? {} : { cors }),
    stageName: parseStageName(at.field('stageName'), kind),
    accessLogs: at.field('accessLogs').boolean() ?? true,
    gateway: parseSizing(gatewayAt, GATEWAY_SIZE, mesh),
  };
}

function parseStageName(at: Reader, kind: EdgeKind): string {
  const name = at.string() ?? (kind === 'http' ? '$default' : 'prod');
  if (kind === 'http' && name === '$default') return name;
  if (!/^[A-Za-z0-9_-]{1,128}$/.test(name)) at.fail('INVALID_NAME', 'not a name of a stage', { allowed: `letters, digits, "_" and "-", at most 128${kind === 'http' ? ', or "$default"' : ''}` });
  return name;
}

function parseRoute(key: string, at: Reader, kind: EdgeKind, authorizers: Authorizers, fallback: EdgeAuthorizer | undefined): DraftRoute | undefined {
  const parsed = parseRouteKey(key, at);
  if (parsed?.path === '$default' && kind === 'rest') at.fail('UNSUPPORTED_BY_EDGE', 'a REST API has no "$default" route', { fix: `write "ANY /{proxy+}", or use ${NAMES.http}` });
  at.required('an object with at least service');
  if (!at.fields(['service', 'authorizer', 'throttle', 'scopes'])) return undefined;
  const service = at.field('service').required('the service that the route leads to').string();
  const own = at.field('authorizer');
  const authorizer = own.absent ? fallback : authorizers.read(own);
  if (own.absent && fallback === undefined) {
    at.fail('NO_AUTHORIZER', 'no authorizer is chosen for this route, and the edge has no default', {
      got: null,
      allowed: AUTHORIZERS[kind].map((name) => `Authorizer.${name}()`).join(', '),
      fix: 'set authorizer on the edge or here; Authorizer.none() makes the route public',
    });
  }
  const scopesAt = at.field('scopes');
  const scopes = scopesAt.items().flatMap((item) => item.required('a scope').text() ?? []);
  if (scopes.length > 0 && authorizer !== undefined && authorizer.kind !== 'jwt' && authorizer.kind !== 'cognito') {
    scopesAt.fail('UNSUPPORTED_AUTHORIZER', `scopes are checked by JWT and Cognito authorizers, not by Authorizer.${authorizer.kind}()`, { fix: 'remove scopes or change the authorizer' });
  }
  const throttle = parseThrottle(at.field('throttle'));
  if (parsed === undefined || service === undefined) return undefined;
  const route = { key, ...parsed, service, authorizer: authorizer?.id ?? 'none', scopes, ...(throttle === undefined ? {} : { throttle }) };
  return { ...parsed, at, route };
}

function checkTarget(at: Reader, services: readonly DraftService[], declared: readonly string[]): void {
  if (typeof at.value !== 'string') return;
  const target = services.find((service) => service.name === at.value);
  if (target === undefined) {
    if (!declared.includes(at.value)) unknownService(at, at.value, declared);
    return;
  }
  if (target.protocol === 'http' || target.protocol === 'http2') return;
  at.fail('ROUTE_PROTOCOL', `"${target.name}" speaks ${target.protocol === 'grpc' ? 'gRPC' : 'TCP'}, which API Gateway cannot pass through`, {
    allowed: 'services with Protocol.HTTP or Protocol.HTTP2',
    fix: 'route to an HTTP service that calls it',
  });
}

function checkOverlaps(drafts: readonly DraftRoute[], kind: EdgeKind): void {
  const byMatch = new Map<string, string>();
  const byParent = new Map<string, { readonly text: string; readonly key: string }>();
  for (const draft of drafts) {
    const match = `${draft.method} ${draft.path === '$default' ? '$default' : shapeOf(draft.segments)}`;
    const twin = byMatch.get(match);
    if (twin !== undefined) draft.at.fail('OVERLAPPING_ROUTES', `matches the same requests as "${twin}"`, { got: null, fix: 'remove one of the two' });
    byMatch.set(match, draft.route.key);
    if (kind !== 'rest') continue;
    let parent = '';
    for (const segment of draft.segments) {
      const text = segment.kind === 'static' ? segment.text : segment.kind === 'parameter' ? `{${segment.name}}` : `{${segment.name}+}`;
      const sibling = byParent.get(parent);
      // A resource of a REST API can have only one child that is a parameter, whatever its name.
      if (segment.kind !== 'static') {
        if (sibling !== undefined && sibling.text !== text) {
          draft.at.fail('OVERLAPPING_ROUTES', `${text} stands where "${sibling.key}" has ${sibling.text}: a REST API takes one variable part at each place`, {
            got: null,
            fix: `use one name for both, or ${NAMES.http}`,
          });
        } else if (sibling === undefined) byParent.set(parent, { text, key: draft.route.key });
      }
      parent = `${parent}/${text}`;
    }
  }
}

function checkQuotas(drafts: readonly DraftRoute[], kind: EdgeKind, at: Reader): void {
  if (kind === 'http') {
    if (drafts.length > MAX_HTTP_ROUTES) at.fail('TOO_MANY_ROUTES', `an HTTP API takes ${MAX_HTTP_ROUTES} routes, and these are ${drafts.length}`, { fix: 'use greedy paths such as {proxy+}' });
    return;
  }
  const resources = new Set(drafts.flatMap((draft) => draft.segments.map((_, index) => shapeOf(draft.segments.slice(0, index + 1)))));
  if (resources.size > MAX_REST_RESOURCES) at.fail('TOO_MANY_ROUTES', `a REST API takes ${MAX_REST_RESOURCES} resources, and these routes make ${resources.size}`, { fix: 'use greedy paths such as {proxy+}' });
}

export function parseThrottle(at: Reader): Throttle | undefined {
  if (!at.fields(['rateLimit', 'burstLimit'])) return undefined;
  const rateLimit = at.field('rateLimit').required('requests a second').number({ min: 0, max: 1_000_000, unit: 'requests a second', integer: false });
  const burstLimit = at.field('burstLimit').required('requests at once').number({ min: 0, max: 1_000_000, unit: 'requests' });
  return rateLimit === undefined || burstLimit === undefined ? undefined : { rateLimit, burstLimit };
}

function parseCors(at: Reader): Cors | undefined {
  if (!at.fields(['allowOrigins', 'allowMethods', 'allowHeaders', 'exposeHeaders', 'maxAge', 'allowCredentials'])) return undefined;
  const strings = (name: string): string[] => at.field(name).items().flatMap((item) => item.required('a string').string() ?? []);
  const originsAt = at.field('allowOrigins').required('the origins that may call', "name them, such as ['https://shop.example']");
  const allowOrigins = strings('allowOrigins');
  for (const [index, origin] of allowOrigins.entries()) {
    if (origin === '*' || /^https?:\/\/[^/\s*]+$/.test(origin)) continue;
    originsAt.items()[index]?.fail('CORS', 'not an origin', { allowed: '"*", or scheme and host with no path, such as "https://shop.example"' });
  }
  const allowMethods = strings('allowMethods');
  for (const [index, method] of allowMethods.entries()) {
    if (method !== '*' && !METHODS.some((known) => known === method && known !== 'ANY')) at.field('allowMethods').items()[index]?.fail('CORS', 'not a method', { allowed: `"*", ${METHODS.slice(1).join(', ')}` });
  }
  const allowCredentials = at.field('allowCredentials').boolean() ?? false;
  if (allowCredentials && allowOrigins.includes('*')) originsAt.fail('CORS', 'browsers refuse credentials with the origin "*"', { fix: 'name the origins, or leave allowCredentials out' });
  const maxAgeSeconds = at.field('maxAge').seconds({ min: 0, max: 86_400 });
  return {
    allowOrigins,
    allowMethods: allowMethods.length === 0 || allowMethods.includes('*') ? METHODS.slice(1) : allowMethods,
    allowHeaders: at.field('allowHeaders').absent ? ['authorization', 'content-type', 'x-api-key'] : strings('allowHeaders'),
    exposeHeaders: strings('exposeHeaders'),
    ...(maxAgeSeconds === undefined ? {} : { maxAgeSeconds }),
    allowCredentials,
  };
}

/** Gives every distinct authorizer object one stable id: its name, or its kind if it has none. */
class Authorizers {
  private readonly byId = new Map<string, { readonly authorizer: EdgeAuthorizer; readonly self: unknown }>();
  private readonly clashes: { readonly at: Reader; readonly id: string }[] = [];

  constructor(private readonly edge: EdgeKind) {}

  get all(): readonly EdgeAuthorizer[] {
    return [...this.byId.values()].map((entry) => entry.authorizer).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  read(at: Reader): EdgeAuthorizer | undefined {
    if (!at.fields(['kind', 'name', 'self', 'issuer', 'audience'])) return undefined;
    const kind = at.field('kind').required('an Authorizer').oneOf(['none', 'jwt', 'cognito', 'lambda', 'iam', 'apiKey'], 'an Authorizer');
    if (kind === undefined) return undefined;
    if (!AUTHORIZERS[this.edge].includes(kind)) {
      const other = this.edge === 'http' ? 'rest' : 'http';
      return at.fail('UNSUPPORTED_AUTHORIZER', `${NAMES[this.edge]} has no Authorizer.${kind}()`, {
        allowed: AUTHORIZERS[this.edge].map((name) => `Authorizer.${name}()`).join(', '),
        fix: `use one of these, or ${NAMES[other]}`,
      });
    }
    if (kind === 'jwt') this.checkJwt(at);
    const name = at.field('name').string();
    if (name !== undefined && !/^[A-Za-z][A-Za-z0-9_-]{0,127}$/.test(name)) at.field('name').fail('INVALID_NAME', 'not a name of an authorizer', { allowed: 'letters, digits, "_" and "-", starting with a letter' });
    const id = name ?? kind;
    const selfValue = at.field('self').value;
    const self = selfValue instanceof Opaque ? selfValue.object : undefined;
    const known = this.byId.get(id);
    if (known === undefined) {
      const authorizer = { id, kind };
      this.byId.set(id, { authorizer, self });
      return authorizer;
    }
    // none, iam and apiKey hold nothing to tell two of them apart.
    const shared = known.self === self || (known.authorizer.kind === kind && (kind === 'none' || kind === 'iam'));
    if (!shared) this.clashes.push({ at, id });
    return known.authorizer;
  }

  private checkJwt(at: Reader): void {
    const issuer = at.field('issuer').required('the issuer', 'the "iss" claim, an https URL').text();
    if (issuer !== undefined && !(at.field('issuer').value instanceof Object) && !/^https:\/\/\S+$/.test(issuer)) {
      at.field('issuer').fail('NOT_ALLOWED', 'not an issuer', { allowed: 'an https URL, as in the "iss" claim of the tokens' });
    }
    const audience = at.field('audience').required('the audience', 'the "aud" or "client_id" claims that are accepted');
    if (audience.items().length === 0 && Array.isArray(audience.value)) audience.fail('MISSING', 'a JWT authorizer with no audience would accept the tokens of every client', { fix: 'name at least one' });
    for (const item of audience.items()) item.required('a string').text();
  }

  checkNames(): void {
    for (const { at, id } of this.clashes) {
      at.fail('DUPLICATE_AUTHORIZER', `two different authorizers are called "${id}"`, {
        fix: 'use one object for both routes, or give each a name of its own in its options',
      });
    }
  }
}
