/** Systems of several stacks are read and deployed as if they were in one. */
import { App, CfnResource, NestedStack, Stack } from 'aws-cdk-lib';
import { Template as Synthesized } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as fc from 'fast-check';
import { BoutiqueStack } from '../../examples/boutique-stack';
import { ShopStack } from '../../examples/shop-stack';
import { fold } from '../../programs/emulator/assembly/fold';
import type { Scope } from '../../programs/emulator/assembly/fold';
import { runs } from '../support/runs';
import { AwsEmulator } from '../../programs/emulator/aws/emulator';
import { Deployment } from '../../programs/emulator/deployment/deployment';
import type { Json, Template } from '../../programs/emulator/template/intrinsics';
import { Resolver } from '../../programs/emulator/template/intrinsics';
import { readTemplate } from '../../programs/emulator/template/read-template';
import { image, templateOf } from '../e2e/systems/synthesize';
import flags from '../../cdk.json';

describe('what is worked out without an account is what the runner makes of it', () => {
  const template: Template = { Resources: { A: { Type: 'X' }, B: { Type: 'X' } }, Mappings: { Map: { a: { b: 'of-the-map' } } } };
  // As ARNs and addresses are: with everything that they may hold.
  const resolver = new Resolver(template, { A: 'arn:aws:a:b/c,d', 'A.Arn': 'x.y-z_1', B: '10.0.0.1', 'B.Arn': 'a//b' });
  const scope: Scope = {
    ref: (name) => ({ Ref: name }),
    attribute: (id, attribute) => ({ 'Fn::GetAtt': [id, attribute] }),
    imported: (name) => ({ 'Fn::ImportValue': name }),
    stackOutput: (argument) => ({ 'Fn::GetStackOutput': argument }),
    parameter: () => undefined,
    condition: (name) => name,
    mapping: (name) => name,
  };

  const delimiter = fc.constantFrom('|', '||', '|a=', ',', '/', ':');
  const { text } = fc.letrec<{ text: Json; list: Json }>((tie) => ({
    text: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom<Json[]>('', 'a', '|', '||a=b|', 'x|a=', '/', ',a', { Ref: 'A' }, { Ref: 'B' }, { 'Fn::GetAtt': ['A', 'Arn'] }),
      fc.constantFrom<Json[]>({ 'Fn::Sub': '${A}|${!B}|${B.Arn}' }, { 'Fn::FindInMap': ['Map', 'a', 'b'] }, { Ref: 'AWS::Region' }),
      fc.record({ 'Fn::Join': fc.tuple(delimiter, tie('list')) }),
      fc.record({ 'Fn::Select': fc.tuple(fc.constantFrom<Json[]>(0, '1', 2), tie('list')) }),
      fc.record({ 'Fn::Sub': fc.tuple(fc.constantFrom('${own}|${A.Arn}', '${own}'), fc.record({ own: tie('text') })) }),
    ),
    list: fc.oneof(
      { maxDepth: 5 },
      fc.array(tie('text'), { minLength: 1, maxLength: 3 }),
      fc.record({ 'Fn::Split': fc.tuple(delimiter, tie('text')) }),
      fc.constant<Json>({ 'Fn::GetAZs': '' }),
    ),
  }));

  /** Undefined where Fn::Select has nothing to select, of which CloudFormation complains. */
  function unlessEmpty(make: () => Json | undefined): Json | undefined {
    try {
      return make();
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('Fn::Select: there is no item')) return undefined;
      throw error;
    }
  }

  test('for any text', () => {
    let changed = 0;
    fc.assert(
      fc.property(text, (value) => {
        const once = unlessEmpty(() => fold(value, scope));
        fc.pre(once !== undefined);
        if (typeof once === 'string' && typeof value !== 'string') changed += 1;
        const expected = unlessEmpty(() => resolver.resolve(value));
        fc.pre(expected !== undefined);
        expect(resolver.resolve(once)).toEqual(expected);
        expect(fold(once, scope)).toEqual(once);
      }),
      { numRuns: runs(4000) },
    );
    expect(changed).toBeGreaterThan(0);
  });

  test.each([
    ['shop', () => new ShopStack(new App(), 'Stack')],
    ['boutique', () => new BoutiqueStack(new App(), 'Stack')],
  ])('for the example "%s"', (_, make) => {
    expect(readTemplate(templateOf(make()))).toEqual(readTemplate(Synthesized.fromStack(make()).toJSON() as Template));
  });
});

describe('two ECS services in nested stacks, and one in another stack', () => {
  const app = new App({ context: flags.context });
  const root = new Stack(app, 'Root');
  const other = new Stack(app, 'Other');
  const vpc = new ec2.Vpc(root, 'Vpc', { natGateways: 0 });
  const cluster = new ecs.Cluster(root, 'Cluster', { vpc });
  const service = (stack: Stack, name: string): ecs.FargateService => {
    const taskDefinition = new ecs.FargateTaskDefinition(stack, `${name}Task`);
    taskDefinition.addContainer('app', { image: image('app') });
    return new ecs.FargateService(stack, name, {
      cluster,
      taskDefinition,
      serviceName: name,
      desiredCount: 1,
      minHealthyPercent: 100,
      circuitBreaker: { rollback: true },
      securityGroups: [new ec2.SecurityGroup(stack, `${name}Group`, { vpc, allowAllOutbound: false })],
    });
  };
  const nested = new NestedStack(root, 'A');
  const first = service(nested, 'first');
  const second = service(new NestedStack(nested, 'Deep'), 'second');
  const third = service(other, 'third');
  for (const [from, to] of [
    [first, second],
    [third, first],
    [third, second],
  ] as const)
    for (const [stack, type, side] of [
      [to, 'Ingress', 'Source'],
      [from, 'Egress', 'Destination'],
    ] as const)
      new CfnResource(from.stack, `${type}From${from.node.id}To${to.node.id}`, {
        type: `AWS::EC2::SecurityGroup${type}`,
        properties: {
          GroupId: stack.connections.securityGroups[0]?.securityGroupId,
          [`${side}SecurityGroupId`]: (stack === to ? from : to).connections.securityGroups[0]?.securityGroupId,
          IpProtocol: 'tcp',
          FromPort: 80,
          ToPort: 80,
        },
      });
  const template = templateOf(root);
  const system = readTemplate(template);
  const groupOf = (name: string): string => system.services.find((each) => each.name === name)?.securityGroups[0] ?? '';

  test('are services of one system', () => {
    expect(system.services.map(({ name }) => name).sort()).toEqual(['first', 'second', 'third']);
    expect(system.services.map(({ task }) => task.containers.map(({ name }) => name))).toEqual([['app'], ['app'], ['app']]);
  });

  test('have the rules between their security groups, whichever stack these are in', () => {
    const rule = (name: string): unknown => ({ protocol: 'tcp', ports: { from: 80, to: 80 }, peer: { group: groupOf(name) } });
    const rules = Object.fromEntries(
      ['first', 'second', 'third'].map((name) => {
        const { ingress = [], egress = [] } = system.securityGroups.find(({ id }) => id === groupOf(name)) ?? {};
        return [name, { ingress, egress: egress.filter(({ peer }) => 'group' in peer) }];
      }),
    );
    expect(rules).toEqual({
      first: { ingress: [rule('third')], egress: [rule('second')] },
      second: { ingress: [rule('first'), rule('third')], egress: [] },
      third: { ingress: [], egress: [rule('first'), rule('second')] },
    });
  });

  test('are deployed stack by stack, and deleted the other way round', async () => {
    const deployment = new Deployment(new AwsEmulator('eu-west-1:123456789012'), {});
    await deployment.deploy(template, { order: { seed: 1, takesLong: () => false } });
    const made = deployment.events.map(({ id }) => id);
    const services = Object.entries(template.Resources ?? {}).flatMap(([id, { Type: type }]) => (type === 'AWS::ECS::Service' ? [id] : []));
    const name = (id: string): string | undefined => /(first|second|third)Service\w{8}$/.exec(id)?.[1];
    expect(made.filter((id) => services.includes(id)).map(name)).toEqual(['second', 'first', 'third']);
    // The whole of one before any of the other.
    const ofOther = made.map((id) => id.startsWith('Other'));
    expect(ofOther.slice(ofOther.indexOf(true))).not.toContain(false);
    await deployment.destroy();
    const deleted = deployment.events.slice(made.length).map(({ id }) => id);
    expect(deleted.filter((id) => services.includes(id)).map(name)).toEqual(['third', 'first', 'second']);
    expect(deployment.template.Resources).toEqual({});
  });
});
