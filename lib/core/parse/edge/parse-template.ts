import type { Reference, TextPiece } from '../../model/aggregation';
import { displayValue } from '../../reading/input';
import type { Reader } from '../../reading/reader';
import { suggest } from '../../reading/reader';

/** What the templates of a part may name. */
export interface TemplateScope {
  /** Names of the parameters in the path of the route. */
  readonly parameters: readonly string[];
  /** Names of all parts. */
  readonly parts: readonly string[];
  /** Names of the parts whose answer is an array of answers. */
  readonly arrays: readonly string[];
  /** The part whose template it is. */
  readonly part: string;
  /** Whether the part runs for the items of an array. */
  readonly iterates: boolean;
}

export interface PathTemplate {
  readonly path: readonly TextPiece[];
  readonly query: Readonly<Record<string, readonly TextPiece[]>>;
}

/** The word for the item that a part runs for, and for the client's query string. */
export const ITEM = 'item';
export const QUERY = 'query';

const NAME = /^[\w$-]+(\.[\w$-]+)*$/;

/** What may stand in a path as it is (RFC 3986, section 3.3), and escapes. */
const LITERAL = /^([\w.~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*$/;

/** Escapes of what nobody has to escape, of slashes and of control characters: the gateway's Envoy refuses such a path. */
const NEEDLESS_ESCAPE = /%([01][0-9A-F]|2[DEF]|3[0-9]|[46][1-9A-F]|[57][0-9A]|5[CF]|7[EF]|C[01])/i;

/** A path, with a query string behind `?` if there is one. */
export function parsePathTemplate(at: Reader, scope: TemplateScope): PathTemplate | undefined {
  const text = at.required('the path of the request', 'such as "/users/{id}"').string();
  if (text === undefined) return undefined;
  const [path = '', ...rest] = text.split('?');
  if (!path.startsWith('/')) return at.fail('INVALID_FORMAT', 'a path begins with a slash', { fix: `write ${displayValue(`/${text}`)}` });
  if (rest.length > 1 || text.includes('#'))
    return at.fail('INVALID_FORMAT', 'is not a path with a query string', {
      allowed: 'a path, and behind one "?" a query string; no "#"',
      fix: 'escape "?" as %3F and "#" as %23',
    });
  const pieces = parsePieces(path, at, scope);
  if (pieces === undefined || !checkLiteral(path, at)) return undefined;
  const query = rest[0] === undefined ? {} : parseQuery(rest[0], at, scope);
  return query === undefined ? undefined : { path: pieces, query };
}

/** A text that is one reference in braces; undefined if it is none, or after an issue. */
export function parseWholeReference(text: string, at: Reader, scope: TemplateScope): Reference | 'text' | undefined {
  const [, name] = /^\{([^{}]*)\}$/.exec(text) ?? [];
  if (name !== undefined) return parseReference(name, at, scope);
  if (!/\{[^{}]*\}/.test(text)) return 'text';
  return at.fail('INVALID_FORMAT', 'a field is either a text or a value, not a text with values in it', {
    allowed: 'such as "{user.id}"',
    fix: 'let the service put the text together',
  });
}

/** The array over which a part runs, such as `cart.items`. */
export function parseArray(at: Reader, scope: TemplateScope): Reference | undefined {
  const text = at.required('the array over which the part runs', 'such as "cart.items"').string();
  if (text === undefined) return undefined;
  const name = /^\{.*\}$/.test(text) ? text.slice(1, -1) : text;
  if (name !== text) return at.fail('INVALID_FORMAT', 'an array is named without braces', { fix: `write ${displayValue(name)}` });
  if (!NAME.test(text))
    return at.fail('INVALID_FORMAT', 'is not the name of a part and of fields in it', { allowed: 'such as "cart.items"' });
  const [head = '', ...fields] = text.split('.');
  return partReference(head, fields, at, scope);
}

function checkLiteral(path: string, at: Reader): boolean {
  const literal = path.replaceAll(/\{[^{}]*\}/g, 'x');
  if (!LITERAL.test(literal)) {
    at.fail('INVALID_FORMAT', 'there are characters in it that no path has', {
      allowed: "letters, digits and - . _ ~ ! $ & ' ( ) * + , ; = : @ /, and others escaped, such as %20",
    });
    return false;
  }
  if (/\/(\/|\.{1,2}(\/|$|;)|;)/.test(literal) || NEEDLESS_ESCAPE.test(literal)) {
    at.fail('INVALID_FORMAT', 'somebody may read it as another path', {
      allowed: 'a path without "//", "/./", "/../", "/;" and without escaped letters, digits, hyphens, dots, underscores and slashes',
    });
    return false;
  }
  return true;
}

function parseQuery(text: string, at: Reader, scope: TemplateScope): PathTemplate['query'] | undefined {
  const query = new Map<string, readonly TextPiece[]>();
  let complete = true;
  for (const parameter of text.split('&')) {
    const [rawName = '', ...values] = parameter.split('=');
    const name = decoded(rawName);
    const pieces = parsePieces(values.join('='), at, scope)?.map((piece) => (typeof piece === 'string' ? decoded(piece) : piece));
    if (name === undefined || name === '' || /[{}]/.test(name) || pieces?.includes(undefined) === true)
      return at.fail('INVALID_FORMAT', `${displayValue(parameter)} is not a parameter of a query string`, {
        allowed: 'a name, "=" and a value, with "&" between parameters, and escaped as in a URL',
      });
    if (query.has(name)) return at.fail('DUPLICATE', `the parameter "${name}" stands twice in the query string`, { fix: 'remove one' });
    if (pieces === undefined) complete = false;
    else query.set(name, pieces as readonly TextPiece[]);
  }
  return complete ? Object.fromEntries(query) : undefined;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/** Literal text and what stands in braces. */
function parsePieces(text: string, at: Reader, scope: TemplateScope): readonly TextPiece[] | undefined {
  const pieces: TextPiece[] = [];
  let complete = true;
  for (const part of text.split(/(\{[^{}]*\})/)) {
    if (part === '') continue;
    const [, name] = /^\{([^{}]*)\}$/.exec(part) ?? [];
    if (name !== undefined) {
      const reference = parseReference(name, at, scope);
      if (reference === undefined) complete = false;
      else pieces.push(reference);
    } else if (/[{}]/.test(part))
      return at.fail('INVALID_FORMAT', 'a brace has no counterpart', { fix: 'write {name} for a value; escape braces as %7B and %7D' });
    else pieces.push(part);
  }
  return complete ? pieces : undefined;
}

/** A name with no dot is a parameter of the route; one with a dot a field of something. */
function parseReference(name: string, at: Reader, scope: TemplateScope): Reference | undefined {
  const { parameters, parts, iterates } = scope;
  if (!NAME.test(name))
    return at.fail('INVALID_FORMAT', `${displayValue(`{${name}}`)} names nothing`, {
      allowed: 'in braces, names with dots between them, such as {id}, {query.page} or {user.cartId}',
    });
  const [head = '', ...fields] = name.split('.');
  if (head === ITEM && iterates) return { from: 'item', fields };
  if (parameters.includes(name)) {
    if (fields.length > 0 && parts.includes(head))
      return at.fail('CONFLICT', `{${name}} is a parameter of the route, and a field of the part "${head}"`, {
        fix: 'give one of the two another name',
      });
    return { from: 'path', name };
  }
  if (head === QUERY && fields.length > 0) return { from: 'query', name: fields.join('.') };
  if (head === ITEM && !parts.includes(head))
    return at.fail('CONFLICT', `{${name}} is an item of an array, and this part has one request alone`, {
      fix: 'use Part.forEach() for a request for each item',
    });
  if (fields.length > 0) return partReference(head, fields, at, scope);
  if (parts.includes(name))
    return at.fail('INVALID_FORMAT', `{${name}} is the whole response of a part, which is no text`, {
      fix: `name one of its fields, such as {${name}.id}`,
    });
  return at.fail('UNKNOWN_PART', `{${name}} is no parameter of the route`, {
    ...suggest(name, [...parameters]),
  });
}

function partReference(head: string, fields: readonly string[], at: Reader, { part, parts, arrays }: TemplateScope): Reference | undefined {
  if (!parts.includes(head)) {
    const others = parts.filter((each) => each !== part);
    return at.fail('UNKNOWN_PART', `there is no part "${head}"`, suggest(head, others));
  }
  if (arrays.includes(head))
    return at.fail('CONFLICT', `the part "${head}" has one response for each item of an array, from which no other part can read`, {
      fix: `read from the part with that array, or let a service do it`,
    });
  return { from: 'part', part: head, fields };
}

/** Names of the parts from which these are read. */
export function partsRead(references: readonly (Reference | TextPiece | undefined)[]): readonly string[] {
  return references.flatMap((each) => (typeof each === 'object' && each.from === 'part' ? [each.part] : []));
}
