import type { ServiceDescription, ServiceRouteDescription } from '../../../lib/core/description/system-description';
import type { Fields } from '../../simulator/message';

interface Match extends Fields {
  readonly headers?: readonly HeaderMatch[];
}

interface HeaderMatch {
  readonly name: string;
  readonly string_match?: { readonly exact?: string; readonly safe_regex?: { readonly regex: string } };
}

/**
 * Which of a service's routes one of its caller's Envoy is. Envoy's have no names, and of one of the service's there are several, by
 * methods and by versions that a header names; so both are told by what they match. Values of headers are not told by the description:
 * of routes that differ by these alone the order decides.
 */
export function serviceRouteOf(
  { routeDetails, versionHeader, versions = [] }: ServiceDescription,
  taken: { readonly route: Fields; readonly among: readonly Fields[] },
  method: string,
): ServiceRouteDescription | undefined {
  const own = (route: Fields): Match =>
    withoutAdditions(
      matchOf(route),
      versionHeader,
      versions.map(({ name }) => name),
    );
  const wanted = own(taken.route);
  const signature = signatureOf(wanted);
  const candidates = routeDetails.filter((route) => describedSignature(route) === signature && (route.methods?.includes(method) ?? true));
  const different = [
    ...new Set(
      taken.among
        .filter((route) => takesMethod(matchOf(route), method))
        .map(own)
        .filter((match) => signatureOf(match) === signature)
        .map((match) => JSON.stringify(match)),
    ),
  ];
  return candidates[different.indexOf(JSON.stringify(wanted))];
}

function matchOf(route: Fields): Match {
  return (route['match'] ?? {}) as Match;
}

/** What the library adds to the conditions of the user. */
function withoutAdditions(match: Match, versionHeader: string | undefined, versions: readonly string[]): Match {
  const headers = (match.headers ?? []).filter(
    ({ name, string_match: text }) =>
      name !== ':method' && name !== ':path' && !(name === versionHeader && versions.includes(text?.exact ?? '')),
  );
  return { ...match, headers };
}

function takesMethod({ headers = [] }: Match, method: string): boolean {
  return headers
    .filter(({ name }) => name === ':method')
    .every(({ string_match: { exact, safe_regex: pattern } = {} }) =>
      pattern === undefined ? exact === method : new RegExp(`^(?:${pattern.regex})$`).test(method),
    );
}

function signatureOf(match: Match): string {
  const {
    headers = [],
    query_parameters: parameters = [],
    ...path
  } = match as Match & { readonly query_parameters?: readonly HeaderMatch[] };
  return JSON.stringify([path, namesOf(headers), namesOf(parameters)]);
}

function describedSignature({ path, headers, queryParameters }: ServiceRouteDescription): string {
  return JSON.stringify([pathOf(path), headers, queryParameters]);
}

function pathOf(path: ServiceRouteDescription['path']): unknown {
  switch (path?.kind) {
    case undefined:
      return { prefix: '/' };
    case 'exact':
      return { path: path.text };
    case 'prefix':
      return { prefix: path.text };
    case 'regex':
      return { safe_regex: { regex: path.text } };
  }
}

function namesOf(matches: readonly HeaderMatch[]): readonly string[] {
  return matches.map(({ name }) => name).sort();
}
