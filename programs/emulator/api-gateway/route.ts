/** The parts of a path: texts, parameters such as `{id}`, or at the end a greedy one such as `{proxy+}`. */
export type Parts = readonly string[];

export interface Matched<T> {
  readonly route: T;
  readonly values: Readonly<Record<string, string>>;
}

export interface MatchOptions {
  readonly ignoresTrailingSlashes: boolean;
  /** API Gateway never does; applications may. */
  readonly ignoresCase?: boolean;
}

export function partsOf(path: string): Parts {
  return path === '/' ? [] : path.slice(1).split('/');
}

/**
 * The routes that take a path as it stands, not decoded, with the values of its parameters. The most specific one comes
 * first: at the first part in which two differ, text comes before a parameter, and a greedy one last.
 */
export function matching<T extends { readonly parts: Parts }>(
  routes: readonly T[],
  path: string,
  options: MatchOptions,
): readonly Matched<T>[] {
  return routes
    .flatMap((route) => {
      const values = match(route.parts, partsOf(path), options);
      return values === undefined ? [] : [{ route, values }];
    })
    .sort((a, b) => compare(kindsOf(a.route.parts), kindsOf(b.route.parts)));
}

export function isGreedy(parts: Parts): boolean {
  return parts.at(-1)?.endsWith('+}') === true;
}

/** A named method before `ANY`; undefined if neither is there. */
export function ofMethod<T extends { readonly httpMethod: string }>(
  candidates: readonly Matched<T>[],
  method: string,
): Matched<T> | undefined {
  return candidates.find(({ route }) => route.httpMethod === method) ?? candidates.find(({ route }) => route.httpMethod === 'ANY');
}

function match([part, ...parts]: Parts, segments: Parts, options: MatchOptions): Readonly<Record<string, string>> | undefined {
  const [segment, ...rest] = segments;
  if (part === undefined) {
    const isSlash = options.ignoresTrailingSlashes && segments.length === 1 && segment === '';
    return segments.length === 0 || isSlash ? {} : undefined;
  }
  const [, name, plus] = /^\{(.+?)(\+?)\}$/.exec(part) ?? [];
  if (name !== undefined && plus === '+') return segments.join('/') === '' ? undefined : { [name]: segments.join('/') };
  if (segment === undefined || segment === '' || (name === undefined && !isText(part, segment, options))) return undefined;
  const values = match(parts, rest, options);
  return values && { ...values, ...(name !== undefined && { [name]: segment }) };
}

function isText(part: string, segment: string, { ignoresCase = false }: MatchOptions): boolean {
  return ignoresCase ? part.toLowerCase() === segment.toLowerCase() : part === segment;
}

/** One letter for each part, in the order in which API Gateway tries them. */
function kindsOf(parts: Parts): string {
  return parts.map((part) => (part.endsWith('+}') ? 'c' : part.endsWith('}') ? 'b' : 'a')).join('');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
