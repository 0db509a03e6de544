export interface Route {
  readonly httpMethod: string;
  readonly parts: readonly string[];
}

/** The most specific route that takes a request, with the values of its path parameters, as API Gateway chooses it. */
export function bestRoute<T extends Route>(routes: readonly T[], method: string, path: string): { readonly route: T; readonly values: Readonly<Record<string, string>> } | undefined {
  const candidates = routes
    .filter(({ httpMethod }) => httpMethod === method || httpMethod === 'ANY')
    .flatMap((route) => {
      const values = match(route.parts, path.slice(1));
      return values === undefined ? [] : [{ route, values }];
    });
  return candidates.sort((a, b) => rank(b.route) - rank(a.route))[0];
}

function match(parts: readonly string[], path: string): Readonly<Record<string, string>> | undefined {
  const [part, ...others] = parts;
  if (part === undefined) return path === '' ? {} : undefined;
  const [, greedy] = /^\{(.+)\+\}$/.exec(part) ?? [];
  if (greedy !== undefined) return path === '' ? undefined : { [greedy]: path };
  const end = path.indexOf('/');
  const [head, rest] = end < 0 ? [path, ''] : [path.slice(0, end), path.slice(end + 1)];
  const [, name] = /^\{(.+)\}$/.exec(part) ?? [];
  if (head === '' || (name === undefined && head !== part)) return undefined;
  const values = match(others, rest);
  return values && { ...values, ...(name !== undefined && { [name]: head }) };
}

/** A static part comes before a parameter, and a greedy one last. */
function rank({ parts, httpMethod }: Route): number {
  const weight = (part: string): number => (part.endsWith('+}') ? 1 : part.endsWith('}') ? 2 : 3);
  return parts.reduce((sum, part) => sum * 4 + weight(part), 0) * 2 + (httpMethod === 'ANY' ? 0 : 1);
}
