import type { ProtocolId } from '../../model/topology';
import { checkLabel } from '../../reading/check-label';
import type { Reader } from '../../reading/reader';
import { parseMirror, parseRouteVersions } from '../workload/parse-versions';
import { covers } from './covers';
import type { ServiceRoute } from '../../model/traffic-policy';
import { parseCompression } from './parse-compression';
import { parseHeaderChanges } from './parse-header-changes';
import { parseRetry } from './parse-retry';
import { parseRewrite } from './parse-rewrite';
import { parseRouteMatch } from './parse-route-match';
import { parseTimeouts } from './parse-timeouts';
import { defined } from '../../defined';

/** What differs for the requests of a route from the policy of the service: each of these has its own line in `differences`. */
const DIFFERENCE_FIELDS = ['versions', 'mirror', 'timeout', 'retry', 'requestHeaders', 'responseHeaders', 'compression'] as const;
export const ROUTE_FIELDS = ['name', 'match', 'rewrite', ...DIFFERENCE_FIELDS] as const;

const EXAMPLE = "such as { name: 'reports', match: { path: PathMatch.prefix('/reports/') } }";

interface Draft {
  readonly at: Reader;
  readonly route: ServiceRoute;
}

/** @param versions names of the service's versions */
export function parseServiceRoutes(at: Reader, protocol: ProtocolId, versions: readonly string[]): readonly ServiceRoute[] {
  if (at.absent) return [];
  if (protocol === 'tcp')
    return (
      at.fail<readonly ServiceRoute[]>('UNSUPPORTED_BY_PROTOCOL', 'a TCP service has no requests to route', { fix: 'remove routes' }) ?? []
    );
  const drafts = at.items('a list of routes').flatMap((item): Draft[] => {
    item.required('a route', `remove the entry, or write one, ${EXAMPLE}`);
    const route = item.checkFields(ROUTE_FIELDS) ? parseRoute(item, protocol, versions) : undefined;
    return route === undefined ? [] : [{ at: item, route }];
  });
  checkNames(drafts);
  checkReachable(drafts);
  return drafts.map(({ route }) => route);
}

function parseRoute(at: Reader, protocol: ProtocolId, versions: readonly string[]): ServiceRoute | undefined {
  const nameAt = at.field('name').required('the name of the route', EXAMPLE);
  const name = nameAt.string();
  if (name !== undefined) checkLabel(name, nameAt, 'a route');
  const match = parseRouteMatch(at.field('match').required('the match of the route', EXAMPLE), protocol);
  const rewrite = parseRewrite(at.field('rewrite'), protocol, match);
  const rest = differences(at, protocol, versions);
  return name === undefined || match === undefined ? undefined : { name, match, ...defined({ rewrite }), ...rest };
}

function differences(
  at: Reader,
  protocol: ProtocolId,
  known: readonly string[],
): Pick<ServiceRoute, 'versions' | 'mirror' | 'timeouts' | 'retry' | 'requestHeaders' | 'responseHeaders' | 'compression'> {
  const versions = parseRouteVersions(at.field('versions'), known, protocol);
  const mirror = parseMirror(at.field('mirror'), known, protocol);
  const timeouts = parseTimeouts(at.field('timeout'), protocol);
  const retry = parseRetry(at.field('retry'), protocol);
  const requestHeaders = parseHeaderChanges(at.field('requestHeaders'), protocol);
  const responseHeaders = parseHeaderChanges(at.field('responseHeaders'), protocol);
  const compression = parseCompression(at.field('compression'), protocol);
  return defined({ versions, mirror, timeouts, retry, requestHeaders, responseHeaders, compression });
}

function checkNames(drafts: readonly Draft[]): void {
  const seen = new Set<string>();
  for (const {
    at,
    route: { name },
  } of drafts) {
    if (seen.has(name))
      at.field('name').fail('NAME_CLASH', `another route of this service is called "${name}"`, {
        got: null,
        fix: 'give each a name of its own',
      });
    seen.add(name);
  }
}

function checkReachable(drafts: readonly Draft[]): void {
  for (const [index, { at, route }] of drafts.entries()) {
    const earlier = drafts.slice(0, index).find((other) => covers(other.route.match, route.match));
    if (earlier === undefined) continue;
    at.fail(
      'OVERLAPPING_ROUTES',
      `no request reaches this route: "${earlier.route.name}", which comes before it, matches all of its requests`,
      { got: null, fix: `put it before "${earlier.route.name}", or remove it` },
    );
  }
}
