import { displayValue } from '../../reading/input';
import type { ProtocolId } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import { STRINGS } from '../../reading/reader';
import type { HeaderChanges } from '../../model/traffic-policy';

/** https://www.rfc-editor.org/rfc/rfc9110#name-tokens */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;

/** HTTP's own framing and connection; who called, and from where; traces; what Envoys tell each other; gRPC's own. */
const KEPT =
  /^(host|connection|keep-alive|proxy-.*|content-length|transfer-encoding|te|trailer|upgrade|expect|forwarded|x[-_]forwarded[-_].*|x[-_]real[-_]ip|x-request-id|x-amzn-trace-id|x-envoy-.*|x-mesh-.*|x-edge-.*|grpc-.*)$/;

/** A line of a header. https://www.rfc-editor.org/rfc/rfc9110#name-field-values; beyond ASCII nobody agrees on the encoding. */
const HEADER_VALUE = /^[\x21-\x7e]([\x20-\x7e\t]{0,2046}[\x21-\x7e])?$/;

export function parseHeaderChanges(at: Reader, protocol: ProtocolId): HeaderChanges | undefined {
  if (at.absent || !at.checkFields(['set', 'add', 'remove'])) return undefined;
  if (protocol === 'tcp') return at.fail('UNSUPPORTED_BY_PROTOCOL', 'a TCP service has no headers', { fix: 'remove it' });
  const set = parseHeaderValues(at.field('set'));
  const add = parseHeaderValues(at.field('add'));
  for (const name of Object.keys(add))
    if (Object.hasOwn(set, name))
      at.field('add').fail('CONFLICT', `"${name}" is both set and added`, { got: null, fix: 'remove it from one of the two' });
  return { set, add, remove: parseHeaderNames(at.field('remove')) };
}

/** Headers to remove; sorted. */
export function parseHeaderNames(at: Reader): readonly string[] {
  const names = at.items(STRINGS).flatMap((item) => {
    const name = item.required('the name of a header', 'remove the entry, or name a header').string();
    return (name === undefined ? undefined : parseHeaderName(name, item, true)) ?? [];
  });
  return [...new Set(names)].sort();
}

/** Headers to set or to add, with their values; sorted. */
export function parseHeaderValues(at: Reader): Readonly<Record<string, string>> {
  const values = new Map<string, string>();
  for (const [key, item] of at.entries()) {
    const name = parseHeaderName(key, item, true);
    const value = item.required('the value of a header', 'remove it, or give a value').string();
    if (name === undefined || value === undefined) continue;
    if (values.has(name)) item.fail('DUPLICATE', `"${name}" is given twice, in upper and in lower case`, { got: null, fix: 'remove one' });
    else if (!HEADER_VALUE.test(value))
      item.fail('INVALID_FORMAT', 'is not a value for a header', {
        allowed: '1 to 2048 printable ASCII characters with no space at either end',
      });
    else values.set(name, value);
  }
  return Object.fromEntries([...values].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The name of a header, in lower case, as HTTP/2 has it.
 *
 * @param changes whether it is to be changed, which many may not
 */
export function parseHeaderName(name: string, at: Reader, changes: boolean): string | undefined {
  const lower = name.toLowerCase();
  if (!HEADER_NAME.test(name)) {
    const pseudo = name.startsWith(':');
    return at.fail('INVALID_NAME', `${displayValue(name)} is not the name of a header`, {
      got: null,
      allowed: "letters, digits and - . _ ! # $ % & ' * + ^ ` | ~, at most 128",
      ...(pseudo ? { fix: changes ? 'to change host or path, use rewrite of a route' : 'use path or methods' } : {}),
    });
  }
  if (changes && KEPT.test(lower)) {
    return at.fail('RESERVED_NAME', `the header "${name}" belongs to HTTP or to the mesh`, {
      got: null,
      fix: lower === 'host' ? 'to change the host, use rewrite of a route' : 'choose another name',
    });
  }
  // Envoy calls it :authority.
  if (lower === 'host')
    return at.fail('RESERVED_NAME', 'Envoy knows no header "host" once it has read a request', {
      got: null,
      fix: 'remove it: callers reach the service by one host',
    });
  return lower;
}
