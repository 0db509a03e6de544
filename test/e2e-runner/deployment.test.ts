/** How resources are made, changed, replaced and deleted, without a container. */
import { AwsEmulator } from '../../programs/emulator/aws/emulator';
import { Deployment } from '../../programs/emulator/deployment/deployment';
import type { StackEvent } from '../../programs/emulator/deployment/operation';
import type { Providers } from '../../programs/emulator/deployment/provider';
import type { Order } from '../../programs/emulator/deployment/walk';
import type { JsonObject, Resource, Template } from '../../programs/emulator/template/intrinsics';

const PLACE = 'eu-west-1:123456789012';
const seeded: Order = { seed: 3, takesLong: () => false };

function deployment(providers: Providers = {}): Deployment {
  return new Deployment(new AwsEmulator(PLACE), {}, { providers });
}
const group = (description: string): Resource => ({ Type: 'AWS::EC2::SecurityGroup', Properties: { GroupDescription: description } });
const rule = (of: string, port = 1): Resource => ({
  Type: 'AWS::EC2::SecurityGroupIngress',
  Properties: { GroupId: { 'Fn::GetAtt': [of, 'GroupId'] }, IpProtocol: 'tcp', FromPort: port, ToPort: port, CidrIp: '10.0.0.0/8' },
});
const text = ({ what, id, properties = [] }: StackEvent): string => [what, id, ...properties].join(' ');
/** What the deployment of a template does. */
async function events(of: Deployment, resources: Template['Resources'], order: Order = 'parallel'): Promise<readonly string[]> {
  const before = of.events.length;
  await of.deploy({ ...(resources !== undefined && { Resources: resources }) }, { order });
  return of.events.slice(before).map(text);
}

describe('the deployment of a template', () => {
  test.each<[string, Order]>([
    ['parallel', 'parallel'],
    ['an adverse order', seeded],
  ])('makes resources after those that they need, and deletes them before, in %s', async (_, order) => {
    const stack = deployment();
    expect(await events(stack, { Rule: rule('Group'), Group: group('a') }, order)).toEqual(['created Group', 'created Rule']);
    expect(await events(stack, {}, order)).toEqual(['deleted Rule', 'deleted Group']);
    expect(stack.template.Resources).toEqual({});
  });

  test('leaves alone what is as it was', async () => {
    const stack = deployment();
    await events(stack, { Rule: rule('Group'), Group: group('a') });
    expect(await events(stack, { Group: { ...group('a'), DependsOn: [] }, Rule: rule('Group') })).toEqual([]);
  });

  test('replaces a resource, and all that refers to it, before it deletes what they were', async () => {
    const stack = deployment();
    await events(stack, { Rule: rule('Group'), Group: group('a'), Other: group('c') });
    expect(await events(stack, { Rule: rule('Group'), Group: group('b'), Other: group('c') })).toEqual([
      'replaced Group GroupDescription',
      'replaced Rule GroupId',
      'deleted Rule',
      'deleted Group',
    ]);
    expect(Object.keys(stack.template.Resources ?? {})).toEqual(['Other', 'Group~2', 'Rule~2']);
    expect(stack.template.Resources?.['Rule~2']?.Properties?.['GroupId']).toEqual({ 'Fn::GetAtt': ['Group~2', 'GroupId'] });
  });

  test('changes a resource in place, where its type allows it', async () => {
    const stack = deployment();
    const parameter = (value: string): Resource => ({ Type: 'AWS::SSM::Parameter', Properties: { Value: value } });
    await events(stack, { Parameter: parameter('1') });
    expect(await events(stack, { Parameter: parameter('2') })).toEqual(['updated Parameter Value']);
  });

  test('fails if a replacement would be the same to AWS as what it replaces', async () => {
    const stack = deployment();
    const service = (threshold: number): Resource => ({
      Type: 'AWS::ServiceDiscovery::Service',
      Properties: { Name: 'ui', NamespaceId: 'ns', HealthCheckCustomConfig: { FailureThreshold: threshold } },
    });
    await events(stack, { Ui: service(1) });
    await expect(events(stack, { Ui: service(2) })).rejects.toThrow('Ui cannot be made beside Ui, since AWS takes both for the same');
  });

  test('keeps what its policy retains, and says what remains', async () => {
    const stack = deployment();
    await events(stack, { Kept: { ...group('a'), DeletionPolicy: 'Retain' }, Key: { Type: 'AWS::KMS::Key' } });
    await events(stack, {});
    expect([...stack.remains].sort()).toEqual(['AWS::EC2::SecurityGroup Kept', 'AWS::KMS::Key Key: pending deletion']);
  });

  test('fails if a key names a role that does not exist', async () => {
    const policy: JsonObject = {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::123456789012:root' }, Action: 'kms:*', Resource: '*' },
        { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::123456789012:role/Nobody' }, Action: 'kms:Sign', Resource: '*' },
      ],
    };
    await expect(events(deployment(), { Key: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: policy } } })).rejects.toThrow(
      'invalid principals: arn:aws:iam::123456789012:role/Nobody',
    );
  });

  test('fails if the type of a resource changes', async () => {
    const stack = deployment();
    await events(stack, { Same: group('a') });
    await expect(events(stack, { Same: { Type: 'AWS::KMS::Key' } })).rejects.toThrow('Update of resource type is not permitted');
  });
});

describe('a deployment that fails', () => {
  const failing = (wanted: string): { readonly providers: Providers; readonly calls: string[] } => {
    const calls: string[] = [];
    const noting = (what: string, key: string, count: unknown): Promise<undefined> => {
      calls.push(`${what} ${key} ${String(count)}`);
      return String(count) === wanted ? Promise.reject(new Error('no')) : Promise.resolve(undefined);
    };
    return {
      calls,
      providers: {
        'AWS::ECS::Service': {
          create: async ({ resource }) => noting('create', resource.key, resource.properties['DesiredCount']),
          update: async ({ resource }) => noting('update', resource.key, resource.properties['DesiredCount']),
          delete: async ({ key, properties }) => {
            await noting('delete', key, properties['DesiredCount']).catch(() => undefined);
          },
        },
      },
    };
  };
  const service = (count: number, more: JsonObject = {}): Resource => ({
    Type: 'AWS::ECS::Service',
    Properties: { DesiredCount: count, Group: { Ref: 'Group' }, ...more },
  });

  test('for the first time leaves nothing', async () => {
    const { providers, calls } = failing('9');
    const stack = deployment(providers);
    await expect(events(stack, { Group: group('a'), Service: service(9) })).rejects.toThrow('Service: no');
    expect([stack.template.Resources, calls]).toEqual([{}, ['create Service 9', 'delete Service 9']]);
  });

  test.each<[string, Order]>([
    ['parallel', 'parallel'],
    ['an adverse order', seeded],
  ])('makes everything what it was, in %s', async (_, order) => {
    const { providers, calls } = failing('9');
    const stack = deployment(providers);
    await events(stack, { Group: group('a'), One: service(1), Two: { ...service(1), DependsOn: ['One'] } });
    const before = stack.template;
    calls.length = 0;
    const next = { Group: group('b'), New: group('n'), One: service(2), Two: { ...service(9), DependsOn: ['One', 'New'] } };
    await expect(events(stack, next, order)).rejects.toThrow('Two: no');
    expect(stack.template.Resources).toEqual(before.Resources);
    expect(calls).toEqual(['update One 2', 'update Two 9', 'update One 1', 'update Two 1']);
    // And the next one succeeds from there.
    expect(await events(stack, { Group: group('a'), One: service(1), Two: { ...service(3), DependsOn: ['One'] } }, order)).toEqual([
      'updated Two DesiredCount',
    ]);
  });

  test('says so if the way back fails, too', async () => {
    const { providers } = failing('1');
    const stack = deployment({
      'AWS::ECS::Service': { ...providers['AWS::ECS::Service'], create: async () => Promise.resolve(undefined) },
    });
    await events(stack, { Group: group('a'), One: service(1) });
    const bad = { Type: 'AWS::KMS::Key', Properties: { KeySpec: 'RSA_2048' }, DependsOn: 'One' };
    await expect(events(stack, { Group: group('a'), One: service(2), Bad: bad })).rejects.toThrow('the rollback failed, too: One: no');
  });
});
