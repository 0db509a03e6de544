import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Certificates, Microservices, Placement, Tracing } from '../../../lib';
import type { ServiceProps } from '../../../lib';
import type { Resource } from '../../support/stack';
import { resourcesOf, service } from '../../support/stack';

type Resources = Readonly<Record<string, Resource>>;

function systemOf(callers: number, more: Partial<ServiceProps> = {}, certificates = Certificates.kms()): Resources {
  // More than a stack takes, which is not what is looked at.
  const stack = new Stack(new App({ context: { '@aws-cdk/core:stackResourceLimit': 0 } }), 'Stack');
  const calling = Array.from({ length: callers }, (_, index) => [`caller-${index}`, service({ calls: ['users'] })] as const);
  const services = {
    users: service(more),
    'a-other': service({ calls: ['b-other'] }),
    'b-other': service(),
    ...Object.fromEntries(calling),
  };
  new Microservices(stack, 'Shop', { services, certificates, tracing: Tracing.none() });
  return resourcesOf(Template.fromStack(stack));
}

const few = systemOf(59);
const many = systemOf(60);

const ofType = (resources: Resources, type: string): readonly (readonly [string, Resource])[] =>
  Object.entries(resources).filter(([, { Type }]) => Type === type);
const groupsOf = (resources: Resources, name: string): readonly unknown[] => {
  const [, service_] = ofType(resources, 'AWS::ECS::Service').find(([id]) => id.startsWith(`Shop${name.replaceAll('-', '')}Service`)) ?? [];
  const network = service_?.Properties?.['NetworkConfiguration'] as { AwsvpcConfiguration: { SecurityGroups: unknown[] } };
  return network.AwsvpcConfiguration.SecurityGroups;
};
const shared = (resources: Resources): string =>
  ofType(resources, 'AWS::EC2::SecurityGroup').find(([id]) => id.startsWith('ShopCallersSecurityGroup'))?.[0] ?? '';
const groupId = (id: string): unknown => ({ 'Fn::GetAtt': [id, 'GroupId'] });
const rulesOf = (resources: Resources, from: unknown): readonly (readonly [string, Resource])[] =>
  ofType(resources, 'AWS::EC2::SecurityGroupIngress').filter(
    ([, { Properties }]) => JSON.stringify(Properties?.['SourceSecurityGroupId']) === JSON.stringify(from),
  );

test('the callee lets in the shared group by one rule, and the callers have it beside their own', () => {
  const group = shared(many);
  const rules = rulesOf(many, groupId(group));
  expect(rules.map(([id]) => id.slice(0, -8))).toEqual(['ShopusersFromCallers15006']);
  expect(rules[0]?.[1].Properties).toMatchObject({ IpProtocol: 'tcp', FromPort: 15006, ToPort: 15006 });
  expect(ofType(many, 'AWS::EC2::SecurityGroupIngress').filter(([id]) => id.startsWith('Shopusers'))).toHaveLength(1);
  for (const name of ['caller-0', 'caller-59']) {
    expect(groupsOf(many, name)).toHaveLength(2);
    expect(groupsOf(many, name)[1]).toEqual(groupId(group));
  }
});

test('the shared group lets nothing out by itself', () => {
  expect(many[shared(many)]?.Properties?.['SecurityGroupEgress']).toEqual([
    { CidrIp: '255.255.255.255/32', Description: 'Disallow all traffic', FromPort: 252, IpProtocol: 'icmp', ToPort: 86 },
  ]);
  expect(ofType(many, 'AWS::EC2::SecurityGroupEgress')).toEqual([]);
});

test('a caller waits for the rule that lets it in, the callee for nothing of its callers', () => {
  const rule = rulesOf(many, groupId(shared(many)))[0]?.[0] ?? '';
  const waiting = ofType(many, 'AWS::ECS::Service').filter(([, { DependsOn = [] }]) => [DependsOn].flat().includes(rule));
  expect(waiting).toHaveLength(60);
  expect(JSON.stringify(many[rule])).not.toContain('caller0');
});

test('with up to 59 callers there is no such group, and with more nothing of the others changes', () => {
  expect(shared(few)).toBe('');
  expect(groupsOf(few, 'caller-0')).toHaveLength(1);
  expect(rulesOf(few, groupsOf(few, 'caller-0')[0]).map(([id]) => id.slice(0, -8))).toEqual(['ShopusersFromcaller0']);
  const others = (resources: Resources): unknown => Object.entries(resources).filter(([id]) => /^Shop[ab]other/.test(id));
  expect(others(many)).toEqual(others(few));
});

test('from one rule for each caller to one for all, and back, no group ever has more rules than it may', () => {
  const rules = (resources: Resources): readonly string[] =>
    ofType(resources, 'AWS::EC2::SecurityGroupIngress').flatMap(([id]) => (id.startsWith('Shopusers') ? [id] : []));
  expect(new Set([...rules(few), ...rules(many)]).size).toBeLessThanOrEqual(60);
});

test('without certificates each caller has a rule of its own', () => {
  const plain = systemOf(61, {}, Certificates.none());
  expect(shared(plain)).toBe('');
  expect(ofType(plain, 'AWS::EC2::SecurityGroupIngress').filter(([id]) => id.startsWith('Shopusers'))).toHaveLength(61);
});

test('a new caller replaces no task of a service that lets in every service, whose names it does not know', () => {
  const allow = [{ callers: ['*'] }];
  const definition = (resources: Resources): unknown =>
    ofType(resources, 'AWS::ECS::TaskDefinition').find(([id]) => id.startsWith('Shopusers'));
  expect(definition(systemOf(61, { allow }))).toEqual(definition(systemOf(60, { allow })));
  expect(definition(systemOf(61))).not.toEqual(definition(many));
});

describe('callers in a stack of the user', () => {
  /** The templates of the stack of the system, and of that of five callers, beside which so many others stand. */
  const stacksOf = (callers: number): readonly [Template, Template] => {
    const app = new App({ context: { '@aws-cdk/core:stackResourceLimit': 0 } });
    const [root, own] = [new Stack(app, 'Root'), new Stack(app, 'Own')];
    const calling = Array.from({ length: callers }, (_, index) => {
      return [`caller-${index}`, service({ calls: ['users'], ...(index < 5 ? { group: 'own' } : {}) })] as const;
    });
    const services = { users: service(), ...Object.fromEntries(calling) };
    new Microservices(root, 'Shop', { services, tracing: Tracing.none(), groups: { own: Placement.stack(own) } });
    return [Template.fromStack(root), Template.fromStack(own)];
  };
  const [before, beforeOwn] = stacksOf(59);
  const [after, afterOwn] = stacksOf(60);

  test('share a group there, whose rule they wait for', () => {
    const { Resources: resources } = afterOwn.toJSON() as { readonly Resources: Resources };
    const group = groupId(ofType(resources, 'AWS::EC2::SecurityGroup').map(([id]) => id)[0] ?? '');
    const rules = ofType(resources, 'AWS::EC2::SecurityGroupIngress');
    expect(rules.map(([, { Properties }]) => Properties?.['SourceSecurityGroupId'])).toEqual([group]);
    expect(JSON.stringify(rules[0]?.[1].Properties?.['GroupId'])).toMatch(/\\|users=|users=.*SecurityGroupsOfSystem/);
    const tasks = ofType(resources, 'AWS::ECS::Service');
    expect(tasks.map(([, { Properties }]) => JSON.stringify(Properties).includes(JSON.stringify(group)))).toEqual(Array(5).fill(true));
    expect(tasks.map(([, { DependsOn = [] }]) => [DependsOn].flat().includes(rules[0]?.[0] ?? ''))).toEqual(Array(5).fill(true));
  });

  test('fails if one stack could only change before the other: what the system exports stays as it is', () => {
    expect(after.toJSON()['Outputs']).toEqual(before.toJSON()['Outputs']);
    expect(Object.keys(after.findOutputs('*')).length).toBeGreaterThan(0);
    expect(Object.keys(afterOwn.findParameters('*'))).toEqual(Object.keys(beforeOwn.findParameters('*')));
  });
});
