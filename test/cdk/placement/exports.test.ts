import { App, Stack } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Authorizer, Certificates, Edge, Microservices, Placement, Tracing } from '../../../lib';
import type { MicroservicesProps, ServiceProps } from '../../../lib';
import { RESOURCE_TYPES } from '../../../programs/emulator/deployment/resource-types';
import { rootStacksOf } from '../../../programs/emulator/assembly/synthesized';
import type { SynthesizedStack } from '../../../programs/emulator/assembly/synthesized';
import type { Json } from '../../../programs/emulator/template/template';
import { isList, isObject } from '../../../programs/emulator/template/template';
import { QUICK, contextOf } from '../../support/placed-system';
import { service } from '../../support/stack';

type Services = Readonly<Record<string, ServiceProps>>;

const edgeTo = (name: string, group?: string): Edge => {
  const routes = { $default: { service: name } };
  return Edge.httpApi({ authorizer: Authorizer.none(), routes, ...(group === undefined ? {} : { group }) });
};

/** What an edit makes of the system, without groups. */
interface Edit {
  readonly services?: Services;
  readonly more?: Partial<MicroservicesProps>;
}

const weights = (v1: number): Pick<ServiceProps, 'versions'> => ({ versions: { v1: { weight: v1 }, v2: { weight: 1 } } });

const SERVICES: Services = {
  ui: service({ calls: ['orders', 'payments'], desiredCount: 8 }),
  stock: service({ desiredCount: 8 }),
  prices: service(weights(1)),
  orders: service({ group: 'near', calls: ['stock', 'prices'], desiredCount: 8 }),
  payments: service({ group: 'own', calls: ['stock', 'prices', 'fraud', 'orders'], desiredCount: 8 }),
  limits: service({ group: 'own', ...weights(1) }),
  fraud: service({ group: 'other', calls: ['ui', 'limits', 'payments'] }),
};

/** With a VPC of its own, to whose subnets all stacks refer. */
function exportsOf({ services = {}, more: { edges, ...more } = {} }: Edit): ReadonlyMap<string, Json> {
  const app = new App({ context: contextOf('exports'), analyticsReporting: false, treeMetadata: false });
  const [root, own, other] = ['Root', 'Own', 'Other'].map((id) => new Stack(app, id)) as [Stack, Stack, Stack];
  new Microservices(root, 'Shop', {
    ...QUICK,
    certificates: Certificates.kms(),
    tracing: Tracing.xray(),
    groups: { near: Placement.nestedStack(), own: Placement.stack(own), other: Placement.stack(other) },
    edges: { main: edgeTo('ui', 'other'), ...edges },
    services: { ...SERVICES, ...services },
    ...more,
  });
  const all = rootStacksOf(app.synth()).flatMap((stack) => stack.all);
  return new Map(
    all.flatMap((stack) =>
      Object.values(stack.template.Outputs ?? {}).flatMap(({ Export: exported, Value: value }): [string, Json][] =>
        isObject(exported) ? [[JSON.stringify(exported['Name']), resolved(value, stack)]] : [],
      ),
    ),
  );
}

/** With what may not change of the resources to which it refers: else they are replaced, and their names and IDs change. */
function resolved(value: Json | undefined, stack: SynthesizedStack): Json {
  if (isList(value)) return value.map((item) => resolved(item, stack));
  if (!isObject(value)) return value ?? null;
  const { Ref: ref, 'Fn::GetAtt': attribute } = value;
  const [of, name] = isList(attribute) ? attribute.map(String) : [];
  const id = of ?? (typeof ref === 'string' ? ref : '');
  const { Type: type, Properties: properties = {} } = stack.template.Resources?.[id] ?? {};
  if (type === undefined) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolved(item, stack)]));
  const nested = stack.nested.get(id);
  if (nested !== undefined && name !== undefined) return resolved(nested.template.Outputs?.[name.replace('Outputs.', '')]?.Value, nested);
  const known = RESOURCE_TYPES[type];
  if (known === undefined) throw new Error(`resource-types.ts has no ${type}`);
  const { replacing } = known;
  const names = [...replacing, ...(type === 'AWS::SSM::Parameter' && name === 'Value' ? ['Value'] : [])];
  return { value, type, of: names.map((each) => [each, resolved(properties[each], stack)]) };
}

const before = exportsOf({});

const edited = (name: string, props: Partial<ServiceProps>): Services => ({ [name]: { ...SERVICES[name], ...props } });
const numbered = Object.keys(SERVICES).filter((name) => SERVICES[name]?.desiredCount === 8);
const nine = (names: readonly string[]): Services =>
  Object.assign({}, ...names.map((name) => edited(name, { desiredCount: 9 }))) as Services;

const EDITS: readonly (readonly [string, Edit])[] = [
  ...numbered.map((name): readonly [string, Edit] => [`nine tasks of "${name}", more than DNS names`, { services: nine([name]) }]),
  ['nine tasks of several services', { services: nine(numbered) }],
  ['no traces', { more: { tracing: Tracing.none() } }],
  ['auto scaling', { services: { fraud: { ...SERVICES['fraud'], scaling: { minCapacity: 2, maxCapacity: 30 } } } }],
  ['other weights', { services: { prices: service(weights(5)), limits: service({ group: 'own', ...weights(5) }) } }],
  ['a version more', { services: edited('prices', { versions: { v1: { weight: 1 }, v2: { weight: 1 }, v3: { weight: 1 } } }) }],
  ...[undefined, 'near', 'own', 'other'].map((group): readonly [string, Edit] => [
    `a service more in ${group === undefined ? 'no group' : `the group "${group}"`}`,
    { services: { added: service({ calls: ['stock', 'prices', 'payments', 'fraud'], ...(group === undefined ? {} : { group }) }) } },
  ]),
  ['other calls', { services: { ...edited('orders', { calls: ['fraud'] }), ...edited('payments', { calls: ['ui'] }) } }],
  ['more memory, and ECS Exec', { services: edited('ui', { cpu: 1024, memoryLimitMiB: 2048 }), more: { enableExecuteCommand: true } }],
  ['Spot tasks', { services: edited('orders', { capacityProviderStrategies: [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }] }) }],
  ['another edge', { more: { edges: { more: edgeTo('ui', 'own'), rest: edgeTo('payments') } } }],
  ['logs for a year', { more: { logs: { retention: RetentionDays.ONE_YEAR } } }],
];

test('stacks of groups take the VPC, the cluster and more from exports', () => {
  expect(before.size).toBeGreaterThan(5);
});

test.each(EDITS)('an edit, or what takes it back, changes no export, adds none, and takes none away: %s', (_name, edit) => {
  const after = exportsOf(edit);
  const kept = (some: ReadonlyMap<string, Json>): unknown => Object.fromEntries([...before.keys()].map((name) => [name, some.get(name)]));
  expect(kept(after)).toEqual(kept(before));
  expect([...after.keys()].filter((name) => !before.has(name))).toEqual([]);
});

test('fails if what an export refers to is replaced', () => {
  const other = exportsOf({ more: { name: 'other' } });
  const changed = [...before.keys()].filter((name) => JSON.stringify(before.get(name)) !== JSON.stringify(other.get(name)));
  expect(changed).not.toEqual([]);
});
