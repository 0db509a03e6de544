import { isDeepStrictEqual } from 'node:util';
import type {
  CallView,
  ClientTlsView,
  ExternalView,
  GatewayView,
  MeshView,
  RouteView,
  ServerTlsView,
  ServiceView,
} from '../../../../programs/import/app-mesh/mesh-view';
import type { RouteMatch, ValueMatch } from '../../../../lib/core/model/traffic-policy';

/**
 * Compares two views by what they do: facts are compared as they are, routes by what becomes of made-up requests, since one
 * mesh may need three routes for what another says in one.
 */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

/** Everything in which `found` differs from `wanted`, a line each. */
export function differences(found: MeshView, wanted: MeshView): readonly string[] {
  return [
    ...differ('name', found.name, wanted.name),
    ...pairs('services', found.services, wanted.services, (a, b, at) => [
      ...differ(at, serviceFacts(a, wanted), serviceFacts(b, wanted)),
      ...routeDifferences(at, a, b, a.protocol === 'tcp'),
    ]),
    ...pairs('external', found.external, wanted.external, (a, b, at) => [
      ...differ(at, externalFacts(a), externalFacts(b)),
      ...routeDifferences(at, asService(a), asService(b), a.protocol === 'tcp'),
    ]),
    ...pairs('gateways', anyName(found.gateways), anyName(wanted.gateways), (a, b, at) => [
      ...differ(at, gatewayFacts(a), gatewayFacts(b)),
      ...gatewayDifferences(at, a, b),
    ]),
  ];
}

function pairs<T extends { readonly name: string }>(
  what: string,
  found: readonly T[],
  wanted: readonly T[],
  compare: (a: T, b: T, at: string) => readonly string[],
): readonly string[] {
  const names = (all: readonly T[]): readonly string[] => all.map(({ name }) => name).sort();
  return [
    ...differ(what, names(found), names(wanted)),
    ...wanted.flatMap((b) => found.filter(({ name }) => name === b.name).flatMap((a) => compare(a, b, `${what}.${b.name}`))),
  ];
}

function differ(at: string, found: unknown, wanted: unknown): readonly string[] {
  if (isDeepStrictEqual(found, wanted)) return [];
  const objects = [found, wanted].every((side) => typeof side === 'object' && side !== null && !Array.isArray(side));
  if (!objects) return [`${at}: found ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`];
  const [a, b] = [found, wanted] as [Record<string, unknown>, Record<string, unknown>];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) => differ(`${at}.${key}`, a[key], b[key]));
}

function called(name: string, { services, gateways }: MeshView): boolean {
  return (
    services.some(({ calls }) => calls.some(({ to }) => to === name)) || gateways.some(({ routes }) => routes.some(({ to }) => to === name))
  );
}

/** Of a service that nobody calls, nobody knows by which name it would be called, or whom it lets in. */
function serviceFacts(service: ServiceView, wanted: MeshView): unknown {
  const { name, virtualHost, virtualPort, port, protocol, tls, calls, versions, healthCheck, circuitBreaker, outlierDetection } = service;
  const upstream = called(name, wanted)
    ? { virtualHost, virtualPort, tls: serverTlsFacts(tls), healthCheck, circuitBreaker, outlierDetection }
    : { tls: tls?.mode };
  return {
    port,
    protocol,
    calls: callFacts(calls),
    versions: versions.map(({ discoveryHost, attributes }) => JSON.stringify([discoveryHost, attributes])).sort(),
    ...upstream,
  };
}

function callFacts(calls: readonly CallView[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(calls.map(({ to, tls }) => [to, clientTlsFacts(tls) ?? 'plain text']));
}

/** Where files lie is the renderer's business. */
function serverTlsFacts(tls: ServerTlsView | undefined): unknown {
  return tls === undefined ? undefined : { ...tls, certificate: tls.certificate.source, trust: tls.trust?.source };
}

function clientTlsFacts(tls: ClientTlsView | undefined): unknown {
  return tls === undefined ? undefined : { ...tls, certificate: tls.certificate?.source, trust: tls.trust.source };
}

function externalFacts({
  host,
  port,
  protocol,
  virtualHost,
  virtualPort,
  healthCheck,
  circuitBreaker,
  outlierDetection,
}: ExternalView): unknown {
  return { host, port, protocol, virtualHost, virtualPort, healthCheck, circuitBreaker, outlierDetection };
}

function asService(external: ExternalView): ServiceView {
  const targets = external.routes.flatMap((route) => route.targets.map(({ version }) => version));
  return { ...external, calls: [], versions: [...new Set(targets)].map((name) => ({ name, discoveryHost: external.host })) };
}

/** Where there is only one, what it is called matters to nobody. */
function anyName(gateways: readonly GatewayView[]): readonly GatewayView[] {
  return gateways.length === 1 ? gateways.map((gateway) => ({ ...gateway, name: 'the gateway' })) : gateways;
}

function gatewayFacts({ port, protocol, tls, clientTls }: GatewayView): unknown {
  return {
    port,
    protocol,
    tls: tls?.mode,
    clientTls:
      clientTls === undefined
        ? undefined
        : { enforced: clientTls.enforced, certificate: clientTls.certificate?.source, trust: clientTls.trust.source },
  };
}

function routeDifferences(at: string, found: ServiceView, wanted: ServiceView, tcp: boolean): readonly string[] {
  if (found.routes.length === 0) return []; // nobody can call it, which is a fact compared above
  const matches = [...found.routes, ...wanted.routes].map(({ match }) => match);
  return (tcp ? [ANY_REQUEST] : probes(matches)).flatMap((request) => {
    const a = found.routes.find(({ match }) => fits(match, request));
    const b = wanted.routes.find(({ match }) => fits(match, request));
    return differ(`${at} for ${show(request)}`, outcome(a, found, b), outcome(b, wanted, b));
  });
}

/** What becomes of a request; what the wanted outcome leaves to the mesh is left out of both. */
function outcome(route: RouteView | undefined, { versions }: ServiceView, wanted: RouteView | undefined): unknown {
  if (route === undefined) return 'refused';
  const total = route.targets.reduce((sum, { weight }) => sum + weight, 0);
  const hostOf = (name: string): string =>
    JSON.stringify(versions.filter((version) => version.name === name).map(({ discoveryHost, attributes }) => [discoveryHost, attributes]));
  const { requestSeconds, perTrySeconds, idleSeconds } = route.timeouts;
  const retry = route.retry ?? { maxRetries: "the mesh's own", on: undefined, unsentOnly: undefined };
  return {
    shares: Object.fromEntries(
      route.targets.filter(({ weight }) => weight > 0).map(({ version, weight }) => [hostOf(version), Math.round((1000 * weight) / total)]),
    ),
    requestSeconds,
    perTrySeconds,
    ...(wanted?.timeouts.idleSeconds === undefined ? {} : { idleSeconds }),
    ...(wanted?.retry === undefined ? {} : { maxRetries: retry.maxRetries }),
    ...(wanted?.retry === undefined || wanted.retry.maxRetries === 0 ? {} : { unsentOnly: retry.unsentOnly }),
    ...(wanted?.retry?.on === undefined || wanted.retry.maxRetries === 0 ? {} : { on: retry.on }),
  };
}

function gatewayDifferences(at: string, found: GatewayView, wanted: GatewayView): readonly string[] {
  const target = ({ routes }: GatewayView, request: Request): string => routes.find(({ match }) => fits(match, request))?.to ?? 'refused';
  return probes([...found.routes, ...wanted.routes].map(({ match }) => match)).flatMap((request) =>
    differ(`${at} for ${show(request)}`, target(found, request), target(wanted, request)),
  );
}

const ANY_REQUEST: Request = { method: 'GET', path: '/', headers: {}, query: {} };
const METHODS = ['GET', 'POST', 'PUT', 'PATCH'];

/** Requests that fit each match, and such that fail one of its conditions. */
function probes(matches: readonly RouteMatch[]): readonly Request[] {
  const requests = [ANY_REQUEST, { ...ANY_REQUEST, path: '/other' }, ...matches.flatMap(near)];
  const all = requests.flatMap((request) => [...METHODS, request.method].map((method) => ({ ...request, method })));
  return [...new Map(all.map((request) => [JSON.stringify(request), request])).values()];
}

function near(match: RouteMatch): readonly Request[] {
  const fitting: Request = {
    method: match.methods?.[0] ?? 'GET',
    path: pathFor(match),
    headers: Object.fromEntries(match.headers.flatMap((each) => valueFor(each, !each.invert))),
    query: Object.fromEntries(match.queryParameters.flatMap((each) => valueFor(each, !each.invert))),
  };
  return [
    fitting,
    ...(match.path === undefined
      ? []
      : [
          { ...fitting, path: `${fitting.path}/more` },
          { ...fitting, path: '/elsewhere' },
        ]),
    ...match.headers.map((each) => ({
      ...fitting,
      headers: { ...without(fitting.headers, each.name), ...Object.fromEntries(valueFor(each, each.invert)) },
    })),
    ...match.headers.map((each) => ({ ...fitting, headers: without(fitting.headers, each.name) })),
    { ...fitting, headers: {} },
    ...match.headers.flatMap((each) => edgesOf(each).map((value) => ({ ...fitting, headers: { ...fitting.headers, [each.name]: value } }))),
    ...match.queryParameters.map((each) => ({ ...fitting, query: without(fitting.query, each.name) })),
  ];
}

function without(values: Readonly<Record<string, string>>, name: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => key !== name));
}

function pathFor({ path }: RouteMatch): string {
  if (path === undefined) return '/';
  if (path.kind === 'prefix') return `${path.text}~`;
  return path.kind === 'exact'
    ? path.text
    : path.text
        .replaceAll(/\[[^\]]*\]|\\d|\\w/g, '1')
        .replaceAll(/[\^$()|?*+]|\{[^}]*\}/g, '')
        .replaceAll('.', 'x');
}

/** A header that the value's condition holds of, before it is inverted; none if it shall not. */
function valueFor({ name, kind, text = '', start = 0 }: ValueMatch, holds: boolean): readonly (readonly [string, string])[] {
  if (!holds) return kind === 'present' ? [] : [[name, '-']];
  const value = {
    exact: text,
    prefix: `${text}x`,
    suffix: `x${text}`,
    regex: text.replaceAll(/[\^$()|?*+]/g, '').replaceAll('.', 'x'),
    present: 'x',
    range: String(start),
  }[kind];
  return [[name, value]];
}

/** Values where a condition is about to change its mind. */
function edgesOf({ kind, text = '', start = 0, end = 0 }: ValueMatch): readonly string[] {
  if (kind === 'range') return [start - 1, start, end - 1, end].map(String);
  return kind === 'exact' || kind === 'prefix' || kind === 'suffix' ? [text, `${text}~`, `~${text}`] : [];
}

export function fits(match: RouteMatch, { method, path, headers, query }: Request): boolean {
  if (match.methods !== undefined && !match.methods.includes(method)) return false;
  if (match.path !== undefined && !fitsText(match.path, path)) return false;
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return (
    match.headers.every((each) => fitsValue(each, lower[each.name.toLowerCase()])) &&
    match.queryParameters.every((each) => fitsValue(each, query[each.name]))
  );
}

function fitsValue(match: ValueMatch, value: string | undefined): boolean {
  const holds =
    value !== undefined &&
    (match.kind === 'present' ||
      (match.kind === 'range'
        ? Number(value) >= (match.start ?? 0) && Number(value) < (match.end ?? 0)
        : fitsText({ kind: match.kind, text: match.text ?? '' }, value)));
  return holds !== match.invert;
}

function fitsText(
  { kind, text }: { readonly kind: 'exact' | 'prefix' | 'suffix' | 'regex'; readonly text: string },
  value: string,
): boolean {
  switch (kind) {
    case 'exact':
      return value === text;
    case 'prefix':
      return value.startsWith(text);
    case 'suffix':
      return value.endsWith(text);
    case 'regex':
      return new RegExp(`^(?:${text})$`).test(value);
  }
}

function show({ method, path, headers, query }: Request): string {
  return `${method} ${path} ${JSON.stringify(headers)}${Object.keys(query).length === 0 ? '' : ` ?${JSON.stringify(query)}`}`;
}
