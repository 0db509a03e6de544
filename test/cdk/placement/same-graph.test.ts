import { Certificates } from '../../../lib';
import { unpackConfig } from '../../../lib/core/plan/pack-config';
import { differences } from '../../support/assembly/compare';
import { flatten } from '../../../programs/emulator/assembly/flatten';
import type { Json, JsonObject, Resource, Template } from '../../../programs/emulator/template/template';
import { isList, isObject, referencesIn, renamed } from '../../../programs/emulator/template/template';
import type { PlacedSystem } from '../../support/placed-system';
import { QUICK, REFERENCES, synthesize, withoutGroups } from '../../support/placed-system';

/** Calls in all directions between stacks, circles among them. */
const system: PlacedSystem = {
  groups: { front: 'nestedStack', back: 'nestedStack', cards: 'stack', mail: 'stack' },
  services: {
    ui: { group: 'front', calls: ['catalog', 'orders', 'payments'] },
    search: { group: 'front', calls: ['catalog', 'ui'] },
    catalog: { group: 'back', calls: ['orders'], versions: true },
    stock: { group: 'back', calls: ['ui', 'catalog'] },
    orders: { calls: ['payments', 'stock', 'letters'] },
    baskets: { calls: ['orders', 'catalog'] },
    payments: { group: 'cards', calls: ['fraud', 'orders', 'catalog', 'letters'] },
    fraud: { group: 'cards', calls: [], versions: true },
    letters: { group: 'mail', calls: ['payments', 'fraud'] },
  },
  edge: { service: 'ui', group: 'front' },
};

const PACKED = 'What stacks of the mesh refer to, by the names of services';

/**
 * Without what stands for the stacks themselves: what they hand out to each other, waiting for a stack that may come later, and the
 * security group for callers that each stack of the user's has, used or not.
 */
function comparable(template: Template): Template {
  const resources = Object.entries(template.Resources ?? {}).filter(
    ([id, { Properties }]) => Properties?.['Description'] !== PACKED && !id.includes('CallersSecurityGroup'),
  );
  const roles = resources.filter(([, resource]) => isSharedExecutionRole(resource)).map(([id]) => id);
  const policies = resources.filter(([, { Type: type, Properties: properties }]) => {
    return type === 'AWS::IAM::Policy' && referencesIn(properties?.['Roles']).some((id) => roles.includes(id));
  });
  const doubles = [...roles.slice(1), ...policies.slice(1).map(([id]) => id)];
  const [role = ''] = roles;
  const merged = resources.filter(([id]) => !doubles.includes(id));
  const stripped = strip(Object.fromEntries(merged) as unknown as JsonObject);
  const renaming = renamed(stripped, (id) => (roles.includes(id) ? role : id));
  return { ...template, Resources: renaming as unknown as Readonly<Record<string, Resource>> };
}

/** One for each stack. */
function isSharedExecutionRole({ Type: type, Properties: properties = {} }: Resource): boolean {
  return type === 'AWS::IAM::Role' && JSON.stringify(properties['Policies'] ?? []).includes('StartTasks');
}

/** With what tasks are configured unpacked, but for the variable by which they wait for callees of other stacks. */
function strip(value: Json | undefined): Json {
  if (isList(value)) return value.map(strip);
  if (!isObject(value)) return value ?? null;
  const { Name: name, Value: packed } = value;
  if (name === 'MESH_CONFIG' && typeof packed === 'string') {
    const { envoy, variables } = unpackConfig(packed);
    return { envoy: envoy as Json, variables: { ...variables, MESH_AWAITED: '' } };
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, strip(item)]));
}

// Of paths of constructs, and of the name of the stack.
const EXCEPT = ['AWS::ECS::TaskDefinition.Family', 'AWS::Logs::LogGroup.LogGroupName'];

test.each(
  REFERENCES.flatMap((references) => [
    { name: 'mutual TLS', references, more: { ...QUICK, certificates: Certificates.kms() } },
    { name: 'plain text', references, more: { ...QUICK, certificates: Certificates.none() } },
  ]),
)('a system in several stacks has the same resources as in one: $name, $references', ({ references, more }) => {
  const grouped = comparable(flatten(synthesize(system, more, references), { main: 'Root' }));
  const whole = comparable(flatten(synthesize(withoutGroups(system), more)));
  expect(differences(whole, grouped, { except: EXCEPT })).toEqual([]);
});

test('fails if a rule between two stacks is missing', () => {
  const grouped = comparable(flatten(synthesize(system), { main: 'Root' }));
  const whole = comparable(flatten(synthesize(withoutGroups(system))));
  const rest = Object.entries(grouped.Resources ?? {}).filter(([id]) => !id.includes('ordersTopayments'));
  expect(rest.length).toBe(Object.keys(grouped.Resources ?? {}).length - 1);
  expect(differences(whole, { ...grouped, Resources: Object.fromEntries(rest) }, { except: EXCEPT })).not.toEqual([]);
});
