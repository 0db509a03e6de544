import { displayValue } from '../../reading/input';
import type { ProtocolId } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import { DEFAULT_RETRY } from '../../model/defaults';
import type { RetryEvent, RetryPolicy } from '../../model/traffic-policy';
import { defined } from '../../defined';

export const RETRY_FIELDS = ['maxRetries', 'on', 'anyMethod', 'idempotentMethods', 'backoff', 'budgetPercent', 'minConcurrency'] as const;

const HTTP_EVENTS: readonly RetryEvent[] = ['server-error', 'gateway-error', 'client-error', 'stream-error', 'connection-error'];
const GRPC_EVENTS: readonly RetryEvent[] = ['cancelled', 'deadline-exceeded', 'internal', 'resource-exhausted', 'unavailable'];

/** Who asks for a share gets a share: Envoy's own least number beside it. */
const LEAST_BESIDE_SHARE = 3;

/** Envoy's own: ten times the first one. */
const BACKOFF_GROWTH = 10;

/** `retry` of a called service, or of what a caller overrides; undefined if it says nothing. */
export function parseRetry(at: Reader, protocol: ProtocolId): RetryPolicy | undefined {
  if (!at.checkFields(RETRY_FIELDS)) return undefined;
  if (protocol === 'tcp')
    return at.fail('UNSUPPORTED_BY_PROTOCOL', 'a TCP service has no requests to retry', {
      fix: 'remove retry: a connection that fails is tried three times',
    });
  const maxRetries = at.field('maxRetries').number({ min: 0, max: 10 }) ?? DEFAULT_RETRY.maxRetries;
  const anyMethod = at.field('anyMethod').boolean() ?? DEFAULT_RETRY.anyMethod;
  const idempotentMethods = parseIdempotentMethods(at.field('idempotentMethods'), protocol, anyMethod);
  const on = parseEvents(at.field('on'), protocol, anyMethod || !at.field('idempotentMethods').absent);
  const backoff = parseBackoff(at.field('backoff'));
  const budgetPercent = at.field('budgetPercent').number({ min: 0, max: 100, integer: false });
  const minConcurrency = at.field('minConcurrency').number({ min: 0, max: 1_000_000, unit: 'requests' });
  for (const name of RETRY_FIELDS) {
    if (maxRetries === 0 && name !== 'maxRetries' && !at.field(name).absent)
      at.field(name).fail('NO_EFFECT', 'with maxRetries 0 nothing is retried', {
        got: null,
        fix: `remove ${name}, or raise maxRetries`,
      });
  }
  return {
    maxRetries,
    anyMethod,
    ...defined({ on, idempotentMethods, backoff }),
    budgetPercent: budgetPercent ?? DEFAULT_RETRY.budgetPercent,
    minConcurrency: minConcurrency ?? (budgetPercent === undefined ? DEFAULT_RETRY.minConcurrency : LEAST_BESIDE_SHARE),
  };
}

/** As users write them. */
const shown = (event: RetryEvent): string => `RetryOn.${event.toUpperCase().replace('-', '_')}`;

/** @param declared whether some methods are declared idempotent */
function parseEvents(at: Reader, protocol: ProtocolId, declared: boolean): readonly RetryEvent[] | undefined {
  if (at.absent) return undefined;
  const items = at.items('a list of RetryOn');
  if (Array.isArray(at.value) && items.length === 0)
    at.fail('MISSING', 'an empty list would retry nothing', { fix: 'leave it out for the default, or set maxRetries to 0' });
  if (protocol === 'grpc' && !declared && items.length > 0) {
    at.fail('NO_EFFECT', 'gRPC calls are retried only if the application has not seen them, unless their methods are declared idempotent', {
      got: null,
      fix: 'name those that are in idempotentMethods, or set anyMethod to true if all are, or remove on',
    });
  }
  const allowed = protocol === 'grpc' ? [...HTTP_EVENTS, ...GRPC_EVENTS] : HTTP_EVENTS;
  const events = items.flatMap(
    (item) =>
      item
        .required('a RetryOn', 'remove the entry, or name an event')
        .oneOf(allowed, `an event of ${protocol === 'grpc' ? 'gRPC' : 'HTTP'}`, allowed.map(shown)) ?? [],
  );
  return [...new Set(events)].sort();
}

const METHOD = /^[A-Za-z_]\w{0,127}(\.[A-Za-z_]\w{0,127}){0,15}\/([A-Za-z_]\w{0,127})?\*?$/;
const METHODS = "a list of gRPC methods, such as ['shop.v1.Carts/GetCart', 'shop.v1.Catalog/*']";
/** Envoy looks at them in one regular expression. */
const MAX_METHODS = 100;

function parseIdempotentMethods(at: Reader, protocol: ProtocolId, anyMethod: boolean): readonly string[] | undefined {
  if (at.absent) return undefined;
  if (protocol !== 'grpc')
    return at.fail('UNSUPPORTED_BY_PROTOCOL', 'this is no gRPC service: HTTP requests are idempotent by their method', {
      fix: 'remove it; for POST requests that may be done twice, add a route to routes that takes them, with retry: { anyMethod: true }',
    });
  const items = at.items(METHODS);
  if (Array.isArray(at.value) && items.length === 0)
    at.fail('MISSING', 'an empty list declares no method', { fix: `leave it out, or give ${METHODS}` });
  if (anyMethod) at.fail('NO_EFFECT', 'anyMethod declares all methods idempotent', { got: null, fix: 'remove one of the two' });
  if (items.length > MAX_METHODS)
    at.fail('OUT_OF_RANGE', `${items.length} methods are too many`, {
      got: null,
      allowed: `at most ${MAX_METHODS}`,
      fix: "name several at once, such as 'shop.v1.Carts/Get*'",
    });
  const methods = items.flatMap((item) => {
    const text = item.required('a gRPC method', 'remove the entry, or name a method').string();
    if (text === undefined || (METHOD.test(text) && !text.endsWith('/'))) return text ?? [];
    item.fail('INVALID_FORMAT', `${displayValue(text)} is not a gRPC method`, {
      got: null,
      allowed: "service with package, a slash, and a method or the beginning of one with '*', such as 'shop.v1.Carts/Get*'",
      ...betterMethod(text),
    });
    return [];
  });
  return [...new Set(methods)].sort();
}

/** A path, or the name that descriptors have, as it is written here. */
function betterMethod(text: string): { readonly fix?: string } {
  const better = text.replace(/^\//, '').replace(/^([\w.]+)\.(\w+)$/, '$1/$2');
  return better !== text && METHOD.test(better) ? { fix: `write '${better}'` } : {};
}

function parseBackoff(at: Reader): RetryPolicy['backoff'] {
  if (!at.checkFields(['base', 'max'])) return undefined;
  const baseSeconds = at
    .field('base')
    .required('the time before the first retry', 'such as { base: Duration.millis(50) }')
    .seconds({ min: 0.001, max: 60, integer: false });
  const maxSeconds = at.field('max').seconds({ min: 0.001, max: 600, integer: false });
  if (baseSeconds === undefined) return undefined;
  if (maxSeconds !== undefined && maxSeconds < baseSeconds) {
    return at.field('max').fail('OUT_OF_RANGE', 'the longest backoff is shorter than the first one', {
      allowed: `at least ${baseSeconds} seconds`,
      fix: 'raise max or lower base',
    });
  }
  return { baseSeconds, maxSeconds: maxSeconds ?? BACKOFF_GROWTH * baseSeconds };
}
