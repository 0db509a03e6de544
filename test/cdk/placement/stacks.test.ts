import { App, Aspects, CfnResource, Lazy, NestedStack, Stack, Stage, Tags, TagManager } from 'aws-cdk-lib';
import type { IAspect } from 'aws-cdk-lib';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, Secret } from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Secret as SecretsManagerSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { PrivateDnsNamespace } from 'aws-cdk-lib/aws-servicediscovery';
import type { IConstruct } from 'constructs';
import { Construct } from 'constructs';
import { Microservices, Placement } from '../../../lib';
import type { MicroservicesProps } from '../../../lib';
import { rootStacksOf } from '../../../programs/emulator/assembly/synthesized';
import type { Resource } from '../../../programs/emulator/template/template';
import { QUICK, REFERENCES, contextOf, placedApp, synthesize } from '../../support/placed-system';
import type { PlacedSystem } from '../../support/placed-system';
import { service } from '../../support/stack';

const EUROPE = { account: '111122223333', region: 'eu-central-1' };

function shop(root: Stack, groups: MicroservicesProps['groups'], more: Partial<MicroservicesProps> = {}): Microservices {
  const services = Object.fromEntries(Object.keys(groups ?? {}).map((group) => [`in-${group}`, service({ group })]));
  return new Microservices(root, 'Shop', { ...QUICK, services, ...(groups === undefined ? {} : { groups }), ...more });
}

function failure(run: () => unknown): string {
  try {
    run();
    return '';
  } catch (error) {
    return String(error);
  }
}

describe('a stack in which no group can stand is an issue', () => {
  test.each<readonly [string, (app: App) => readonly [Stack, Stack], RegExp]>([
    [
      'that of the system itself',
      (app) => {
        const root = new Stack(app, 'Root');
        return [root, root];
      },
      /"Root" is the stack of the system itself \[CONFLICT\]/,
    ],
    ['one of another app', (app) => [new Stack(app, 'Root'), new Stack(new App(), 'Own')], /"Own" is a stack of another app or stage/],
    [
      'one of another stage',
      (app) => [new Stack(app, 'Root'), new Stack(new Stage(app, 'Prod'), 'Own')],
      /"Prod\/Own" is a stack of another app or stage/,
    ],
    [
      'a nested stack',
      (app) => [new Stack(app, 'Root'), new NestedStack(new Stack(app, 'Own'), 'Nested')],
      /"Own\/Nested" is a nested stack of yours/,
    ],
    [
      'the one in which that of the system is nested',
      (app) => {
        const own = new Stack(app, 'Own');
        return [new NestedStack(own, 'Root'), own];
      },
      /the stack of the system is nested in "Own"/,
    ],
    [
      'one of another Region',
      (app) => [new Stack(app, 'Root', { env: EUROPE }), new Stack(app, 'Own', { env: { ...EUROPE, region: 'us-east-1' } })],
      /"Own" is deployed to aws:\/\/111122223333\/us-east-1, and the system to aws:\/\/111122223333\/eu-central-1 \[CONFLICT\]/,
    ],
    [
      'one of another account',
      (app) => [new Stack(app, 'Root', { env: EUROPE }), new Stack(app, 'Own', { env: { ...EUROPE, account: '444455556666' } })],
      /"Own" is deployed to aws:\/\/444455556666\//,
    ],
    [
      'one that says where it is deployed, beside a system that does not',
      (app) => [new Stack(app, 'Root'), new Stack(app, 'Own', { env: EUROPE })],
      /"Own" is deployed to /,
    ],
    [
      'one that has a construct of the same ID',
      (app) => {
        const own = new Stack(app, 'Own');
        new Construct(own, 'Shop');
        return [new Stack(app, 'Root'), own];
      },
      /"Own" has a construct "Shop" already.* \[NAME_CLASH\]/s,
    ],
  ])('%s', (_name, stacks, expected) => {
    const [root, own] = stacks(new App());
    const message = failure(() => shop(root, { back: Placement.stack(own) }));
    expect(message).toMatch(expected);
    expect(message).toMatch(/1\. groups\.back\.stack: /);
  });

  test('one of two groups', () => {
    const app = new App();
    const own = new Stack(app, 'Own');
    expect(() => shop(new Stack(app, 'Root'), { back: Placement.stack(own), front: Placement.stack(own) })).toThrow(
      /groups\.front\.stack: the group "back" stands in the stack "Own" already \[DUPLICATE\]/,
    );
  });
});

function failed(message: string): never {
  throw new Error(message);
}

describe('a stack on which that of the system depends is an issue', () => {
  const VPC = { availabilityZones: ['a'], privateSubnetRouteTableIds: ['rtb-1'] };
  const newVpc = (stack: Stack): Vpc => new Vpc(stack, 'Vpc', { maxAzs: 2 });
  /** The stacks of the system and of the group, and another one. */
  type Make = (own: Stack, root: Stack, other: Stack) => Partial<MicroservicesProps>;

  test.each<readonly [string, RegExp, Make]>([
    ['its VPC', /of it: see vpc /, (own) => ({ vpc: newVpc(own) })],
    [
      'a subnet',
      /of it: see vpc /,
      (own, root) => {
        const { privateSubnets } = newVpc(own);
        const privateSubnetIds = privateSubnets.slice(0, 1).map(({ subnetId }) => subnetId);
        return { vpc: Vpc.fromVpcAttributes(root, 'Vpc', { ...VPC, vpcId: 'vpc-12345678', privateSubnetIds }) };
      },
    ],
    ['its cluster', /of it: see cluster /, (own, root) => ({ cluster: new Cluster(own, 'Cluster', { vpc: newVpc(root) }) })],
    [
      'its namespace',
      /of it: see vpc, namespace /,
      (own) => {
        const vpc = newVpc(own);
        return { vpc, namespace: new PrivateDnsNamespace(own, 'Namespace', { vpc, name: 'tasks.example' }) };
      },
    ],
    ['its log group', /of it: see logs\.logGroup /, (own) => ({ logs: { logGroup: new LogGroup(own, 'Logs') } })],
    ['its key', /of it: see logs\.encryptionKey /, (own) => ({ logs: { encryptionKey: new Key(own, 'Key') } })],
    [
      'a secret of a service in no group, and of a version in a nested stack',
      /of it: see services\.a\.secrets\.KEY, services\.b\.versions\.v1\.environment\.KEY /,
      (own) => {
        const secret = new SecretsManagerSecret(own, 'Secret');
        const versions = { v1: { weight: 1, environment: { KEY: secret.secretArn } }, v2: { weight: 1 } };
        return {
          groups: { back: Placement.stack(own), front: Placement.nestedStack() },
          services: {
            'in-back': service({ group: 'back', secrets: { KEY: Secret.fromSecretsManager(secret) } }),
            a: service({ secrets: { KEY: Secret.fromSecretsManager(secret) } }),
            b: service({ group: 'front', versions }),
          },
        };
      },
    ],
    [
      'a VPC of a stack that depends on it',
      /of it: see vpc /,
      (own, _root, other) => {
        other.addStackDependency(own);
        return { vpc: newVpc(other) };
      },
    ],
    [
      'a dependency',
      /"Root", which waits for it already/,
      (own, root) => {
        root.addStackDependency(own);
        return {};
      },
    ],
    [
      'a dependency by way of another stack',
      /"Root", which waits for it already/,
      (own, root, other) => {
        root.addStackDependency(other);
        other.addStackDependency(own);
        return {};
      },
    ],
    [
      'a reference of something else',
      /"Root", which waits for it already/,
      (own, root) => {
        new CfnResource(root, 'Other', { type: 'AWS::SNS::Topic', properties: { DisplayName: new Key(own, 'Key').keyArn } });
        return {};
      },
    ],
  ])('%s', (_name, expected, make) => {
    const app = new App();
    const [root, own, other] = ['Root', 'Own', 'Other'].map((id) => new Stack(app, id)) as [Stack, Stack, Stack];
    const message = failure(() => shop(root, { back: Placement.stack(own) }, make(own, root, other)));
    expect(message).toMatch(/1\. groups\.back\.stack: "Own" is deployed after the stack of the system, /);
    expect(message).toMatch(expected);
    expect(message).toMatch(/\[CONFLICT\]\n +fix: /);
    expect(message).not.toMatch(/2\. /);
  });

  test('but not for what is imported there, whose IDs are known, a secret of a service in it, or a text that is not known yet', () => {
    const app = new App({ context: contextOf('exports') });
    const own = new Stack(app, 'Own');
    const vpc = Vpc.fromVpcAttributes(own, 'Vpc', { ...VPC, vpcId: 'vpc-12345678', privateSubnetIds: ['subnet-12345678'] });
    const secrets = { KEY: Secret.fromSecretsManager(new SecretsManagerSecret(own, 'Secret')) };
    const later = new Map<string, string>();
    const environment = { LATER: Lazy.uncachedString({ produce: () => later.get('KEY') ?? failed('it is not known yet') }) };
    const services = { a: service({ group: 'back', secrets }), b: service({ environment }) };
    shop(new Stack(app, 'Root'), { back: Placement.stack(own) }, { vpc, services });
    later.set('KEY', 'value');
    expect(() => app.synth()).not.toThrow();
  });
});

test.each(REFERENCES)('two systems place groups in one stack: %s', (references) => {
  const app = new App({ context: contextOf(references) });
  const own = new Stack(app, 'Own');
  for (const id of ['One', 'Two'])
    new Microservices(new Stack(app, `Root${id}`), id, {
      ...QUICK,
      groups: { back: Placement.stack(own) },
      services: { orders: service({ group: 'back' }) },
    });
  expect(() => app.synth()).not.toThrow();
});

test.each(REFERENCES)('a system whose own stack is nested has groups, too: %s', (references) => {
  const app = new App({ context: contextOf(references) });
  const parent = new Stack(app, 'Parent');
  const groups = { back: Placement.nestedStack(), own: Placement.stack(new Stack(app, 'Own')) };
  const root = new NestedStack(parent, 'Root');
  new Microservices(root, 'Shop', {
    ...QUICK,
    groups,
    services: {
      ui: service({ calls: ['orders', 'cards'] }),
      orders: service({ group: 'back', calls: ['ui', 'cards'] }),
      cards: service({ group: 'own', calls: ['ui', 'orders'] }),
    },
  });
  const assembly = app.synth();
  expect(rootStacksOf(assembly).map(({ name, all }) => `${name}: ${all.length}`)).toEqual(['Parent: 5', 'Own: 1']);
});

const system: PlacedSystem = {
  groups: { back: 'nestedStack', cards: 'stack' },
  services: {
    ui: { calls: ['orders', 'payments'] },
    orders: { group: 'back', calls: ['payments'], versions: true },
    payments: { group: 'cards', calls: ['ui', 'orders'] },
  },
};

test('a group of the kind "stack" stands below a construct with the ID of the system', () => {
  const { shop: own, stacks } = placedApp(system);
  expect(own.service('payments').node.path).toBe('Stack-cards/Shop/payments');
  expect(own.service('orders').node.path).toBe('Root/Shop/Group-back/orders');
  expect(stacks.get('cards')?.dependencies.map(({ stackName }) => stackName)).toEqual(['Root']);
});

test.each(REFERENCES)('no output that a stack of the user reads is of a security group, or of weights: %s', (references) => {
  const exported = rootStacksOf(synthesize(system, QUICK, references)).flatMap(({ template }) => Object.values(template.Outputs ?? {}));
  expect(exported.length).toBeGreaterThan(0);
  expect(exported.filter((output) => /SecurityGroup|Weights/.test(JSON.stringify(output)))).toEqual([]);
});

/** The resources of all stacks, nested ones included. */
function resourcesOf(app: App): readonly (readonly [string, Resource])[] {
  const stacks = rootStacksOf(app.synth()).flatMap(({ all }) => all);
  expect(stacks.length).toBe(5);
  return stacks.flatMap(({ name, template }) =>
    Object.entries(template.Resources ?? {}).map(([id, resource]) => [`${name}/${id}`, resource] as const),
  );
}

test('tags of the system reach nested stacks, and what stands in them; those of a stack what stands in it', () => {
  const { app, shop: own, stacks } = placedApp(system);
  Tags.of(own).add('team', 'shop');
  Tags.of(stacks.get('cards')!).add('team', 'cards');
  const tagged = resourcesOf(app).filter(([, { Type }]) =>
    ['AWS::ECS::Service', 'AWS::IAM::Role', 'AWS::EC2::SecurityGroup'].includes(Type),
  );
  const teams = tagged.map(([, { Properties }]) => /"Key":"team","Value":"(\w+)"/.exec(JSON.stringify(Properties?.['Tags'] ?? []))?.[1]);
  expect(new Set(teams)).toEqual(new Set(['shop', 'cards']));
});

test('Aspects reach what stands in nested stacks', () => {
  const { app, shop: own } = placedApp(system);
  const seen = new Set<string>();
  const aspect: IAspect = {
    visit: (node: IConstruct) => {
      if (CfnResource.isCfnResource(node) && node.cfnResourceType === 'AWS::ECS::Service') seen.add(node.node.path);
      if (TagManager.isTaggable(node)) expect(node.tags).toBeDefined();
    },
  };
  Aspects.of(own).add(aspect);
  app.synth();
  expect([...seen].filter((path) => path.includes('Group-back'))).toHaveLength(2);
});

test('a permissions boundary of the app reaches the roles of all stacks', () => {
  const { app } = placedApp(system);
  iam.PermissionsBoundary.of(app).apply(iam.ManagedPolicy.fromManagedPolicyName(new Stack(app, 'Unused'), 'Boundary', 'boundary'));
  const stacks = rootStacksOf(app.synth()).flatMap(({ all }) => all);
  const roles = stacks.flatMap(({ template }) => Object.values(template.Resources ?? {}).filter(({ Type }) => Type === 'AWS::IAM::Role'));
  expect(roles.length).toBeGreaterThan(4);
  expect(roles.filter(({ Properties }) => Properties?.['PermissionsBoundary'] === undefined)).toEqual([]);
});

/** Two groups whose names differ by a hyphen, each with weights, which a caller in another stack reads. */
const KINDS = ['nestedStack', 'stack'] as const;
const alike = (kind: 'nestedStack' | 'stack', caller: 'nestedStack' | 'stack'): PlacedSystem => ({
  groups: { ab: kind, 'a-b': kind, c: caller },
  services: {
    one: { group: 'ab', calls: [], versions: true },
    two: { group: 'a-b', calls: [], versions: true },
    three: { group: 'c', calls: ['one', 'two'] },
  },
});

test.each(REFERENCES.flatMap((references) => KINDS.flatMap((kind) => KINDS.map((caller) => ({ references, kind, caller })))))(
  '$kind: groups may differ by a hyphen alone, and a caller in a $caller reads both: $references',
  ({ references, kind, caller }) => {
    const all = rootStacksOf(synthesize(alike(kind, caller), QUICK, references)).flatMap((stack) => stack.all);
    const rules = all.flatMap(({ template }) => Object.entries(template.Resources ?? {}).filter(([id]) => /threeTo(one|two)/.test(id)));
    const parameters = rules.map(
      ([, { Properties }]) => /"Ref":"(\w*SecurityGroupsOf\w+)"/.exec(JSON.stringify(Properties?.['GroupId']))?.[1],
    );
    expect(parameters.map((name) => /OfabC\w+Parameter$|Ofab$/.test(name ?? ''))).toEqual([true, false]);
    expect(new Set(parameters).size).toBe(2);
  },
);

test('a stack hands out the weights that tasks of other stacks read, and no others', () => {
  const versions = true;
  const all = rootStacksOf(
    synthesize({
      groups: { back: 'nestedStack', cards: 'stack' },
      services: {
        ui: { calls: ['own', 'founded'] },
        own: { calls: [], versions },
        told: { calls: [], versions },
        founded: { group: 'back', calls: ['told'], versions },
        uncalled: { group: 'back', calls: [], versions },
        payments: { group: 'cards', calls: ['told', 'founded'] },
      },
    }),
  ).flatMap((stack) => stack.all);
  const text = JSON.stringify(all.map(({ template }) => template));
  const handedOut = (name: string): number =>
    text.split(`|${name}=",{"Ref":"Shop`).length - 1 + (text.split(`|${name}=",{"Ref":"${name}Weights`).length - 1);
  expect(Object.fromEntries(['own', 'told', 'founded', 'uncalled'].map((name) => [name, handedOut(name) > 0]))).toEqual({
    own: false,
    told: true,
    founded: true,
    uncalled: false,
  });
});
