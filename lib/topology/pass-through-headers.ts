import type { Reader } from './reader';
import { STRINGS, suggest } from './reader';

/**
 * Request headers by which some frameworks and servers let a client replace the method or the path of its request, which
 * rules of the mesh, routes of API Gateway and authorizers have looked at.
 * https://symfony.com/doc/current/reference/configuration/framework.html#http-method-override
 * https://learn.microsoft.com/en-us/iis/extensions/url-rewrite-module/url-rewrite-module-configuration-reference
 */
export const OVERRIDE_HEADERS: readonly string[] = [
  'x-http-method-override',
  'x-http-method',
  'x-method-override',
  'x-original-method',
  'x-forwarded-method',
  'x-original-url',
  'x-original-uri',
  'x-original-path',
  'x-rewrite-url',
  'x-rewrite-uri',
  'x-override-url',
  'x-forwarded-uri',
  'x-forwarded-path',
  'x-http-path-override',
  'x-http-destinationurl',
];

/** In which proxies and content delivery networks name the client, or the host that it called. */
export const CLIENT_HEADERS: readonly string[] = [
  'client-ip',
  'true-client-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-original-forwarded-for',
  'x-originating-ip',
  'x-remote-ip',
  'x-remote-addr',
  'cf-connecting-ip',
  'cf-connecting-ipv6',
  'fastly-client-ip',
  'x-azure-clientip',
  'x-azure-socketip',
  'x-appengine-user-ip',
  'x-host',
  'x-original-host',
];

/** By which log entries of all services are joined. */
export const REQUEST_ID_HEADER = 'x-request-id';

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader */
export const TRACE_HEADER = 'x-amzn-trace-id';

/** What an edge removes unless it is asked not to. */
export const EDGE_REMOVES: readonly string[] = [...OVERRIDE_HEADERS.filter((name) => !name.startsWith('x-forwarded-')), ...CLIENT_HEADERS, REQUEST_ID_HEADER, TRACE_HEADER];

/** No service could know these from what a client made up. */
const NEVER_PASSED = /^(forwarded|proxy|x-real-ip|x-(forwarded|envoy|edge)-.*)$/;

/**
 * Names of headers that would be removed, and are not to be.
 *
 * @param removed what is removed otherwise
 * @param by who removes it
 */
export function parsePassThroughHeaders(at: Reader, removed: readonly string[], by: string): readonly string[] {
  const names = at.items(STRINGS).flatMap((item) => {
    const name = item.required('the name of a header', 'remove the entry, or give a name').string();
    if (name === undefined) return [];
    const lower = name.toLowerCase();
    if (removed.includes(lower)) return lower;
    const complaint = NEVER_PASSED.test(lower)
      ? item.fail<string>('NOT_ALLOWED', `${by} always removes this header, or puts in its place what the mesh itself knows`, { fix: 'remove the entry' })
      : item.fail<string>('NOT_ALLOWED', `${by} does not remove this header: it arrives as it is`, { fix: 'remove the entry', ...suggest(lower, removed) });
    return complaint ?? [];
  });
  return [...new Set(names)].sort();
}
