import type { PathSegment } from '../model/topology';

/**
 * A path template of `google.api.http`, and the path of an API that takes the same requests.
 * https://github.com/googleapis/googleapis/blob/master/google/api/http.proto (Path template syntax)
 */
export interface PathTemplate {
  /** Of the API. */
  readonly path: string;
  /** Paths of the fields that the path sets. */
  readonly variables: readonly string[];
}

/** The template, or what is wrong with it. */
export function parseTemplate(text: string): PathTemplate | { readonly message: string; readonly fix: string } {
  if (!text.startsWith('/')) return { message: `the path "${text}" does not begin with a slash`, fix: `write "/${text}"` };
  const variables: string[] = [];
  const parts: string[] = [];
  const names = new Set<string>();
  const pieces = splitTemplate(text.slice(1));
  if (pieces === undefined)
    return { message: `the path "${text}" has braces that do not match`, fix: 'write a variable as {field} or {field=pattern}' };
  for (const [index, piece] of pieces.entries()) {
    const variable = /^\{([A-Za-z_][\w.]*)(?:=([^{}]+))?\}$/.exec(piece);
    const last = index === pieces.length - 1;
    if (variable === null && /[{}]/.test(piece))
      return {
        message: `"${piece}" cannot be a part of a path of API Gateway, in which a parameter is a whole part`,
        fix: 'write a verb as a part of its own, such as {id}/cancel',
      };
    const [, field, pattern = '*'] = variable ?? [undefined, undefined, piece];
    if (field !== undefined) variables.push(field);
    const inner = pattern.split('/');
    for (const [place, part] of inner.entries()) {
      if (part === '**' && !(last && place === inner.length - 1))
        return { message: `the path "${text}" has ** before its end`, fix: 'write * there, or end the path after **' };
      if (part !== '*' && part !== '**') {
        parts.push(part);
        continue;
      }
      const name = nameFor(inner.length === 1 ? field : undefined, parts, names);
      names.add(name);
      parts.push(part === '**' ? `{${name}+}` : `{${name}}`);
    }
  }
  return { path: `/${parts.join('/')}`, variables };
}

/** At slashes outside of braces. */
function splitTemplate(text: string): readonly string[] | undefined {
  const pieces: string[] = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '{') depth += 1;
    if (character === '}') depth -= 1;
    if (depth < 0 || depth > 1) return undefined;
    if (character === '/' && depth === 0) pieces.push('');
    else pieces.push(`${pieces.pop() ?? ''}${character}`);
  }
  return depth === 0 ? pieces : undefined;
}

/**
 * The name of a parameter. A REST API takes one name at each place, so that it follows from the field's own name or from the part before
 * it, and not from the message that holds the field: `{id}` and `{product.id}` are both `{id}`.
 */
function nameFor(field: string | undefined, before: readonly string[], taken: ReadonlySet<string>): string {
  const part = before.at(-1) ?? '';
  const plain = field?.split('.').at(-1) ?? (/^[\w-]+$/.test(part) ? part : `p${before.length + 1}`);
  if (!taken.has(plain)) return plain;
  return field !== undefined && !taken.has(field) ? field : `p${before.length + 1}`;
}

/** The template of a path of an API, whose parameters are these fields. */
export function templateOf(segments: readonly PathSegment[], fieldOf: (parameter: string) => string): string {
  const parts = segments.map((segment) => {
    if (segment.kind === 'static') return segment.text;
    return segment.kind === 'greedy' ? `{${fieldOf(segment.name)}=**}` : `{${fieldOf(segment.name)}}`;
  });
  return `/${parts.join('/')}`;
}
