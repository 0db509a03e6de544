import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import fc from 'fast-check';
import { Mesh, Microservices } from '../../../../lib';
import type { MicroservicesProps } from '../../../../lib';
import { readTemplate } from '../../../../programs/import/app-mesh/read-template';
import { toMeshView } from '../../../../programs/import/app-mesh/to-mesh-view';
import { unsupportedFields, viewOfTopology } from '../../../../programs/import/app-mesh/view-of-topology';
import { readProps } from '../../../../lib/props/read-props';
import { IssueList } from '../../../../lib/core/reading/issues';
import type { Issue } from '../../../../lib/core/reading/issues';
import { meshNameOf } from '../../../../lib/core/parse/network/mesh-name';
import type { Topology } from '../../../../lib/core/model/topology';
import { parseTopology } from '../../../../lib/core/parse/parse';
import type { Tree } from '../../../props/generated-props';
import { build, validProps } from '../../../props/generated-props';
import { differences } from './behaviour';
import { atLeast, runs } from '../../../support/runs';

type Fields = Readonly<Record<string, Tree>>;

/** App Mesh's, so that there are versions to compare. */
const MAX_WEIGHT = 100;

/** How often what App Mesh refuses is taken out of the props before we give up. */
const REFUSALS = 12;

function propsOf(tree: Tree): MicroservicesProps {
  return { ...(build(tree) as MicroservicesProps), mesh: Mesh.appMesh() };
}

/** A few of the services, with one that each of them calls, and nothing left that names the others. */
const small: fc.Arbitrary<Tree> = fc
  .tuple(validProps, fc.array(fc.nat({ max: 100 }), { minLength: 3, maxLength: 4 }))
  .map(([tree, picks]): Tree => {
    const props = tree as Fields;
    const all = Object.keys(props['services'] as Fields);
    const picked = picks.map((pick) => all[pick % all.length] ?? '');
    const names = [...picked, ...picked.flatMap((name) => callsOf(props, name).find((callee) => all.includes(callee)) ?? [])];
    const kept = Object.entries(props['services'] as Fields).filter(([name]) => names.includes(name));
    const gone = all.filter((name) => !names.includes(name));
    const keep = (value: Tree, key: string): Tree => {
      if (key === 'calls' && Array.isArray(value)) return value.filter((call) => !gone.includes(call as string));
      if (key === 'callPolicies' && isFields(value))
        return Object.fromEntries(Object.entries(value).filter(([callee]) => !gone.includes(callee)));
      if (key === 'versions' && isFields(value))
        return Object.fromEntries(
          Object.entries(value).map(([version, fields]) => [
            version,
            isFields(fields) ? { ...fields, weight: Math.min(fields['weight'] as number, MAX_WEIGHT) } : fields,
          ]),
        );
      return value;
    };
    const services = Object.fromEntries(
      kept.map(([name, service]) => [
        name,
        Object.fromEntries(Object.entries(service as Fields).map(([key, value]) => [key, keep(value, key)])),
      ]),
    );
    const { edge, edges, ...rest } = props;
    return { ...rest, services, ...edgeOf(edge, gone), ...edgesOf(edges, gone) };
  });

function callsOf({ services }: Fields, name: string): readonly string[] {
  const service = isFields(services) ? services[name] : undefined;
  return isFields(service) && Array.isArray(service['calls']) ? (service['calls'] as readonly string[]) : [];
}

/** Where nobody calls there is no router, and so nothing says of several nodes that they are one service. */
function oneNodeWhereNobodyCalls(props: Tree): Tree {
  if (!isFields(props) || !isFields(props['services'])) return props;
  const services = props['services'];
  const called = new Set(
    Object.values(services).flatMap((service) => (isFields(service) && Array.isArray(service['calls']) ? service['calls'] : [])),
  );
  const edges = [props['edge'], ...(isFields(props['edges']) ? Object.values(props['edges']) : [])];
  const routes = edges.flatMap((edge) =>
    isFields(edge) && isFields(edge['options']) && isFields(edge['options']['routes']) ? Object.values(edge['options']['routes']) : [],
  );
  for (const route of routes) if (isFields(route)) called.add(route['service']);
  const single = (service: Tree): Tree =>
    isFields(service)
      ? Object.fromEntries(Object.entries(service).filter(([key]) => !['versions', 'versionHeader', 'mirror'].includes(key)))
      : service;
  return {
    ...props,
    services: Object.fromEntries(Object.entries(services).map(([name, service]) => [name, called.has(name) ? service : single(service)])),
  };
}

function isFields(value: Tree | undefined): value is Record<string, Tree> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function edgeOf(edge: Tree, gone: readonly string[]): Record<string, Tree> {
  if (!isFields(edge) || !isFields(edge['options']) || !isFields(edge['options']['routes'])) return {};
  const routes = Object.entries(edge['options']['routes']).filter(
    ([, route]) => isFields(route) && !gone.includes(route['service'] as string),
  );
  return routes.length === 0 ? {} : { edge: { ...edge, options: { ...edge['options'], routes: Object.fromEntries(routes) } } };
}

/** Those that have a route left. */
function edgesOf(edges: Tree, gone: readonly string[]): Record<string, Tree> {
  if (!isFields(edges)) return {};
  const left = Object.entries(edges).flatMap(([name, each]) =>
    Object.values(edgeOf(each, gone)).map((edge): [string, Tree] => [name, edge]),
  );
  return left.length === 0 ? {} : { edges: Object.fromEntries(left) };
}

function keysOf(path: string): readonly string[] {
  return [...path.matchAll(/[^.[\]"]+/g)].map(([key]) => key);
}

function isThere(tree: Tree, path: string): boolean {
  const [found] = keysOf(path)
    .slice(0, 3)
    .reduce<readonly [Tree]>(([at], key) => [isFields(at) ? at[key] : undefined], [tree]);
  return found !== undefined;
}

/** The props without what stands at a path such as `services.ui.allow[0]`, or the nearest thing above it that there is. */
function withoutPath(tree: Tree, path: string): Tree {
  const keys = keysOf(path);
  const remove = (value: Tree, [key, ...rest]: readonly string[]): Tree => {
    if (!isFields(value) || key === undefined) return value;
    const child = value[key];
    const others = Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
    return rest.length > 0 && isFields(child) && rest[0] !== undefined && rest[0] in child
      ? { ...others, [key]: remove(child, rest) }
      : others;
  };
  return remove(tree, keys);
}

/** What App Mesh cannot do is refused: taken out one by one, what is left must be rendered. */
function accepted(tree: Tree): { readonly template: unknown; readonly topology: Topology; readonly refused: readonly string[] } {
  let props = tree;
  const refused: string[] = [];
  for (let attempt = 0; attempt <= REFUSALS; attempt += 1) {
    props = oneNodeWhereNobodyCalls(props);
    const stack = new Stack(new App(), 'Stack');
    try {
      new Microservices(stack, 'Shop', propsOf(props));
    } catch (error) {
      const { name, issues } = error as { readonly name: string; readonly issues: readonly Issue[] };
      if (name !== 'MicroservicesValidationError') throw error;
      refused.push(...issues.map(({ path }) => path));
      // Two issues may be of one thing, which is gone after the first.
      const before = props;
      for (const path of new Set(issues.map((issue) => issue.path)))
        if (!isThere(before, path) || isThere(props, path)) props = withoutPath(props, path);
      continue;
    }
    const topology = parseTopology({ props: readProps(propsOf(props)), defaultName: meshNameOf('Shop') }, new IssueList());
    return { template: Template.fromStack(stack).toJSON(), topology, refused };
  }
  throw new Error(`refused ${REFUSALS} times: ${refused.join(', ')}`);
}

/** In what the template says something else than the topology, or what of it cannot be read. */
function problems(
  template: unknown,
  topology: Topology,
): { readonly found: readonly string[]; readonly issues: readonly Issue[]; readonly unsupported: readonly string[] } {
  const issues = new IssueList();
  const { meshes } = readTemplate(withNamespaceName(template, topology.discoveryDomain), {}, issues);
  expect(meshes).toHaveLength(1);
  const [mesh] = meshes;
  // CloudFormation gives the mesh its name, which must be the only one of its account: the template says none.
  const found = mesh === undefined ? [] : differences({ ...toMeshView(mesh, issues), name: topology.name }, viewOfTopology(topology));
  return { found, issues: issues.all, unsupported: unsupportedFields(topology) };
}

/** Only a deployment knows the HttpName of a namespace. Of the first of its name it is the name. */
function withNamespaceName(template: unknown, name: string): unknown {
  return JSON.parse(JSON.stringify(template).replace(/\{"Fn::GetAtt":\["[A-Za-z0-9]+","httpName"\]\}/g, JSON.stringify(name)));
}

const NONE = { found: [], issues: [], unsupported: [] };

test('a template of App Mesh, read by what knows nothing of its writer, says what the topology says', () => {
  let services = 0;
  let calls = 0;
  fc.assert(
    fc.property(small, (tree) => {
      const { template, topology } = accepted(tree);
      expect(problems(template, topology)).toEqual(NONE);
      services += topology.services.length;
      calls += topology.services.reduce((sum, service) => sum + service.calls.length, 0);
    }),
    { numRuns: runs(28) },
  );
  // What was compared was something.
  expect(services).toBeGreaterThan(atLeast(60));
  expect(calls).toBeGreaterThan(atLeast(10));
}, 300_000);

const not = (match: Tree): Tree => ({ $: 'not', match });
const exact = (text: string): Tree => ({ $: 'value', kind: 'exact', text });
const orders = (more: Fields): Tree => ({
  services: { ui: { image: { $: 'image' }, port: 8080, calls: ['orders'] }, orders: { image: { $: 'image' }, port: 8080, ...more } },
});
const v1AndV2: Tree = { v1: { weight: 1 }, v2: { weight: 0 } };

/** What generated systems say too seldom for a property. */
test.each<readonly [string, Tree]>([
  [
    'a header that must not be something',
    orders({ versions: v1AndV2, routes: [{ name: 'beta', match: { headers: { 'x-beta': not(exact('off')) } }, versions: { v2: 1 } }] }),
  ],
  [
    'two of them, beside one that must be there',
    orders({
      versions: v1AndV2,
      routes: [
        {
          name: 'beta',
          match: {
            headers: { 'x-a': not(exact('a')), 'x-b': not({ $: 'range', start: 1, end: 5 }), 'x-c': { $: 'value', kind: 'present' } },
          },
          versions: { v2: 1 },
        },
      ],
    }),
  ],
  [
    'one of metadata, in a service with a header for versions',
    orders({
      protocol: { $: 'protocol', id: 'grpc' },
      versions: v1AndV2,
      versionHeader: 'x-version',
      routes: [{ name: 'beta', match: { headers: { 'x-beta': not(exact('off')) } }, versions: { v2: 1 } }],
    }),
  ],
  [
    'several edges',
    {
      ...(orders({}) as Fields),
      edges: {
        default: { $: 'httpApi', options: { authorizer: { $: 'none' }, routes: { 'GET /': { service: 'ui' } } } },
        partners: { $: 'restApi', options: { authorizer: { $: 'apiKeys' }, routes: { 'GET /': { service: 'orders' } } } },
      },
    },
  ],
  [
    'a header that must not be there',
    orders({
      versions: v1AndV2,
      routes: [{ name: 'beta', match: { headers: { 'x-beta': not({ $: 'value', kind: 'present' }) } }, versions: { v2: 1 } }],
    }),
  ],
])('a template says what the topology says of %s', (_, tree) => {
  const { template, topology, refused } = accepted(tree);
  expect(refused).toEqual([]);
  expect(problems(template, topology)).toEqual(NONE);
});
