import type { Rewrite } from '../../model/traffic-policy';
import type { RouteAction } from '../api/route';
import { message } from '../syntax/messages';

type PathRewrite = Pick<RouteAction, 'prefix_rewrite' | 'regex_rewrite'>;

/**
 * What a route changes in path and host.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-routeaction
 */
export function rewrite({ path, host }: Rewrite = {}): PathRewrite & Pick<RouteAction, 'host_rewrite_literal'> {
  return message({ ...pathRewrite(path), host_rewrite_literal: host });
}

function pathRewrite(path: Rewrite['path']): PathRewrite {
  switch (path?.kind) {
    case undefined:
      return {};
    case 'prefix':
      return { prefix_rewrite: path.text };
    // The query string is not part of what the regular expression sees.
    case 'exact':
      return regex('^.*$', path.text);
    case 'regex':
      return regex(path.pattern, path.substitution);
  }
}

function regex(pattern: string, substitution: string): PathRewrite {
  return { regex_rewrite: { pattern: { regex: pattern }, substitution } };
}
