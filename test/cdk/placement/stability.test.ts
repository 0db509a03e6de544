import { CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import * as fc from 'fast-check';
import type { PlacedService, PlacedSystem, References } from '../../support/placed-system';
import { QUICK, REFERENCES, placedApp } from '../../support/placed-system';
import { GROUPS, GROUP_NAMES } from '../../support/random-systems';
import { atLeast, runs } from '../../support/runs';

type Services = Readonly<Record<string, PlacedService>>;

/** What a resource is, and where it stands, without what it waits for: order depends on the calls of others, too. */
type Resources = ReadonlyMap<string, string>;

/** The resources of each service, by service, and by stack and logical ID. */
function resourcesOf(services: Services, references: References): ReadonlyMap<string, Resources> {
  const system: PlacedSystem = { groups: GROUPS, services };
  const { app } = placedApp(system, QUICK, references);
  // Not from the files: those of nested stacks have hashes for names.
  app.synth();
  const found = new Map<string, Map<string, string>>();
  const templates = new Map<Stack, Readonly<Record<string, object>>>();
  for (const each of app.node.findAll()) {
    if (!CfnResource.isCfnResource(each)) continue;
    const owner = ownerOf(each, services);
    if (owner === undefined) continue;
    const stack = Stack.of(each);
    const template = templates.get(stack) ?? templateOf(stack);
    templates.set(stack, template);
    const id = stack.resolve(each.logicalId) as string;
    const content = { ...template[id], DependsOn: undefined };
    found.set(owner, (found.get(owner) ?? new Map<string, string>()).set(`${stack.node.path} ${id}`, JSON.stringify(content)));
  }
  return found;
}

function templateOf(stack: Stack): Readonly<Record<string, object>> {
  const { Resources: resources } = stack.resolve((stack as unknown as { _toCloudFormation(): unknown })._toCloudFormation()) as {
    readonly Resources: Readonly<Record<string, object>>;
  };
  return resources;
}

/** Whose it is; a rule that lets a caller in belongs to two: `orders and stock`. */
function ownerOf(resource: IConstruct, services: Services): string | undefined {
  const ids = resource.node.scopes.map(({ node }) => node.id);
  const own = ids.find((id) => id in services);
  const other = ids.map((id) => /^(?:From|To)-(.*)$/.exec(id)?.[1]).find((id) => id !== undefined);
  return own === undefined || other === undefined ? own : `${own} and ${other}`;
}

/** Services, and two of them with a rule between them. */
const isUntouched = (owner: string, touched: ReadonlySet<string>): boolean => owner.split(' and ').every((name) => !touched.has(name));

const START: Services = {
  ui: { group: 'a', calls: ['catalog', 'orders'] },
  catalog: { group: 'b', calls: ['stock'], versions: true },
  orders: { calls: ['payments', 'stock'] },
  stock: { group: 'b', calls: ['orders'] },
  payments: { group: 'x', calls: ['fraud', 'orders'] },
  fraud: { group: 'x', calls: ['catalog'] },
  letters: { group: 'y', calls: ['payments'] },
};

interface Edit {
  readonly kind: 'add' | 'remove' | 'rename' | 'reorder' | 'calls';
  readonly at: number;
  readonly group: number;
  readonly calls: readonly number[];
}

const edits = fc.array(
  fc.record<Edit>({
    kind: fc.constantFrom('add', 'remove', 'rename', 'reorder', 'calls'),
    at: fc.nat(),
    group: fc.nat(),
    calls: fc.array(fc.nat(), { maxLength: 3 }),
  }),
  { minLength: runs(100), maxLength: runs(100) },
);

/** The services after an edit, and those that the edit is about: whose own lines change. */
function edited(services: Services, { kind, at, group, calls }: Edit, count: number): { after: Services; about: readonly string[] } {
  const names = Object.keys(services);
  const name = names[at % names.length];
  const callees = (own: string): string[] => {
    const others = names.filter((other) => other !== own);
    return [...new Set(calls.map((call) => others[call % others.length]))];
  };
  const { [name]: chosen, ...rest } = services;
  const without = (gone: string): Services =>
    Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, { ...value, calls: value.calls.filter((call) => call !== gone) }]));
  const callers = names.filter((other) => services[other]?.calls.includes(name));
  switch (kind) {
    case 'add': {
      const added = `new${count}`;
      const place = [undefined, ...GROUP_NAMES][group % (GROUP_NAMES.length + 1)];
      const props = { calls: callees(added), ...(place === undefined ? {} : { group: place }) };
      return names.length > 9 ? { after: services, about: [] } : { after: { ...services, [added]: props }, about: [added] };
    }
    case 'remove':
      return names.length < 5 ? { after: services, about: [] } : { after: without(name), about: [name, ...callers] };
    case 'rename': {
      const renamed = `other${count}`;
      const calling = Object.entries(rest).map(([key, value]): [string, PlacedService] => [
        key,
        { ...value, calls: value.calls.map((call) => (call === name ? renamed : call)) },
      ]);
      return { after: { ...Object.fromEntries(calling), [renamed]: chosen }, about: [name, renamed, ...callers] };
    }
    case 'reorder':
      return { after: Object.fromEntries(Object.entries(services).reverse()), about: [] };
    case 'calls':
      return { after: { ...services, [name]: { ...chosen, calls: callees(name) } }, about: [name] };
  }
}

test.each(REFERENCES)('whatever is edited, all that is not keeps its stacks, logical IDs and contents: %s', (references) => {
  fc.assert(
    fc.property(edits, (all) => {
      let services = START;
      let before = resourcesOf(services, references);
      let compared = 0;
      for (const [count, edit] of all.entries()) {
        const { after, about } = edited(services, edit, count);
        const now = resourcesOf(after, references);
        // Who may call a service is a line of its own, too.
        const touched = new Set([...about, ...about.flatMap((name) => [...(services[name]?.calls ?? []), ...(after[name]?.calls ?? [])])]);
        for (const name of [...before.keys()].filter((owner) => isUntouched(owner, touched))) {
          expect({ edit, name, resources: now.get(name) }).toEqual({ edit, name, resources: before.get(name) });
          compared += now.get(name)?.size ?? 0;
        }
        [services, before] = [after, now];
      }
      expect(compared).toBeGreaterThan(atLeast(1000));
    }),
    { numRuns: 1, endOnFailure: true },
  );
});
