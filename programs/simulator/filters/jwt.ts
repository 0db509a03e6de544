import { TOKEN_HEADER } from '../../../lib/core/model/edge-headers';
import { answer } from '../exchange';
import { anyAt, Message, Unknown } from '../message';
import type { HttpFilter } from './index';

const PER_ROUTE = 'envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig';

/**
 * Lets nobody in without a token where a route asks for one; signatures are not simulated.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/jwt_authn_filter
 */
export const verifyToken: HttpFilter = (filter, override, exchange) => {
  const settings = Message.of(filter.config, filter.at, { reads: ['requirement_map'], ignores: ['providers'] });
  // Without rules of its own, the filter looks only at requests of routes that name a requirement.
  if (override === undefined) return undefined;
  const own = anyAt(override.value, override.at);
  if (own.type !== PER_ROUTE) throw new Unknown(own.at, `a ${own.type}`);
  const name = Message.of(own.config, own.at, { reads: ['requirement_name'] }).text('requirement_name');
  if (!Object.hasOwn(settings.raw('requirement_map') as object, name)) throw new Unknown(own.at, `the requirement ${name}`);
  if (exchange.headers.get(TOKEN_HEADER) !== undefined) throw new Unknown(filter.at, 'a token');
  return answer(exchange, 401, 'jwt_authn_access_denied{Jwt_is_missing}');
};
