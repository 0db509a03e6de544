import { CLAIMS_SCRIPT, CONTEXT_SCRIPT, TOKEN_SCRIPT } from '../../../lib/core/envoy/edge/identity';
import { ONCE_SCRIPT } from '../../../lib/core/envoy/edge/grpc';
import { KNOWN_SCRIPT } from '../../../lib/core/envoy/edge/known-fields';
import { SESSIONS_SCRIPT, USER_SCRIPT } from '../../../lib/core/envoy/load-balancer/logins';
import { PREFIX_SCRIPT } from '../../../lib/core/envoy/security/forwarded-prefix';
import { LONG_HEADER_SCRIPTS } from '../../../lib/core/envoy/traffic/header-limits';
import { CLIENT_PATH_HEADER } from '../../../lib/core/model/edge-headers';
import { anyAt, Message, Unknown } from '../message';
import type { HttpFilter } from './index';
import { configured } from './override';

const PER_ROUTE = 'envoy.extensions.filters.http.lua.v3.LuaPerRoute';

/** What the scripts read of it where the client sends something. */
type Context = { readonly in?: string; readonly name?: string; readonly values?: Readonly<Record<string, string>> };

function sourceOf({ config, at }: Pick<Parameters<HttpFilter>[0], 'config' | 'at'>): Message {
  return Message.of(config, at, { reads: ['default_source_code'] }).child('default_source_code', { reads: ['inline_string'] });
}

/** What looks at bodies, which are not simulated. */
const OF_BODIES: readonly unknown[] = [KNOWN_SCRIPT, ONCE_SCRIPT];

/** Of who the client is, nothing is simulated but that it says nothing. */
function refuseIdentity(source: Message, context: Context, { headers }: Parameters<HttpFilter>[2]): void {
  const names = {
    [SESSIONS_SCRIPT]: ['cookie'],
    [TOKEN_SCRIPT]: [context.name ?? ''],
    [CONTEXT_SCRIPT]: Object.values(context.values ?? {}),
    [CLAIMS_SCRIPT]: [],
  }[String(source.raw('inline_string'))];
  if (names === undefined) throw new Unknown(source.at, 'another script');
  if (context.in === 'querystring' || names.some((name) => headers.get(name) !== undefined))
    throw new Unknown(source.at, 'a client that says who it is');
}

/**
 * Of scripts that do something here, one is known: it takes the path that has come off the one that the client has called, and the rest is
 * the prefix.
 */
export const runScript: HttpFilter = (filter, override, exchange) => {
  const { headers } = exchange;
  const own = override === undefined ? undefined : anyAt(override.value, override.at);
  if (own?.type === PER_ROUTE) {
    const source = sourceOf(filter);
    if (OF_BODIES.includes(source.raw('inline_string'))) return undefined;
    const settings = Message.of(own.config, own.at, { reads: ['filter_context'] });
    refuseIdentity(source, settings.raw('filter_context') as Context, exchange);
    return undefined;
  }
  const config = configured(filter, override, filter.type);
  if (config === undefined) return undefined;
  const source = sourceOf(config);
  if (source.raw('inline_string') === USER_SCRIPT) throw new Unknown(source.at, 'a user who has logged in');
  // No header here is that long.
  if (Object.values<unknown>(LONG_HEADER_SCRIPTS).includes(source.raw('inline_string'))) return undefined;
  if (source.raw('inline_string') !== PREFIX_SCRIPT) throw new Unknown(source.at, 'another script');
  const values = headers.values(CLIENT_PATH_HEADER);
  const [whole = ''] = values;
  const path = headers.path.replace(/\?.*$/s, '');
  const fitting = [whole, `${whole}/`, whole.replace(/\/$/, '')].find((each) => each.endsWith(path));
  const prefix = values.length === 1 ? fitting?.slice(0, -path.length) : undefined;
  if (prefix !== undefined && /^\/[\w$.+!*'()/~-]+$/.test(prefix) && !/\/[/.]/.test(prefix)) headers.set('x-forwarded-prefix', prefix);
  return undefined;
};
