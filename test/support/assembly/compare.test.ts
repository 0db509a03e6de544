import { App, CfnMapping, CfnParameter, CfnResource, Fn, NestedStack, Stack } from 'aws-cdk-lib';
import { differences } from './compare';
import { flatten } from '../../../programs/emulator/assembly/flatten';
import type { Resource, Template } from '../../../programs/emulator/template/template';

/** A small system: roles, groups and rules that refer to each other in a circle, and two resources that are alike. */
function system(place: (name: string) => Stack, change: Readonly<Record<string, unknown>> = {}): void {
  const add = (name: string, id: string, type: string, properties: Record<string, unknown>): CfnResource =>
    new CfnResource(place(name), `${name}${id}`, { type, properties });
  const names = ['ui', 'orders', 'carts'];
  const groups = names.map((name) => add(name, 'Group', 'Test::Group', { Size: 1 }));
  for (const [index, name] of names.entries()) {
    const next = groups[(index + 1) % 3];
    add(name, 'Rule', 'Test::Rule', { From: groups[index].ref, To: next.ref, Port: name === 'carts' ? (change['port'] ?? 80) : 80 });
    add(name, 'Role', 'Test::Role', { Name: `role-of-${place(name).node.path}`, Text: Fn.join('', ['a ', groups[index].ref, ' b']) });
  }
  add('orders', 'Service', 'Test::Service', { Groups: [groups[1].ref, groups[0].ref], Name: change['name'] ?? 'orders' });
  for (const which of ['One', 'Two']) add('ui', which, 'Test::Alike', { Group: groups[0].ref });
}

function oneStack(change?: Readonly<Record<string, unknown>>): Template {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  system(() => stack, change);
  return flatten(app.synth());
}

/** Groups of security first, since the others refer to them in a circle. */
function severalStacks(): Template {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  const nested = new NestedStack(stack, 'A');
  const other = new Stack(app, 'Other');
  const places: Readonly<Record<string, Stack>> = { ui: nested, orders: nested, carts: nested };
  system((name) => places[name] ?? other);
  return flatten(app.synth(), { main: 'Stack' });
}

const NAMES = { except: ['Test::Role.Name'] };

test('a system is the same in one stack and in several, whatever the logical IDs are', () => {
  expect(differences(oneStack(), severalStacks(), NAMES)).toEqual([]);
  expect(differences(severalStacks(), oneStack(), NAMES)).toEqual([]);
});

test('what depends on what is not compared, nor are outputs', () => {
  const { Resources: resources, ...others } = oneStack();
  const dependent = Object.fromEntries(Object.entries(resources ?? {}).map(([id, each]) => [id, { ...each, DependsOn: ['uiGroup'] }]));
  expect(differences(oneStack(), { ...others, Outputs: { X: { Value: 1 } }, Resources: dependent })).toEqual([]);
});

test('fails if a property is another one: it says which', () => {
  expect(differences(oneStack(), oneStack({ port: 81 }))).toEqual([
    'Test::Rule cartsRule, in the other template cartsRule: Properties.Port 80 is 81',
  ]);
});

test('fails if a resource is missing, or one too many', () => {
  const whole = oneStack();
  const less = { ...whole, Resources: Object.fromEntries(Object.entries(whole.Resources ?? {}).filter(([id]) => id !== 'uiOne')) };
  expect(differences(whole, less)).toEqual(['Test::Alike uiTwo: the other template has nothing like it']);
  expect(differences(less, whole)).toEqual(['Test::Alike uiTwo: only in the other template']);
});

describe('fails if one reference goes elsewhere', () => {
  const whole = oneStack();
  const changed = (id: string, change: (text: string) => string): Template => {
    const resource = JSON.parse(change(JSON.stringify(whole.Resources?.[id]))) as Resource;
    return { ...whole, Resources: { ...whole.Resources, [id]: resource } };
  };
  test.each<[string, string, (text: string) => string]>([
    ['to the group of another service', 'ordersService', (text) => text.replace('"ordersGroup"', '"cartsGroup"')],
    [
      'in the other direction',
      'cartsRule',
      (text) => text.replace('cartsGroup', 'x').replace('uiGroup', 'cartsGroup').replace('"x"', '"uiGroup"'),
    ],
    [
      'in another order',
      'ordersService',
      (text) => text.replace('ordersGroup', 'x').replace('uiGroup', 'ordersGroup').replace('"x"', '"uiGroup"'),
    ],
    ['of one of two that are alike', 'uiOne', (text) => text.replace('uiGroup', 'cartsGroup')],
  ])('%s', (_, id, change) => {
    expect(JSON.stringify(changed(id, change).Resources?.[id])).not.toBe(JSON.stringify(whole.Resources?.[id]));
    expect(differences(whole, changed(id, change))).not.toEqual([]);
  });
});

test('fails if rings of other lengths look the same from each of their members', () => {
  const rings = (...lengths: readonly number[]): Template => ({
    Resources: Object.fromEntries(
      lengths.flatMap((length, ring) =>
        Array.from({ length }, (_, index) => [
          `R${ring}N${index}`,
          { Type: 'Test::X', Properties: { To: { Ref: `R${ring}N${(index + 1) % length}` } } },
        ]),
      ),
    ),
  });
  expect(differences(rings(3, 3), rings(6))).not.toEqual([]);
  expect(differences(rings(3, 4), rings(4, 3))).toEqual([]);
});

test('what parameters, mappings and conditions say is compared, and not their names', () => {
  const made = (id: string, value: string): Template => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    const map = new CfnMapping(stack, `${id}Map`, { mapping: { a: { b: value } } });
    const parameter = new CfnParameter(stack, `${id}Size`, { default: value });
    new CfnParameter(stack, `${id}Unused`, { default: value });
    new CfnResource(stack, 'Thing', {
      type: 'Test::Thing',
      properties: { Size: parameter.valueAsString, Of: Fn.findInMap(map.logicalId, 'a', 'b') },
    });
    return flatten(app.synth());
  };
  expect(differences(made('A', '1'), made('B', '1'))).toEqual([]);
  expect(differences(made('A', '1'), made('A', '2'))).toHaveLength(2);
});

test('fails if an exception is for nothing', () => {
  expect(() => differences(oneStack(), severalStacks(), { except: [...NAMES.except, 'Test::Group.Size'] })).toThrow(
    'no difference needs the exceptions Test::Group.Size',
  );
});
