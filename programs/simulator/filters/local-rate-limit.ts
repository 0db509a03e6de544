import type { Exchange } from '../exchange';
import { answer } from '../exchange';
import { matchesHeaders, RUNTIME_FRACTION, runtimeHappens } from '../matchers';
import { Message, Unknown } from '../message';
import type { SelectedRoute } from '../routes';
import type { HttpFilter } from './index';
import { configured } from './override';

const LIMIT = {
  reads: [
    'token_bucket',
    'filter_enabled',
    'filter_enforced',
    'status',
    'descriptors',
    'always_consume_default_token_bucket',
    'rate_limits',
    'rate_limited_as_resource_exhausted',
  ],
  ignores: [
    'stat_prefix',
    'response_headers_to_add',
    'enable_x_ratelimit_headers',
    'local_rate_limit_per_downstream_connection',
    'max_dynamic_descriptors',
  ],
};
const BUCKET = { reads: ['max_tokens', 'tokens_per_fill', 'fill_interval'] };
const TYPE = 'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit';

/** A bucket that no simulated system empties: it stands for "no limit", where Envoy wants one. */
const ENDLESS = 1_000_000_000;

/** https://grpc.io/docs/guides/status-codes/ */
const RESOURCE_EXHAUSTED = 8;

type Descriptor = readonly (readonly [string, string])[];

/**
 * Whether there is a token left, nobody can say beforehand: where there is a limit, a request may pass or not.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/local_rate_limit_filter
 */
export const limitRate: HttpFilter = (filter, override, exchange, selected) => {
  const config = configured(filter, override, TYPE);
  if (config === undefined) return undefined;
  const limit = Message.of(config.config, config.at, LIMIT);
  const hasBucket = isLimited(limit, selected, exchange);
  const { chance } = exchange;
  if (!hasBucket || !runtimeHappens(limit.maybe('filter_enabled', RUNTIME_FRACTION), chance, false)) return undefined;
  if (!runtimeHappens(limit.maybe('filter_enforced', RUNTIME_FRACTION), chance, false)) return undefined;
  if (chance.pick([true, false])) return undefined;
  const status = limit.maybe('status', { reads: ['code'] })?.raw('code') ?? 429;
  return answer(
    exchange,
    statusCode(status, limit.at),
    'local_rate_limited',
    limit.flag('rate_limited_as_resource_exhausted') ? RESOURCE_EXHAUSTED : undefined,
  );
};

function statusCode(code: unknown, at: string): number {
  if (code === 'TooManyRequests') return 429;
  if (code === 'ServiceUnavailable') return 503;
  if (typeof code !== 'number') throw new Unknown(at, `the status ${JSON.stringify(code)}`);
  return code;
}

/** Whether there is a bucket for the request that may be empty. */
function isLimited(limit: Message, selected: SelectedRoute | undefined, exchange: Exchange): boolean {
  const found = descriptorsOf(limit, selected, exchange);
  const matching = limit.messages('descriptors', { reads: ['entries', 'token_bucket'] }).filter((descriptor) => {
    const entries = descriptor.messages('entries', { reads: ['key', 'value'] });
    return found.some(
      (each) =>
        each.length === entries.length &&
        entries.every(
          (entry, index) => each[index]?.[0] === entry.text('key') && (!entry.has('value') || each[index][1] === entry.text('value')),
        ),
    );
  });
  const usesDefault = matching.length === 0 || limit.flag('always_consume_default_token_bucket', true);
  const buckets = [...matching, ...(usesDefault ? [limit] : [])].map((owner) => owner.maybe('token_bucket', BUCKET));
  return buckets.some((bucket) => bucket !== undefined && bucket.number('max_tokens') < ENDLESS);
}

/**
 * The filter's own rate limits stand for those of the route.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-ratelimit
 */
function descriptorsOf(limit: Message, selected: SelectedRoute | undefined, exchange: Exchange): readonly Descriptor[] {
  const owner = [limit, selected?.action, selected?.virtualHost].find((message) => message?.has('rate_limits'));
  return (owner?.messages('rate_limits', { reads: ['actions'] }) ?? []).flatMap((rateLimit) => {
    const entries = rateLimit.list('actions').map(([value, at]) => entryOf(value, at, exchange));
    // An action that finds nothing takes the whole descriptor with it; one that is skipped only itself.
    return entries.includes(undefined) ? [] : [entries.flatMap((entry) => (entry === undefined ? [] : entry))];
  });
}

function entryOf(value: unknown, at: string, { headers }: Exchange): Descriptor | undefined {
  const action = Message.of(value, at, { reads: ['generic_key', 'request_headers', 'header_value_match'] });
  const kind = action.oneOf('generic_key', 'request_headers', 'header_value_match');
  switch (kind) {
    case 'generic_key': {
      const key = action.child(kind, { reads: ['descriptor_key', 'descriptor_value'] });
      return [[key.text('descriptor_key', 'generic_key'), key.text('descriptor_value')]];
    }
    case 'request_headers': {
      const header = action.child(kind, { reads: ['header_name', 'descriptor_key', 'skip_if_absent'] });
      const found = headers.get(header.text('header_name'));
      if (found === undefined) return header.flag('skip_if_absent') ? [] : undefined;
      return [[header.text('descriptor_key'), found]];
    }
    case 'header_value_match': {
      const match = action.child(kind, { reads: ['descriptor_key', 'descriptor_value', 'expect_match', 'headers'] });
      if (matchesHeaders(match.list('headers'), headers) !== match.flag('expect_match', true)) return undefined;
      return [[match.text('descriptor_key', 'header_match'), match.text('descriptor_value')]];
    }
    default:
      throw new Unknown(at, 'an action without a kind');
  }
}
