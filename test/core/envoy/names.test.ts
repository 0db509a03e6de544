import fc from 'fast-check';
import { gatewayBootstrap } from '../../../lib/core/envoy/gateway';
import type { Json, JsonObject } from '../../support/envoy-json';
import { sidecarBootstrap } from '../../../lib/core/envoy/sidecar';
import { LABEL } from '../../../lib/core/reading/check-label';
import { PROVIDERS } from '../../../lib/core/mesh/providers';
import { footprintOf, reservedContainers } from '../../../lib/core/model/task-footprint';
import type { Topology } from '../../../lib/core/model/topology';
import { caseNames, configOf, planCase } from '../../support/cases';
import type { Raw } from '../../support/parsing';
import { mesh, parse, service } from '../../support/parsing';
import { at } from './configuration';
import { atLeast, runs } from '../../support/runs';

const NAMED = /name$|^cluster|prefix|key$/;

/** A service and its version of the same name are one DNS label. */
const LONGEST = 31;

/** Whatever is called something in the configurations of all cases, and what else is in a task. */
const NAMES = [
  ...new Set([
    ...caseNames().flatMap((name) => {
      const plan = planCase(name);
      return typeof plan === 'string' ? [] : plan.workloads.flatMap((task) => namesIn((configOf(task) ?? {}) as Json));
    }),
    ...PROVIDERS.flatMap(({ footprint }) => reservedContainers(footprintOf(footprint, { kind: 'xray', collectorImage: '' }))),
    'admin',
    'eds',
    'gateway',
    'weights',
  ]),
]
  .filter((name) => LABEL.test(name))
  .sort();

function namesIn(value: Json): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(namesIn);
  return Object.entries(value as JsonObject).flatMap(([key, inner]) =>
    typeof inner === 'string' ? (NAMED.test(key) ? [inner, inner.replace(/^_/, '')] : []) : namesIn(inner),
  );
}

/** What must not be there twice, of every Envoy of the mesh. */
function twice(topology: Topology): readonly string[] {
  const configurations = [
    ...topology.services.map((each): [string, object] => [each.name, sidecarBootstrap(topology, each)]),
    ...topology.edges.map((edge): [string, object] => [edge.gatewayName, gatewayBootstrap(topology, edge)]),
  ];
  return configurations.flatMap(([task, configuration]) =>
    ['static_resources.listeners', 'static_resources.clusters', 'layered_runtime.layers'].flatMap((path) => {
      const names = ((at(configuration, path) ?? []) as readonly { readonly name: string }[]).map(({ name }) => name);
      return names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${task} ${path} ${name}`);
    }),
  );
}

/** Whether there are issues. */
function refused(props: Raw): boolean {
  const { topology, issues } = parse(props);
  if (issues.length > 0) return true;
  expect(twice(topology)).toEqual([]);
  return false;
}

test('the names are those of listeners, clusters, secrets and layers', () => {
  for (const name of ['app', 'inbound', 'edge', 'identity', 'trust', 'regex', 'connections']) expect(NAMES).toContain(name);
});

describe("a name of Envoy's own, or one that another has", () => {
  const orders = service({
    versions: { v1: { weight: 1 }, v2: { weight: 0 } },
    routes: [{ name: 'all', match: { path: { kind: 'regex', text: '/.*' } } }],
  });
  const ui = service({ calls: ['orders', 'other'] });
  const calling = (name: string) => ({ ui: { ...ui, calls: ['orders', name] }, orders });
  const edge = (service: string) => ({
    edge: {
      kind: 'http',
      authorizer: { kind: 'none' },
      routes: { $default: { service: 'ui' }, 'GET /orders': { service: 'orders' }, 'GET /other': { service } },
    },
  });
  const others = [...new Set([...NAMES, 'orders-v1', 'orders-v2'])].filter(
    (name) => name !== 'ui' && name !== 'orders' && name.length <= LONGEST,
  );

  test.each<[string, (name: string) => Raw, readonly string[]]>([
    ['a service', (name) => mesh({ ...calling(name), [name]: service() }, edge(name)), ['gateway', 'orders-v1', 'orders-v2']],
    [
      'an external service',
      (name) => mesh(calling(name), { ...edge('ui'), external: { [name]: { host: 'api.example.com' } } }),
      ['gateway', 'orders-v1', 'orders-v2'],
    ],
    [
      'a service and its version',
      (name) => mesh({ ...calling(name), [name]: service({ versions: { [name]: { weight: 1 }, v1: { weight: 1 } } }) }, edge(name)),
      ['gateway', 'orders-v1', 'orders-v2'],
    ],
  ])('may be that of %s, unless it is told', (_, props, told) => {
    expect(others.filter((name) => refused(props(name)))).toEqual(told);
  });
});

test('whatever services, versions and external services are called, no name is there twice in any Envoy', () => {
  const part = fc.constantFrom('a', 'b', 'app', 'inbound', 'v1', 'weights');
  const name = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('-'));
  const versions = fc.option(fc.dictionary(name, fc.constant({ weight: 1 }), { minKeys: 1, maxKeys: 2 }), { nil: undefined });
  let valid = 0;
  fc.assert(
    fc.property(fc.dictionary(name, versions, { minKeys: 1, maxKeys: 4 }), fc.uniqueArray(name, { maxLength: 2 }), (services, outside) => {
      const names = [...Object.keys(services), ...outside];
      valid += refused(
        mesh(
          Object.fromEntries(
            Object.entries(services).map(([each, own]) => [
              each,
              service({ calls: names.filter((other) => other !== each), ...(own === undefined ? {} : { versions: own }) }),
            ]),
          ),
          { external: Object.fromEntries(outside.map((each) => [each, { host: 'api.example.com' }])) },
        ),
      )
        ? 0
        : 1;
    }),
    { numRuns: runs(150) },
  );
  expect(valid).toBeGreaterThan(atLeast(25));
});
