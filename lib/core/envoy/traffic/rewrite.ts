import type { Rewrite } from '../../model/traffic-policy';
import type { JsonObject } from '../syntax/json';
import { defined } from '../../defined';

/** What a route changes in path and host. https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-routeaction */
export function rewrite({ path, host }: Rewrite = {}): JsonObject {
  return { ...(path === undefined ? {} : rewritePath(path)), ...defined({ host_rewrite_literal: host }) };
}

function rewritePath(path: NonNullable<Rewrite['path']>): JsonObject {
  switch (path.kind) {
    case 'prefix':
      return { prefix_rewrite: path.text };
    // The query string is not part of what the regular expression sees.
    case 'exact':
      return regex('^.*$', path.text);
    case 'regex':
      return regex(path.pattern, path.substitution);
  }
}

function regex(pattern: string, substitution: string): JsonObject {
  return { regex_rewrite: { pattern: { regex: pattern }, substitution } };
}
