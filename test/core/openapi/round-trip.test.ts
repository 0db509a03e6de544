import { openApiDocument } from '../../../lib/core/openapi/document';
import { KINDS } from '../../../lib/core/edges/kinds';
import type { EdgeTopology } from '../../../lib/core/model/topology';
import { parseTopology } from '../../../lib/core/parse/parse';
import { IssueList } from '../../../lib/core/reading/issues';
import { caseNames, readCase } from '../../support/cases';
import type { Raw } from '../../support/parsing';

/** What a document says of a route. */
const CARRIED = ['service', 'authorizer', 'scopes', 'validation', 'apiKeyRequired'];
/** Of an edge, what says the same beside a document, or does not go without what is left out of its routes. */
const LEFT_OUT = ['routes', 'grpcRoutes', 'openApi', 'securitySchemes', 'cache', 'apiKeyRequired', 'detailedErrors'];

interface Case {
  readonly name: string;
  readonly system: Raw;
  readonly edge: Raw;
  readonly routes: Raw;
}

const object = (value: unknown): Raw => (typeof value === 'object' && value !== null ? (value as Raw) : {});
const pick = (from: Raw, holds: (name: string) => boolean): Raw => Object.fromEntries(Object.entries(from).filter(([name]) => holds(name)));

/** The others are wrong on purpose, or come from a document themselves. */
const OF_ROUTES = caseNames().filter((name) => !name.includes('mistakes') && name !== 'openapi-as-input');

/** Each edge of a golden case that has routes to services, with these routes alone. */
const CASES: readonly Case[] = OF_ROUTES.flatMap((name) => {
  const { edge, edges, ...given } = object(readCase(name));
  // Rules name gateways of edges and routes that are left out.
  const services = Object.fromEntries(
    Object.entries(object(given['services'])).map(([service, props]) => [
      service,
      pick(object(props), (prop) => !['allow', 'rateLimits'].includes(prop)),
    ]),
  );
  const system = { ...given, services };
  return Object.entries({ ...object(edges), ...(edge === undefined ? {} : { default: edge }) }).flatMap(([id, own]) => {
    const all = Object.entries(object(object(own)['routes']));
    const routes = Object.fromEntries(
      all
        .filter(([, route]) => 'service' in object(route))
        .map(([key, route]) => [key, pick(object(route), (prop) => CARRIED.includes(prop))]),
    );
    // A WebSocket API has no document.
    if (object(own)['kind'] === 'webSocket') return [];
    return Object.keys(routes).length === 0 ? [] : [{ name: `${name}, ${id}`, system, edge: object(own), routes }];
  });
});

function edgeOf(system: Raw, edge: Raw): EdgeTopology {
  const issues = new IssueList();
  const { edges } = parseTopology({ props: { ...system, edge }, defaultName: 'shop' }, issues);
  expect(issues.all).toEqual([]);
  const [first] = edges;
  if (first === undefined) throw new Error('there is no edge');
  return first;
}

function documentOf(edge: EdgeTopology): string {
  const kind = KINDS.find(({ id }) => id === edge.kind);
  if (kind === undefined) throw new Error(`there is no kind ${edge.kind}`);
  return JSON.stringify(openApiDocument(edge, kind, { title: 'Shop', description: 'A shop' }));
}

/** The edge of its own document: props say the rest. */
function readBack({ system, edge, routes }: Case): { readonly written: EdgeTopology; readonly read: EdgeTopology } {
  const written = edgeOf(system, { ...pick(edge, (prop) => !['grpcRoutes', 'cache'].includes(prop)), routes });
  const authorizers = [edge['authorizer'], ...Object.values(routes).map((route) => object(route)['authorizer'])].map(object);
  const securitySchemes = Object.fromEntries(
    authorizers
      .map((authorizer) => [String(authorizer['name'] ?? authorizer['kind']), authorizer] as const)
      .filter(([id]) => written.authorizers.some((each) => each.id === id && each.kind !== 'none')),
  );
  const openApi = { kind: 'file', path: 'api.json', text: documentOf(written) };
  const read = edgeOf(system, { ...pick(edge, (prop) => ![...LEFT_OUT, 'authorizer'].includes(prop)), openApi, securitySchemes });
  return { written, read };
}

/** Paths of one shape have the names of the first. */
const shape = (path: string): string => path.replace(/\{[^}+]+/g, '{');

const carried = ({ routes, authorizers }: EdgeTopology): unknown => ({
  authorizers,
  routes: routes.map(({ method, path, target, authorizer, scopes, validation, apiKeyRequired }) => ({
    ...{ method, path: shape(path), target, authorizer, scopes, validation, apiKeyRequired },
  })),
});

/** An ANY route is an operation for each method, so that only others are the same route again. */
const NAMED_METHODS = CASES.map((each) => ({
  ...each,
  routes: pick(each.routes, (key) => !key.startsWith('ANY ') && key !== '$default'),
})).filter(({ routes }) => Object.keys(routes).length > 0);

test('there are edges of each kind that has such a document to look at', () => {
  expect(CASES.length).toBeGreaterThan(20);
  expect(new Set(NAMED_METHODS.map(({ edge }) => edge['kind']))).toEqual(new Set(['alb', 'http', 'rest']));
});

test.each(NAMED_METHODS)('the document of an edge, read, gives its routes with their authorizers and validation: $name', (each) => {
  const { read, written } = readBack(each);
  expect(carried(read)).toEqual(carried(written));
});

test.each(CASES)('the document of an edge, read, gives the same document: $name', (each) => {
  const { read, written } = readBack(each);
  const paths = (edge: EdgeTopology): unknown =>
    // The key of a route, which has another name of a parameter, or no greedy part of all methods.
    (JSON.parse(documentOf(edge), (name, value: unknown) => (name === 'x-route' ? undefined : value)) as Raw)['paths'];
  expect(paths(read)).toEqual(paths(written));
});
