import { App, CfnCondition, CfnOutput, CfnParameter, CfnResource, Fn, NestedStack, Stack, Token } from 'aws-cdk-lib';
import { CfnVPCEndpoint } from 'aws-cdk-lib/aws-ec2';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { flatten, isBarrier } from '../../../programs/emulator/assembly/flatten';
import type { Template } from '../../../programs/emulator/template/template';

const STRENGTHS = ['strong', 'weak'] as const;

function newApp(strength: (typeof STRENGTHS)[number] = 'weak'): App {
  return new App({ context: { '@aws-cdk/core:defaultCrossStackReferences': strength } });
}

/** A resource that does nothing but hold values. */
function thing(scope: Stack, id: string, properties: Record<string, unknown> = {}): CfnResource {
  return new CfnResource(scope, id, { type: 'Test::Thing', properties });
}

const arn = (resource: CfnResource): string => resource.getAtt('Arn').toString();

/** All resources but those by which stacks wait, without what they depend on. */
function things({ Resources: resources = {} }: Template): Readonly<Record<string, unknown>> {
  const own = Object.entries(resources).filter(([, resource]) => !isBarrier(resource));
  return Object.fromEntries(own.map(([id, { Properties }]) => [id, Properties ?? {}]));
}

/** Everything that is made before a resource, barriers aside. */
function before({ Resources: resources = {} }: Template, id: string): readonly string[] {
  const reached = new Set([id]);
  for (const each of reached) for (const next of [resources[each]?.DependsOn ?? []].flat()) reached.add(next);
  return [...reached].filter((each) => each !== id && !isBarrier(resources[each])).sort();
}

const idOfNested = ({ nestedStackResource: resource }: NestedStack): string => resource?.logicalId ?? '';
const NESTED = (id: string): unknown => expect.stringMatching(`^${id}NestedStack\\w+$`);
const idOf = (template: Template, end: string): string =>
  Object.keys(template.Resources ?? {}).find((id) => id.endsWith(end) && !isBarrier(template.Resources![id])) ?? '';

test('an app of one stack keeps its logical IDs, its parameters and its dependencies', () => {
  const app = newApp();
  const stack = new Stack(app, 'Only');
  const size = new CfnParameter(stack, 'Size', { default: '3' });
  const first = thing(stack, 'First', { Size: size.valueAsString, Name: Fn.ref('AWS::StackName') });
  thing(stack, 'Second', { Arn: arn(first) }).addResourceDependency(first);
  expect(flatten(app.synth())).toEqual({
    Parameters: { Size: { Type: 'String', Default: '3' }, BootstrapVersion: expect.anything() as unknown },
    Resources: {
      First: { Type: 'Test::Thing', Properties: { Size: { Ref: 'Size' }, Name: { Ref: 'AWS::StackName' } } },
      Second: { Type: 'Test::Thing', Properties: { Arn: { 'Fn::GetAtt': ['First', 'Arn'] } }, DependsOn: ['First'] },
    },
  });
});

describe('references between nested stacks', () => {
  test('go through parameters and outputs, up and down to any depth', () => {
    const app = newApp();
    const root = new Stack(app, 'Root');
    const deep = new NestedStack(new NestedStack(root, 'A'), 'Deep');
    const made = thing(deep, 'Made', { Of: arn(thing(root, 'Top')) });
    thing(new NestedStack(new NestedStack(root, 'B'), 'Other'), 'User', { Name: made.ref, Text: Fn.join('/', ['x', arn(made), 'y']) });
    thing(root, 'Last', { Arn: arn(made) });
    const flat = flatten(app.synth());
    const id = idOf(flat, 'Made');
    expect(things(flat)).toEqual({
      Top: {},
      [id]: { Of: { 'Fn::GetAtt': ['Top', 'Arn'] } },
      [idOf(flat, 'User')]: { Name: { Ref: id }, Text: { 'Fn::Join': ['', ['x/', { 'Fn::GetAtt': [id, 'Arn'] }, '/y']] } },
      Last: { Arn: { 'Fn::GetAtt': [id, 'Arn'] } },
    });
    expect(id).toEqual(NESTED('A'));
  });

  test('of attributes that are lists arrive as lists', () => {
    const app = newApp();
    const root = new Stack(app, 'Root');
    const endpoint = new CfnVPCEndpoint(new NestedStack(root, 'A'), 'Endpoint', { serviceName: 's', vpcId: 'vpc-1' });
    thing(new NestedStack(root, 'B'), 'User', { Entries: endpoint.attrDnsEntries, First: Fn.select(0, endpoint.attrDnsEntries) });
    const flat = flatten(app.synth());
    const entries = { 'Fn::GetAtt': [idOf(flat, 'Endpoint'), 'DnsEntries'] };
    expect(things(flat)[idOf(flat, 'User')]).toEqual({ Entries: entries, First: { 'Fn::Select': [0, entries] } });
  });

  test('may be many in one output: each is found by its name', () => {
    const app = newApp();
    const root = new Stack(app, 'Root');
    const a = new NestedStack(root, 'A');
    const names = ['abc', 'abcd', 'x'];
    const all = Fn.join('', ['|', ...names.flatMap((name) => [`${name}=`, arn(thing(a, name)), '|'])]);
    const output = new CfnOutput(a, 'All', { value: all });
    const b = new NestedStack(root, 'B', { parameters: { All: Fn.getAtt(idOfNested(a), `Outputs.${output.logicalId}`).toString() } });
    const passed = new CfnParameter(b, 'All').valueAsString;
    const found = (name: string): string => Fn.select(0, Fn.split('|', Fn.select(1, Fn.split(`|${name}=`, passed))));
    thing(b, 'User', Object.fromEntries(names.map((name) => [name, found(name)])));
    const flat = flatten(app.synth());
    const groups = Object.fromEntries(names.map((name) => [name, { 'Fn::GetAtt': [idOf(flat, name), 'Arn'] }]));
    expect(things(flat)[idOf(flat, 'User')]).toEqual(groups);
  });

  test('parameters of a user have what the user passes, or their default', () => {
    const app = newApp();
    const nested = new NestedStack(new Stack(app, 'Root'), 'A', { parameters: { Zones: 'a,b' } });
    const zones = new CfnParameter(nested, 'Zones', { type: 'CommaDelimitedList' });
    const size = new CfnParameter(nested, 'Size', { default: '3' });
    thing(nested, 'User', { Zones: zones.valueAsList, Size: size.valueAsString });
    const flat = flatten(app.synth());
    expect(Object.values(things(flat))).toEqual([{ Zones: ['a', 'b'], Size: '3' }]);
    expect(Object.keys(flat.Parameters ?? {})).toEqual(['BootstrapVersion']);
  });

  test('each has a name and an ID of its own', () => {
    const app = newApp();
    const root = new Stack(app, 'Root');
    const nested = new NestedStack(root, 'A');
    thing(nested, 'Inside', { Name: Fn.ref('AWS::StackName'), Id: Fn.ref('AWS::StackId') });
    thing(root, 'Outside', { Id: nested.stackId });
    const flat = things(flatten(app.synth()));
    const [inside] = Object.entries(flat).flatMap(([id, properties]) => (id.endsWith('Inside') ? [properties] : []));
    const { Name: name, Id: id } = inside as Record<string, { readonly 'Fn::Join': readonly [string, readonly unknown[]] }>;
    expect(name?.['Fn::Join'][1]).toEqual([{ Ref: 'AWS::StackName' }, expect.stringMatching(/^-ANestedStack\w+-[0-9A-F]{12}$/)]);
    expect(id?.['Fn::Join'][1]).toEqual(expect.arrayContaining([{ Ref: 'AWS::StackName' }, ':cloudformation:']));
    expect(flat['Outside']).toEqual({ Id: id });
  });

  test('conditions and mappings do not take those of others for their own', () => {
    const app = newApp();
    const root = new Stack(app, 'Root');
    for (const [stack, region] of [[root, 'eu-west-1'] as const, [new NestedStack(root, 'A'), 'us-east-1'] as const]) {
      const condition = new CfnCondition(stack, 'Here', { expression: Fn.conditionEquals(Fn.ref('AWS::Region'), region) });
      const both = new CfnCondition(stack, 'Both', { expression: Fn.conditionAnd(condition, Fn.conditionNot(condition)) });
      thing(stack, 'Thing', { Value: Token.asString(Fn.conditionIf(condition.logicalId, 'yes', 'no')) }).cfnOptions.condition = both;
    }
    const flat = flatten(app.synth());
    const ids = Object.keys(flat.Conditions ?? {});
    expect(ids).toEqual(['Here', 'Both', NESTED('A'), NESTED('A')]);
    const [, , here = '', both = ''] = ids;
    expect(flat.Conditions?.[here]).toEqual({ 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] });
    expect(flat.Conditions?.[both]).toEqual({ 'Fn::And': [{ Condition: here }, { 'Fn::Not': [{ Condition: here }] }] });
    expect(flat.Resources?.['Thing']).toMatchObject({ Condition: 'Both' });
    const other = Object.values(flat.Resources ?? {}).find(({ Condition: condition }) => condition === both);
    expect(other?.Properties).toEqual({ Value: { 'Fn::If': [here, 'yes', 'no'] } });
  });
});

describe('references between stacks that are deployed one by one', () => {
  test.each(STRENGTHS)('are references between resources, whether they are %s', (strength) => {
    const app = newApp(strength);
    const data = new Stack(app, 'Data');
    const shop = new Stack(app, 'My-Shop');
    const made = thing(new NestedStack(data, 'Deep'), 'Made');
    const list = new CfnVPCEndpoint(data, 'Endpoint', { serviceName: 's', vpcId: 'vpc-1' }).attrDnsEntries;
    thing(shop, 'User', { Arn: arn(made), List: list });
    thing(new NestedStack(shop, 'A'), 'Inner', { Text: `arn: ${arn(made)}` });
    const flat = flatten(app.synth());
    const at = { 'Fn::GetAtt': [idOf(flat, 'Made'), 'Arn'] };
    expect(things(flat)).toEqual({
      DataEndpoint: { ServiceName: 's', VpcId: 'vpc-1' },
      [idOf(flat, 'Made')]: {},
      MyShopUser: { Arn: at, List: { 'Fn::GetAtt': ['DataEndpoint', 'DnsEntries'] } },
      [idOf(flat, 'Inner')]: { Text: { 'Fn::Join': ['', ['arn: ', at]] } },
    });
  });

  test('the resources of the main stack keep their logical IDs', () => {
    const app = newApp();
    const data = new Stack(app, 'Data');
    thing(new Stack(app, 'Shop'), 'User', { Arn: arn(thing(data, 'Made')), Name: Fn.ref('AWS::StackName') });
    expect(things(flatten(app.synth(), { main: 'Shop' }))).toEqual({
      DataMade: {},
      User: { Arn: { 'Fn::GetAtt': ['DataMade', 'Arn'] }, Name: { Ref: 'AWS::StackName' } },
    });
    expect(things(flatten(app.synth()))['ShopUser']).toMatchObject({ Name: 'Shop' });
    expect(() => flatten(app.synth(), { main: 'Sohp' })).toThrow('the app has no stack "Sohp"; it has Data, Shop');
  });

  test('exports that somebody names are found, and those of other apps stay', () => {
    const app = newApp();
    const data = new Stack(app, 'Data');
    const shop = new Stack(app, 'Shop');
    new CfnOutput(data, 'Out', { value: arn(thing(data, 'Made')), exportName: 'made' });
    shop.addStackDependency(data);
    thing(shop, 'User', { Own: Fn.importValue('made'), Other: Fn.importValue('of-another-app') });
    expect(things(flatten(app.synth()))['ShopUser']).toEqual({
      Own: { 'Fn::GetAtt': ['DataMade', 'Arn'] },
      Other: { 'Fn::ImportValue': 'of-another-app' },
    });
  });

  test('parameters in Systems Manager are found by their names, and those of others stay', () => {
    const app = newApp();
    const data = new Stack(app, 'Data');
    const shop = new Stack(app, 'Shop');
    new StringParameter(data, 'Made', { parameterName: '/data/arn', stringValue: arn(thing(data, 'Thing')) });
    shop.addStackDependency(data);
    thing(shop, 'User', {
      Own: StringParameter.valueForStringParameter(shop, '/data/arn'),
      Dynamic: 'the {{resolve:ssm:/data/arn:1}}!',
      Other: StringParameter.valueForStringParameter(shop, '/other'),
      OtherDynamic: '{{resolve:ssm:/other}}',
    });
    const flat = flatten(app.synth());
    const at = { 'Fn::GetAtt': ['DataThing', 'Arn'] };
    const other = expect.stringMatching(/^ShopSsmParameterValueother/) as unknown;
    expect(things(flat)['ShopUser']).toEqual({
      Own: at,
      Dynamic: { 'Fn::Join': ['', ['the ', at, '!']] },
      Other: { Ref: other },
      OtherDynamic: '{{resolve:ssm:/other}}',
    });
    expect(Object.keys(flat.Parameters ?? {})).toEqual(['DataBootstrapVersion', other, 'ShopBootstrapVersion']);
  });
});

describe('whole stacks wait, as CloudFormation makes them', () => {
  test('what depends on a nested stack, or takes an output of it, waits for all of its resources', () => {
    const app = newApp();
    const root = new Stack(app, 'Root');
    const a = new NestedStack(root, 'A');
    const made = thing(a, 'Made');
    thing(new NestedStack(a, 'Deep'), 'Slow');
    const depends = thing(root, 'Depends');
    depends.node.addDependency(a);
    thing(root, 'Takes', { Arn: arn(made) });
    thing(root, 'Free');
    const flat = flatten(app.synth());
    const all = [idOf(flat, 'Slow'), idOf(flat, 'Made')].sort();
    expect([before(flat, 'Depends'), before(flat, 'Takes'), before(flat, 'Free')]).toEqual([all, all, []]);
  });

  test('all resources of a nested stack wait for what the stack depends on, and for what it is passed', () => {
    const app = newApp();
    const root = new Stack(app, 'Root');
    const first = new NestedStack(root, 'First');
    thing(first, 'Made');
    const second = new NestedStack(root, 'Second');
    second.addStackDependency(first);
    const deep = new NestedStack(second, 'Deep');
    thing(deep, 'Free');
    thing(deep, 'Passed', { Arn: arn(thing(root, 'Top')) });
    const flat = flatten(app.synth());
    expect(before(flat, idOf(flat, 'Free'))).toEqual(before(flat, idOf(flat, 'Passed')));
    expect(before(flat, idOf(flat, 'Free'))).toEqual([idOf(flat, 'Made'), 'Top']);
  });

  test('all resources of a stack wait for the stacks that it needs', () => {
    const app = newApp();
    const data = new Stack(app, 'Data');
    thing(new NestedStack(data, 'A'), 'Slow');
    const shop = new Stack(app, 'Shop');
    thing(shop, 'Free');
    shop.addStackDependency(data);
    const flat = flatten(app.synth());
    expect(before(flat, 'ShopFree')).toEqual([idOf(flat, 'Slow')]);
  });
});

describe('fails if', () => {
  const failing = (make: (app: App) => void): (() => unknown) => {
    const app = newApp();
    make(app);
    return () => flatten(app.synth());
  };

  test('a stack imports what nothing deploys before it', () => {
    const form = (app: App): void => {
      const data = new Stack(app, 'Data');
      new CfnOutput(data, 'Out', { value: 'x', exportName: 'made' });
      thing(new Stack(app, 'Shop'), 'User', { Own: Fn.importValue('made') });
    };
    expect(failing(form)).toThrow('Shop.User: the stack Shop reads the export "made" of Data, which nothing deploys before it');
  });

  test('a stack reads a parameter in Systems Manager that it makes itself', () => {
    const form = (app: App): void => {
      const stack = new Stack(app, 'Stack');
      new StringParameter(stack, 'Made', { parameterName: '/own', stringValue: 'x' });
      thing(stack, 'User', { Own: StringParameter.valueForStringParameter(stack, '/own') });
    };
    expect(failing(form)).toThrow('the stack Stack reads the parameter /own of Stack, which nothing deploys before it');
  });

  test.each([
    ['nothing', false],
    ['the other nested stack', true],
  ])('a nested stack reads a parameter in Systems Manager of another one, and waits for %s: %s', (_, waits) => {
    const form = (app: App): void => {
      const root = new Stack(app, 'Root');
      const [a, b] = [new NestedStack(root, 'A'), new NestedStack(root, 'B')];
      new StringParameter(a, 'Made', { parameterName: '/own', stringValue: 'x' });
      thing(b, 'User', { Own: StringParameter.valueForStringParameter(b, '/own') });
      if (waits) b.addStackDependency(a);
    };
    if (waits) expect(failing(form)).not.toThrow();
    else expect(failing(form)).toThrow(/Root\/BNested\w+ reads the parameter \/own of Root\/ANested/);
  });

  test.each<[string, (app: App) => void, string | RegExp]>([
    [
      'a stack exports nothing of that name',
      (app) => {
        new Stack(app, 'Data');
        thing(new Stack(app, 'Shop'), 'User', { Own: Fn.importValue('Data:ExportsOutputGone') });
      },
      'the stack Data exports nothing that is called "Data:ExportsOutputGone"',
    ],
    [
      'it reads an output of a stack that is not there',
      (app) => thing(new Stack(app, 'Shop'), 'User', { Own: Fn.getStackOutput('Gone', 'Out') }),
      'the app has no stack "Gone"',
    ],
    [
      'it reads an output of another Region',
      (app) => {
        new CfnOutput(new Stack(app, 'Data'), 'Out', { value: 'x' });
        thing(new Stack(app, 'Shop'), 'User', { Own: Fn.getStackOutput('Data', 'Out', 'us-east-1') });
      },
      '"us-east-1" is not the Region of the app',
    ],
    [
      'stacks are deployed to two Regions',
      (app) => {
        for (const region of ['eu-west-1', 'us-east-1']) thing(new Stack(app, region, { env: { region } }), 'Thing');
      },
      'the stacks are deployed to several places',
    ],
    [
      'nobody gives a nested stack its parameter',
      (app) => {
        const nested = new NestedStack(new Stack(app, 'Root'), 'A');
        thing(nested, 'User', { Size: new CfnParameter(nested, 'Size').valueAsString });
      },
      /nobody gives the stack Root\/A\w+ its parameter Size/,
    ],
    [
      'two resources would have one name',
      (app) => {
        thing(new Stack(app, 'Data'), 'ShopThing');
        thing(new Stack(app, 'DataShop'), 'Thing');
      },
      'two of the Resources would be called DataShopThing',
    ],
    [
      'a template has a section that is not known',
      (app) => {
        new Stack(app, 'Stack', {}).addTransform('AWS::Serverless-2016-10-31');
      },
      'the stack Stack has a section that is not known here: Transform',
    ],
    [
      'a function is not known',
      (app) => thing(new Stack(app, 'Stack'), 'User', { Own: { 'Fn::Length': [1] } }),
      'Stack.User: the intrinsic function Fn::Length is not known here',
    ],
    [
      'something refers to what is not there',
      (app) => thing(new Stack(app, 'Stack'), 'User', { Own: { Ref: 'Gone' } }),
      'Stack.User: "Gone" is no resource, parameter or pseudo parameter of the stack Stack',
    ],
    [
      'a nested stack has a condition',
      (app) => {
        const root = new Stack(app, 'Root');
        const resource = new NestedStack(root, 'A').nestedStackResource;
        if (resource !== undefined)
          resource.cfnOptions.condition = new CfnCondition(root, 'Never', { expression: Fn.conditionEquals('a', 'b') });
      },
      /the nested stack Root\/A\w+ has a condition/,
    ],
  ])('%s', (_, form, message) => {
    expect(failing(form)).toThrow(message);
  });
});
