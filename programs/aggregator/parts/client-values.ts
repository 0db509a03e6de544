/** A value of a client's request: the segments of a path, one but for a greedy parameter, or the text of a query parameter. */
export type ClientValue = { readonly segments: readonly string[] } | 'unreadable';

export interface ClientValues {
  readonly path: ReadonlyMap<string, ClientValue>;
  readonly query: ReadonlyMap<string, ClientValue>;
}

/**
 * What parts may read of a request.
 *
 * @param template the path of the route, such as `/home/{user}`; Envoy has checked that the request's path is of this shape
 * @param url path and query of the request
 */
export function clientValues(template: string, url: string): ClientValues {
  const [path = '', ...query] = url.split('?');
  return { path: pathValues(template, path), query: queryValues(query.join('?')) };
}

function pathValues(template: string, path: string): ReadonlyMap<string, ClientValue> {
  const segments = path.split('/');
  const values = new Map<string, ClientValue>();
  template.split('/').forEach((segment, index) => {
    const [, name, greedy] = /^\{([^}+]+)(\+?)\}$/.exec(segment) ?? [];
    if (name === undefined) return;
    const own = greedy === '+' ? withoutLastEmpty(segments.slice(index)) : segments.slice(index, index + 1);
    if (own.length > 0) values.set(name, decoded(own));
  });
  return values;
}

/** API Gateway may leave a slash at the end. */
function withoutLastEmpty(segments: readonly string[]): readonly string[] {
  return segments.at(-1) === '' ? segments.slice(0, -1) : segments;
}

/** Of a parameter that comes twice, services disagree on which one counts, so it has no value that could be trusted. */
function queryValues(query: string): ReadonlyMap<string, ClientValue> {
  const values = new Map<string, ClientValue>();
  for (const [name, value] of new URLSearchParams(query)) {
    values.set(name, values.has(name) ? 'unreadable' : { segments: [value] });
  }
  return values;
}

function decoded(segments: readonly string[]): ClientValue {
  try {
    return { segments: segments.map((segment) => decodeURIComponent(segment)) };
  } catch {
    return 'unreadable';
  }
}
