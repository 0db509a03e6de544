import { defined } from '../../defined';
import { requestSizes } from '../../edges/held-bodies';
import type { EdgeKind } from '../../edges/kind';
import type { ResponseHeaderChanges, RoutePolicy } from '../../model/route-policy';
import { SECURITY_HEADERS } from '../../model/route-policy';
import type { Compression } from '../../model/traffic-policy';
import type { Reader } from '../../reading/reader';
import { parseCompression } from '../traffic/parse-compression';
import { parseHeaderNames, parseHeaderValues } from '../traffic/parse-header-changes';

/** Names of the options, of an edge and of each of its routes. */
export const ROUTE_POLICY_FIELDS = ['compression', 'responseHeaders', 'maxRequestSize'] as const;

export const RESPONSE_HEADERS_FIELDS = ['set', 'remove'] as const;

/** As it is written: a route can say that there is none of what its edge has. */
export interface DraftPolicy {
  readonly compression?: Compression | 'none';
  readonly responseHeaders?: ResponseHeaderChanges | 'none';
  readonly maxRequestBytes?: number;
}

export function parseRoutePolicy(at: Reader, kind: Pick<EdgeKind, 'largestBody'>): DraftPolicy {
  return defined({
    compression: parseCompression(at.field('compression'), 'http'),
    responseHeaders: parseResponseHeaders(at.field('responseHeaders')),
    maxRequestBytes: at.field('maxRequestSize').bytes(requestSizes(kind)),
  });
}

/** Each of them is the route's own, or else that of the edge; undefined: there is none. */
export function policyOf(own: DraftPolicy, edge: DraftPolicy, timeoutSeconds: number | undefined): RoutePolicy | undefined {
  const { compression, responseHeaders, maxRequestBytes } = { ...edge, ...own };
  const policy: RoutePolicy = defined({
    compression: compression === 'none' ? undefined : compression,
    responseHeaders: responseHeaders === 'none' ? undefined : responseHeaders,
    maxRequestBytes,
    timeoutSeconds,
  });
  return Object.keys(policy).length === 0 ? undefined : policy;
}

/** Headers of CORS have a prop of their own, and both would answer browsers. */
const OF_CORS = 'access-control-';

function parseResponseHeaders(at: Reader): ResponseHeaderChanges | 'none' | undefined {
  const how = 'ResponseHeaders.security(), ResponseHeaders.of() or ResponseHeaders.none()';
  if (!at.checkFactory('ResponseHeaders', how) || !at.checkFields(RESPONSE_HEADERS_FIELDS, 'kind')) return undefined;
  const kind = at.field('kind').value;
  if (kind === 'none') return 'none';
  const set = parseHeaderValues(at.field('set'));
  const remove = parseHeaderNames(at.field('remove'));
  const saysNothing = at.names.every((name) => name === 'kind') || (at.field('set').empty && at.field('remove').absent);
  if (kind === 'of' && saysNothing)
    at.fail('MISSING', 'there is nothing to set or to remove', { got: null, fix: 'name a header, or use ResponseHeaders.security()' });
  for (const name of [...Object.keys(set), ...remove])
    if (name.startsWith(OF_CORS))
      at.fail('RESERVED_NAME', `the header "${name}" belongs to CORS`, { got: null, fix: 'use cors of the edge' });
  if (kind !== 'security') return { set, remove, addIfAbsent: {} };
  const { addIfAbsent } = SECURITY_HEADERS;
  return {
    set,
    remove: [...new Set([...SECURITY_HEADERS.remove, ...remove])].filter((name) => !Object.hasOwn(set, name)).sort(),
    addIfAbsent: Object.fromEntries(Object.entries(addIfAbsent).filter(([name]) => !Object.hasOwn(set, name) && !remove.includes(name))),
  };
}
