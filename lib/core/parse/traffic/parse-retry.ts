import type { ProtocolId } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import { DEFAULT_RETRY } from '../../model/defaults';
import type { RetryEvent, RetryPolicy } from '../../model/traffic-policy';
import { defined } from '../../defined';

export const RETRY_FIELDS = ['maxRetries', 'on', 'anyMethod', 'backoff', 'budgetPercent', 'minConcurrency'] as const;

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
  const on = parseEvents(at.field('on'), protocol, anyMethod);
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
    ...defined({ on, backoff }),
    budgetPercent: budgetPercent ?? DEFAULT_RETRY.budgetPercent,
    minConcurrency: minConcurrency ?? (budgetPercent === undefined ? DEFAULT_RETRY.minConcurrency : LEAST_BESIDE_SHARE),
  };
}

/** As users write them. */
const shown = (event: RetryEvent): string => `RetryOn.${event.toUpperCase().replace('-', '_')}`;

function parseEvents(at: Reader, protocol: ProtocolId, anyMethod: boolean): readonly RetryEvent[] | undefined {
  if (at.absent) return undefined;
  const items = at.items('a list of RetryOn');
  if (Array.isArray(at.value) && items.length === 0)
    at.fail('MISSING', 'an empty list would retry nothing', { fix: 'leave it out for the default, or set maxRetries to 0' });
  if (protocol === 'grpc' && !anyMethod && items.length > 0) {
    at.fail(
      'NO_EFFECT',
      'without anyMethod, gRPC calls are retried only if the application has not seen them, since their methods may not be idempotent',
      { got: null, fix: 'set anyMethod to true if every method is idempotent, or remove on' },
    );
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
