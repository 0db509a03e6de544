import { defined } from '../../defined';
import { checkSupport } from '../../edges/check-support';
import type { DraftRoute, EdgeKind } from '../../edges/kind';
import { KINDS } from '../../edges/kinds';
import { parseRouteKey, shapeOf } from '../../model/edge-routes';
import type { EdgeAuthorizer, EdgeRoute, RouteCache, RouteValidation } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import { STRINGS } from '../../reading/reader';
import { checkOptions } from './check-options';
import type { Reachable } from './check-reachable';
import type { Authorizers } from './parse-authorizer';
import type { DraftCache } from './api/parse-cache';
import { parseRouteCache, withCache } from './api/parse-cache';
import { parseKeyRequired } from './api/parse-clients';
import type { DraftPolicy } from './parse-route-policy';
import { ROUTE_POLICY_FIELDS, parseRoutePolicy, policyOf } from './parse-route-policy';
import type { ResponseSettings } from './parse-response';
import { RESPONSE_FIELDS, parseResponse } from './parse-response';
import { TARGET_FIELDS, parseTarget } from './parse-target';
import { parseThrottle } from './api/parse-throttle';
import { parseValidation } from './api/parse-validation';

/** The authorizer of the edge; one that was given, but is wrong, has its issue already. */
export interface Fallback {
  readonly given: boolean;
  readonly authorizer: EdgeAuthorizer | undefined;
}

/** What the routes of an edge share. */
export interface EdgeContext {
  readonly kind: EdgeKind;
  readonly reachable: Reachable;
  readonly authorizers: Authorizers;
  readonly fallback: Fallback;
  readonly response: ResponseSettings;
  readonly policy: DraftPolicy;
  readonly cache: DraftCache | undefined;
  /** Whether responses differ by the origin of the page that asks. */
  readonly cors: boolean;
  /** Whether routes that say nothing of it ask for API keys. */
  readonly apiKeyRequired: boolean;
}

/** What a route says beside its path and where it leads; the routes of `grpcRoutes` have it from their entry. */
type RouteSettings = Pick<EdgeRoute, 'authorizer' | 'scopes' | 'throttle' | 'policy' | 'timeout' | 'streamed' | 'apiKeyRequired'>;

/** Names of its options. */
export const ROUTE_SETTINGS = ['authorizer', 'throttle', ...RESPONSE_FIELDS, ...ROUTE_POLICY_FIELDS, 'scopes', 'apiKeyRequired'] as const;
export const ROUTE_PROPS = [...TARGET_FIELDS, ...ROUTE_SETTINGS, 'cache', 'validation', 'routeResponse'] as const;

export function parseRoute(key: string, at: Reader, context: EdgeContext): DraftRoute | undefined {
  const { kind, reachable } = context;
  const parsed = kind.routes === undefined ? parseRouteKey(key, at) : kind.routes.parse(key, at);
  if (parsed?.path === '$default') checkSupport(at, 'defaultRoute', kind, KINDS);
  at.required('an object that says where requests go', "such as { service: 'ui' }");
  if (!at.checkFields([...ROUTE_PROPS, ...(kind.routes?.fields ?? [])])) return undefined;
  const settings = parseRouteSettings(at, context, key);
  const { streamed, policy } = settings;
  const limits = defined({
    maxRequestBytes: policy?.maxRequestBytes,
    waitSeconds: policy?.timeoutSeconds ?? settings.timeout?.seconds,
  });
  const target = parseTarget(at, { key: parsed, streamed, kind, reachable, ...limits });
  if (parsed === undefined || target === undefined) return undefined;
  const answered = kind.routes?.answers(key, at) === true ? (true as const) : undefined;
  const route = {
    key,
    ...parsed,
    target,
    ...settings,
    streamed: streamed || (target.kind === 'grpc' && target.json?.stream !== undefined),
    ...defined({ answered, uncounted: kind.routes?.uncounted.includes(key) === true ? (true as const) : undefined }),
    ...defined({ validation: validationOf(at, { ...parsed, target }, kind) }),
  };
  return { ...parsed, at, route: withCache(route, cacheOf(at, route, context)) };
}

export function validationOf(
  at: Reader,
  route: Pick<EdgeRoute, 'method' | 'target'>,
  { capabilities }: Pick<EdgeKind, 'capabilities'>,
): RouteValidation | undefined {
  return capabilities.validation === true ? parseValidation(at.field('validation'), route) : undefined;
}

export function cacheOf(at: Reader, route: EdgeRoute, { kind, authorizers, cache, cors }: EdgeContext): RouteCache | undefined {
  if (kind.capabilities.cache !== true) return undefined;
  return parseRouteCache(at, { edge: cache, cors, authorizer: authorizers.all.find(({ id }) => id === route.authorizer), route });
}

/** @param key of a route; absent: of entries of `grpcRoutes` */
export function parseRouteSettings(at: Reader, context: EdgeContext, key?: string): RouteSettings {
  const { kind, authorizers, fallback, response, policy } = context;
  const { timeout, streamed = false } = parseResponse(at, kind, response);
  const own = at.field('authorizer');
  const gate = kind.routes?.gate ?? key;
  if (!own.absent && key !== gate) failBehindGate(own, kind, gate);
  // That of a gate is the fallback of all, read once.
  const authorizer = own.absent || kind.routes !== undefined ? fallback.authorizer : authorizers.read(own);
  if (own.absent && !fallback.given && key === gate) {
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
  const byGateway = kind.gatewayTimeout !== undefined;
  const ofGateway = policyOf(parseRoutePolicy(at, kind), policy, byGateway ? timeout?.seconds : undefined);
  return {
    authorizer: authorizer?.id ?? 'none',
    scopes,
    ...defined({ throttle, policy: ofGateway, timeout: byGateway ? undefined : timeout }),
    streamed,
    ...(asksForKey(at, context, authorizer) ? { apiKeyRequired: true as const } : {}),
  };
}

function failBehindGate(own: Reader, { factory }: EdgeKind, gate = ''): void {
  own.fail('UNSUPPORTED_BY_EDGE', `${factory} asks an authorizer when a client connects, and at no message after that`, {
    got: null,
    fix: `move it to the route "${gate}", or to the edge; let the service decide by the identity of the connection`,
  });
}

function asksForKey(at: Reader, { kind, apiKeyRequired }: EdgeContext, authorizer: EdgeAuthorizer | undefined): boolean {
  return kind.capabilities.clients === true && parseKeyRequired(at.field('apiKeyRequired'), apiKeyRequired, authorizer);
}

/** Two routes that match the same requests. What else routes may not do to each other is up to the kind of the edge. */
export function checkTwins(drafts: readonly DraftRoute[]): void {
  const byMatch = new Map<string, string>();
  for (const draft of drafts) {
    const match = `${draft.method} ${draft.path === '$default' ? '$default' : shapeOf(draft.segments)}`;
    const twin = byMatch.get(match);
    const name = draft.source ?? `"${draft.route.key}"`;
    const subject = draft.source === undefined ? '' : `${draft.source} `;
    if (twin !== undefined)
      draft.at.fail('OVERLAPPING_ROUTES', `${subject}matches the same requests as ${twin}`, {
        got: null,
        fix:
          draft.source === undefined || draft.route.target.kind !== 'grpc'
            ? 'remove one of the two'
            : 'remove one of the two: exclude and grpcServices leave methods out',
      });
    byMatch.set(match, name);
  }
}
