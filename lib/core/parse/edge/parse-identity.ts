import { OVERRIDE_HEADERS, REQUEST_ID_HEADER } from '../../model/pass-through-headers';
import { defined } from '../../defined';
import type { EdgeAuthorizer, IdentityHeader } from '../../model/topology';
import { displayValue } from '../../reading/input';
import type { Reader } from '../../reading/reader';

/** More would not fit beside a token into the headers that API Gateway passes on. */
const MOST = 20;

/** Headers that mean something to HTTP, to Envoy, to API Gateway or to the mesh. */
const TAKEN_PREFIXES: readonly string[] = [
  'x-envoy-',
  'x-forwarded-',
  'x-edge-',
  'x-mesh-',
  'x-websocket-',
  'x-amz-',
  'x-amzn-',
  'x-datadog-',
  'x-b3-',
  'accept-',
  'access-control-',
  'content-',
  'grpc-',
  'if-',
  'proxy-',
  'sec-',
];

const TAKEN: readonly string[] = [
  ...OVERRIDE_HEADERS,
  REQUEST_ID_HEADER,
  'accept',
  'authorization',
  'baggage',
  'cache-control',
  'connection',
  'cookie',
  'date',
  'expect',
  'forwarded',
  'from',
  'host',
  'keep-alive',
  'max-forwards',
  'origin',
  'pragma',
  'proxy',
  'range',
  'referer',
  'te',
  'traceparent',
  'tracestate',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'via',
  'warning',
  'x-api-key',
  'x-real-ip',
];

/** Where the values come from, and in which header credentials are. */
export interface IdentitySourceText {
  readonly what: string;
  readonly from: IdentityHeader['from'];
  readonly tokenHeader?: string;
}

/** What a header can hold, by its name: `{ 'x-user-id': 'sub' }`. */
export function parseIdentityHeaders(at: Reader, { what, from, tokenHeader }: IdentitySourceText): readonly IdentityHeader[] | undefined {
  if (at.absent) return undefined;
  if (at.empty) at.fail('MISSING', `there is no header in it`, { fix: `leave it out, or name a header and ${what}` });
  const seen = new Map<string, string>();
  const headers = at.entries().flatMap(([name, value]) => {
    const header = parseHeaderName(name, value, tokenHeader);
    const text = value.required(what, `remove the entry, or name ${what}`).string();
    if (text === '') value.fail('INVALID_FORMAT', `${what} has no empty name`, { fix: `name ${what}, or remove the entry` });
    if (header === undefined || text === undefined) return [];
    const twin = seen.get(header);
    if (twin !== undefined)
      value.fail('DUPLICATE', `${displayValue(name)} is the same header as ${displayValue(twin)}`, {
        got: null,
        fix: 'remove one of the two',
      });
    seen.set(header, name);
    return [{ header, from, value: text }];
  });
  if (headers.length > MOST)
    at.fail('OUT_OF_RANGE', `there are ${headers.length} headers`, { got: null, allowed: `at most ${MOST}`, fix: 'name fewer' });
  return headers.sort((a, b) => (a.header < b.header ? -1 : 1));
}

/** The name of a header that services may be told something in. */
export function parseHeaderName(name: string, at: Reader, tokenHeader?: string): string | undefined {
  const header = name.toLowerCase();
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(header) || header.length > 100)
    return at.fail('INVALID_NAME', `${displayValue(name)} cannot be the name of an identity header`, {
      got: null,
      allowed: 'letters, digits and hyphens between them, starting with a letter, at most 100, such as "x-user-id"',
    });
  if (TAKEN.includes(header) || TAKEN_PREFIXES.some((prefix) => header.startsWith(prefix)) || header === tokenHeader?.toLowerCase())
    return at.fail('RESERVED_NAME', `the header "${header}" has a meaning of its own`, {
      got: null,
      allowed: `any name but ${TAKEN_PREFIXES.map((prefix) => `${prefix}*`).join(', ')} and the headers of HTTP`,
      fix: 'choose a name such as "x-user-id"',
    });
  return header;
}

/** What a Lambda authorizer returns beside its decision. On a REST API only what is never absent differs from what a client could send. */
export function parseLambdaContext(at: Reader, tokenHeader: string, provesContext: boolean): Pick<EdgeAuthorizer, 'identityHeaders'> {
  const headers = parseIdentityHeaders(at, { what: 'a key of the context', from: 'context', tokenHeader });
  for (const { header, value } of headers ?? []) {
    const item = at.field(at.names.find((name) => name.toLowerCase() === header) ?? header);
    if (!/^[A-Za-z0-9_-]{1,128}$/.test(value))
      item.fail('INVALID_FORMAT', 'is not a key that API Gateway can map', { allowed: 'letters, digits, "_" and "-", at most 128' });
    else if (!provesContext && value !== 'principalId')
      item.fail(
        'UNSUPPORTED_BY_EDGE',
        `this kind of API maps a key alone, so the gateway service could not tell a client's own header from one whose key is absent`,
        {
          allowed: '"principalId", without which API Gateway refuses what a function returns',
          fix: 'put it into principalId, or use Edge.httpApi()',
        },
      );
  }
  return defined({ identityHeaders: headers?.map((each) => ({ ...each, value: `authorizer.${each.value}` })) });
}

/** A header for the one thing that an authorizer knows. */
export function parseContextHeader(at: Reader, variable: string, tokenHeader?: string): Pick<EdgeAuthorizer, 'identityHeaders'> {
  const name = at.string();
  const header = name === undefined ? undefined : parseHeaderName(name, at, tokenHeader);
  return header === undefined ? {} : { identityHeaders: [{ header, from: 'context', value: variable }] };
}
