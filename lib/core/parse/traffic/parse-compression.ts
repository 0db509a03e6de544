import type { ProtocolId } from '../../model/topology';
import { displayValue } from '../../reading/input';
import type { Reader } from '../../reading/reader';
import { STRINGS } from '../../reading/reader';
import { DEFAULT_COMPRESSION } from '../../model/defaults';
import type { Compression, CompressionAlgorithmId } from '../../model/traffic-policy';
import { parseHeaderName } from './parse-header-changes';
import { defined } from '../../defined';

export const COMPRESSION_FIELDS = ['algorithms', 'contentTypes', 'minSize', 'credentialHeaders', 'withCredentials'] as const;
const ALGORITHMS: readonly CompressionAlgorithmId[] = ['brotli', 'gzip'];

/** Below 30 bytes, Envoy's own default, what an algorithm adds is more than it saves. */
const MIN_SIZE = { min: 30, max: 10 * 1024 * 1024, allowed: 'a Size of 30 bytes to 10 MiB' };

/** A type without parameters, or all types with a suffix. https://www.rfc-editor.org/rfc/rfc6838#section-4.2 */
const CONTENT_TYPE = /^[a-z0-9][a-z0-9-]{0,63}\/(\*\+)?[a-z0-9][a-z0-9!#$&^_.+-]{0,126}$/;

/** To compress them again costs time and saves nothing. */
const COMPRESSED =
  /^(audio\/.*|video\/.*|image\/(?!svg\+xml$|bmp$|x-icon$|vnd\.microsoft\.icon$|x-ms-bmp$).*|font\/woff2?|application\/((x-)?(gzip|zip|bzip2?|7z-compressed|rar-compressed|xz|zstd|brotli)|vnd\.rar|font-woff2?|java-archive))$/;

/** `compression` of a service or of a route; undefined if it says nothing. */
export function parseCompression(at: Reader, protocol: ProtocolId): Compression | 'none' | undefined {
  if (!at.checkFactory('Compression', 'Compression.of() or Compression.none()') || !at.checkFields(COMPRESSION_FIELDS, 'kind'))
    return undefined;
  if (protocol === 'tcp') return at.fail('UNSUPPORTED_BY_PROTOCOL', 'a TCP service has no responses', { got: null, fix: 'remove it' });
  if (protocol === 'grpc')
    return at.fail('UNSUPPORTED_BY_PROTOCOL', 'gRPC compresses its messages itself', {
      got: null,
      fix: 'remove it, and set the compression of messages in the application',
    });
  if (at.field('kind').value === 'none') return 'none';
  const algorithms = parseAlgorithms(at.field('algorithms'));
  const contentTypes = parseContentTypes(at.field('contentTypes'));
  const minBytes = at.field('minSize').bytes(MIN_SIZE) ?? DEFAULT_COMPRESSION.minBytes;
  const credentialHeaders = parseCredentialHeaders(at);
  return { algorithms, contentTypes, minBytes, ...defined({ credentialHeaders }) };
}

function parseAlgorithms(at: Reader): readonly CompressionAlgorithmId[] {
  if (at.absent) return DEFAULT_COMPRESSION.algorithms;
  const items = at.items('a list of CompressionAlgorithm');
  checkNotEmpty(at, items, 'an empty list would compress nothing', 'leave it out for both, or use Compression.none()');
  const shown = ALGORITHMS.map((each) => `CompressionAlgorithm.${each.toUpperCase()}`);
  const found = items.flatMap(
    (item) =>
      item.required('an algorithm', 'remove the entry, or name an algorithm').oneOf(ALGORITHMS, 'a CompressionAlgorithm', shown) ?? [],
  );
  return [...new Set(found)];
}

function parseContentTypes(at: Reader): readonly string[] {
  if (at.absent) return DEFAULT_COMPRESSION.contentTypes;
  const items = at.items(STRINGS);
  checkNotEmpty(at, items, 'an empty list would compress nothing', 'leave it out for the default types, or use Compression.none()');
  return [...new Set(items.flatMap((item) => parseContentType(item) ?? []))].sort();
}

function parseContentType(at: Reader): string | undefined {
  const text = at.required('a content type', "remove the entry, or give one, such as 'application/json'").string();
  if (text === undefined) return undefined;
  const type = text.toLowerCase();
  if (!CONTENT_TYPE.test(type))
    return at.fail('INVALID_FORMAT', `${displayValue(text)} is not a content type`, {
      got: null,
      allowed: "a type without parameters, such as 'application/json', or a suffix, such as 'application/*+json'",
      ...(type.includes(';') ? { fix: `write '${text.slice(0, text.indexOf(';')).trim()}': parameters do not matter` } : {}),
    });
  if (COMPRESSED.test(type))
    return at.fail('INVALID_VALUE', `${displayValue(text)} is compressed already`, {
      got: null,
      fix: 'remove it: it would cost time and save nothing',
    });
  if (type.startsWith('application/grpc'))
    return at.fail('INVALID_VALUE', 'the messages of gRPC and gRPC-Web have lengths, which compression of the whole would hide', {
      fix: 'remove it: gRPC compresses its messages itself',
    });
  return type;
}

/** Undefined: credentials are not looked for. */
function parseCredentialHeaders(at: Reader): readonly string[] | undefined {
  const own = at.field('credentialHeaders');
  const names = own.items(STRINGS).flatMap((item) => {
    const name = item.required('the name of a header', 'remove the entry, or name a header').string();
    return (name === undefined ? undefined : parseHeaderName(name, item, false)) ?? [];
  });
  if (at.field('withCredentials').boolean() !== true) return [...new Set([...DEFAULT_COMPRESSION.credentialHeaders, ...names])].sort();
  if (!own.absent)
    own.fail('NO_EFFECT', 'with withCredentials, responses are compressed whatever the request has', {
      got: null,
      fix: 'remove credentialHeaders, or withCredentials',
    });
  return undefined;
}

function checkNotEmpty(at: Reader, items: readonly Reader[], message: string, fix: string): void {
  if (Array.isArray(at.value) && items.length === 0) at.fail('MISSING', message, { fix });
}
