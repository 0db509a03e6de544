import { defined } from '../../../defined';
import type { EdgeRoute, RouteValidation } from '../../../model/topology';
import type { Reader } from '../../../reading/reader';
import { STRINGS } from '../../../reading/reader';
import { parseBodySchema } from './parse-body-schema';

const FIELDS = ['query', 'headers', 'body'] as const;

/** Methods whose requests have a body. */
const WITH_BODY: readonly string[] = ['DELETE', 'PATCH', 'POST', 'PUT'];

/** What of a route says which bodies it takes. */
type Validated = Pick<EdgeRoute, 'method' | 'target'>;

export function parseValidation(at: Reader, route: Validated): RouteValidation | undefined {
  if (!at.checkFields(FIELDS)) return undefined;
  const bodyAt = at.field('body');
  const body = parseBodySchema(bodyAt, route);
  if (!bodyAt.absent) checkBody(bodyAt, route);
  const validation = {
    headers: parseRequestHeaderNames(at.field('headers')),
    query: parseParameterNames(at.field('query')),
    ...defined({ body }),
  };
  if (FIELDS.every((field) => saysNothing(at.field(field))))
    at.fail('MISSING', 'there is nothing to look for', { got: null, fix: "name a parameter, such as query: ['page'], or remove it" });
  return validation;
}

/** Every request of the route must match, whatever its type, and one without a body is taken for an empty object. */
function checkBody(at: Reader, { method, target }: Validated): void {
  if (!WITH_BODY.includes(method))
    at.fail('CONFLICT', method === 'ANY' ? 'an ANY route has requests without a body' : `a ${method} request has no body`, {
      got: null,
      allowed: `on routes of ${WITH_BODY.join(', ')}`,
      fix: method === 'ANY' ? 'give each method with a body a route of its own beside ANY' : 'remove it',
    });
  if (target.kind === 'grpc' && target.web)
    at.fail('CONFLICT', 'gRPC-Web clients call this route, too, and what they send is no JSON', {
      got: null,
      fix: 'remove it, or web of the route: the .proto file says what a request is',
    });
}

function saysNothing({ absent, value }: Reader): boolean {
  return absent || (Array.isArray(value) && value.length === 0);
}

/** As API Gateway takes them in its mappings; it tells capital letters from small ones. */
export function parseParameterNames(at: Reader): readonly string[] {
  return parseNames(at, 'a parameter', /^[A-Za-z0-9._$-]+$/, 'letters, digits, ".", "_", "$" and "-"', (name) => name);
}

/** As they are spelled; none twice in whatever letters. */
export function parseRequestHeaderNames(at: Reader): readonly string[] {
  return parseNames(at, 'a header', /^[A-Za-z0-9_-]+$/, 'letters, digits, "_" and "-"', (name) => name.toLowerCase());
}

function parseNames(at: Reader, what: string, pattern: RegExp, allowed: string, keyOf: (name: string) => string): readonly string[] {
  const known = new Set<string>();
  return at.items(STRINGS).flatMap((item) => {
    const name = item.required(what, 'remove the entry, or name one').string();
    if (name === undefined) return [];
    if (!pattern.test(name)) return item.fail<never[]>('INVALID_NAME', `is not the name of ${what}`, { allowed }) ?? [];
    if (known.has(keyOf(name))) item.fail('DUPLICATE', `${what} stands twice`, { fix: 'remove one of the two' });
    known.add(keyOf(name));
    return [name];
  });
}
