import { App, Duration, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import { ContainerImage, EnvironmentFile, Secret } from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Authorizer, Certificates, Edge, Microservices, Volume } from '../../../lib';
import type { JobProps, MicroservicesProps } from '../../../lib';
import { IDENTITY_TAG, MESH_TAG } from '../../../lib/core/contract/issuing';
import { build, resourcesOf, service } from '../../support/stack';

const ENV = { account: '111111111111', region: 'eu-west-1' };
const forTasks = (stack: Stack, id: string): iam.Role =>
  new iam.Role(stack, id, { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') });
const imported = (stack: Stack, options: iam.FromRoleArnOptions = {}, account = ENV.account): iam.IRole =>
  iam.Role.fromRoleArn(stack, 'Imported', `arn:aws:iam::${account}:role/orders-tasks`, options);
const job = { image: ContainerImage.fromRegistry('example/job') };
const edge = (gateway: iam.IRole): Edge =>
  Edge.httpApi({ authorizer: Authorizer.none(), routes: { $default: { service: 'ui' } }, gateway: { taskRole: gateway } });

interface Told {
  readonly template: Template;
  readonly warnings: readonly string[];
}
function told(make: (stack: Stack) => MicroservicesProps): Told {
  const stack = new Stack(new App(), 'Stack', { env: ENV });
  new Microservices(stack, 'Shop', make(stack));
  const template = Template.fromStack(stack);
  const warnings = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('role-without'));
  return { template, warnings: warnings.map(({ entry }) => entry.data as string) };
}
const actionsOf = (statements: unknown): readonly string[] =>
  (statements as readonly { readonly Action: string | readonly string[] }[]).flatMap(({ Action }) => Action);
const policiesOn = (template: Template, role: unknown): readonly string[] =>
  Object.values(resourcesOf(template))
    .filter(({ Type, Properties }) => Type === 'AWS::IAM::Policy' && JSON.stringify(Properties?.['Roles']) === JSON.stringify([role]))
    .flatMap(({ Properties }) => actionsOf((Properties?.['PolicyDocument'] as { readonly Statement: unknown }).Statement));

const NEEDED = ['kms:Encrypt', 'servicediscovery:UpdateInstanceCustomHealthStatus', 'lambda:InvokeFunction', 'xray:PutTraceSegments'];

describe('a task role of the user', () => {
  test('of the same stack is what tasks have, with the policy and the tags of the identity, for which they wait', () => {
    const { template, warnings } = told((stack) => ({ services: { orders: service({ taskRole: forTasks(stack, 'Own') }) } }));
    const [id = ''] = Object.keys(resourcesOf(template)).filter((each) => /^Own[0-9A-F]{8}$/.test(each));
    template.hasResourceProperties('AWS::ECS::TaskDefinition', { TaskRoleArn: { 'Fn::GetAtt': [id, 'Arn'] } });
    expect(policiesOn(template, { Ref: id })).toEqual(expect.arrayContaining(NEEDED));
    template.hasResourceProperties('AWS::IAM::Role', {
      Tags: Match.arrayWith([{ Key: IDENTITY_TAG, Value: 'spiffe://shop.internal/orders' }, Match.objectLike({ Key: MESH_TAG })]),
    });
    const [policy = ''] = Object.keys(resourcesOf(template)).filter((each) => each.startsWith('ShopordersTaskPermissions'));
    template.hasResource('AWS::ECS::Service', { DependsOn: Match.arrayWith([policy]) });
    expect(warnings).toEqual([]);
    expect(Object.keys(resourcesOf(template)).filter((each) => each.startsWith('ShopordersTaskRole'))).toEqual([]);
  });

  test('gets what is granted to the handle', () => {
    const stack = new Stack(new App(), 'Stack');
    const role = forTasks(stack, 'Own');
    const shop = new Microservices(stack, 'Shop', { services: { orders: service({ taskRole: role }) } });
    expect(shop.service('orders').taskRole).toBe(role);
    expect(shop.service('orders').grantPrincipal).toBe(role);
  });

  test('is that of all versions, and of a gateway', () => {
    const { template } = build((stack) => ({
      services: { ui: service({ taskRole: forTasks(stack, 'Ui'), versions: { v1: { weight: 1 }, v2: { weight: 0 } } }) },
      edge: edge(forTasks(stack, 'Gateway')),
    }));
    const roles = Object.values(resourcesOf(template))
      .filter(({ Type }) => Type === 'AWS::ECS::TaskDefinition')
      .map(({ Properties }) => JSON.stringify(Properties?.['TaskRoleArn']));
    expect(roles.map((role) => /(Ui|Gateway)/.exec(role)?.[1]).sort()).toEqual(['Gateway', 'Ui', 'Ui']);
  });

  test('may do with file systems what its tasks need', () => {
    const { template } = told((stack) => {
      const vpc = new ec2.Vpc(stack, 'Vpc');
      const fileSystem = new efs.FileSystem(stack, 'Files', { vpc });
      const accessPoint = fileSystem.addAccessPoint('Uploads', { path: '/uploads' });
      const volumes = { uploads: Volume.efs({ fileSystem, accessPoint }) };
      const mountPoints = [{ sourceVolume: 'uploads', containerPath: '/uploads', readOnly: false }];
      return { vpc, services: { orders: service({ taskRole: imported(stack), volumes, mountPoints }) } };
    });
    expect(policiesOn(template, 'orders-tasks')).toEqual(
      expect.arrayContaining([...NEEDED, 'elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite']),
    );
  });

  test('that is imported gets the policy, and a warning says which tags it needs', () => {
    const { template, warnings } = told((stack) => ({ services: { orders: service({ taskRole: imported(stack) }) } }));
    expect(policiesOn(template, 'orders-tasks')).toEqual(expect.arrayContaining(NEEDED));
    expect(warnings).toEqual([expect.stringMatching(/services\.orders\.taskRole: .*spiffe:\/\/shop\.internal\/orders/)]);
  });

  test('that takes no policies is a warning with the statements that it needs', () => {
    const { template, warnings } = told((stack) => ({ services: { orders: service({ taskRole: imported(stack, { mutable: false }) }) } }));
    expect(policiesOn(template, 'orders-tasks')).toEqual([]);
    const [text = ''] = warnings.filter((each) => each.includes('takes no policies'));
    expect(text).toMatch(/^services\.orders\.taskRole: the role orders-tasks takes no policies/);
    const document = JSON.parse(/\{"Statement".*\}/.exec(text)?.[0] ?? '{}') as { readonly Statement: unknown };
    expect(actionsOf(document.Statement)).toEqual(expect.arrayContaining(NEEDED));
  });

  test('without certificates needs no tags', () => {
    const { warnings } = told((stack) => ({
      services: { orders: service({ taskRole: imported(stack) }) },
      certificates: Certificates.none(),
    }));
    expect(warnings).toEqual([]);
  });

  test('of another stack of the app makes no cycle: the policy stands with the service, and tags are asked for', () => {
    const app = new App();
    const role = forTasks(new Stack(app, 'Roles', { env: ENV }), 'Own');
    const stack = new Stack(app, 'Stack', { env: ENV });
    new Microservices(stack, 'Shop', { services: { orders: service({ taskRole: role }) } });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::IAM::Policy', { Roles: [Match.objectLike({ 'Fn::ImportValue': Match.anyValue() })] });
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('role Roles/Own is not made by this stack'));
  });
});

describe('an execution role of the user', () => {
  test('is what ECS starts tasks with, may write logs, and is shared', () => {
    const { template } = told((stack) => {
      const executionRole = forTasks(stack, 'Start');
      return { services: { orders: service({ executionRole }), ui: service({ executionRole }) } };
    });
    const [id = ''] = Object.keys(resourcesOf(template)).filter((each) => /^Start[0-9A-F]{8}$/.test(each));
    template.allResourcesProperties('AWS::ECS::TaskDefinition', { ExecutionRoleArn: { 'Fn::GetAtt': [id, 'Arn'] } });
    expect(policiesOn(template, { Ref: id })).toEqual(expect.arrayContaining(['logs:CreateLogStream', 'logs:PutLogEvents']));
  });

  test('that takes no policies is a warning with what it needs', () => {
    const { warnings } = told((stack) => ({ services: { orders: service({ executionRole: imported(stack, { mutable: false }) }) } }));
    expect(warnings).toEqual([expect.stringMatching(/^services\.orders\.executionRole: .*logs:PutLogEvents/)]);
  });
});

describe('an execution role that takes no policies', () => {
  test('is a warning with what images, secrets, files of variables and log drivers need, too', () => {
    const { warnings } = told((stack) => {
      const repository = ecr.Repository.fromRepositoryName(stack, 'Repository', 'orders');
      const password = secretsmanager.Secret.fromSecretCompleteArn(
        stack,
        'Password',
        'arn:aws:secretsmanager:eu-west-1:111111111111:secret:p-AbCdEf',
      );
      return {
        services: {
          orders: service({
            image: ContainerImage.fromEcrRepository(repository, '1'),
            secrets: { PASSWORD: Secret.fromSecretsManager(password) },
            environmentFiles: [EnvironmentFile.fromBucket(Bucket.fromBucketName(stack, 'Files', 'files'), 'orders.env')],
            executionRole: imported(stack, { mutable: false }),
          }),
        },
      };
    });
    expect(warnings).toHaveLength(1);
    const document = JSON.parse(/\{"Statement".*\}/.exec(warnings[0] ?? '')?.[0] ?? '{}') as { readonly Statement: unknown };
    expect(actionsOf(document.Statement)).toEqual(
      expect.arrayContaining([
        'logs:PutLogEvents',
        'ecr:BatchGetImage',
        'ecr:GetAuthorizationToken',
        'secretsmanager:GetSecretValue',
        's3:GetObject',
      ]),
    );
  });
});

describe('roles of the user for a job', () => {
  const make = (stack: Stack, props: Partial<JobProps> = {}): MicroservicesProps => ({
    services: { ui: service() },
    jobs: { tidy: { ...job, calls: ['ui'], taskRole: forTasks(stack, 'Own'), executionRole: forTasks(stack, 'Start'), ...props } },
  });

  test('are those of its tasks, with policies, the tags of the identity, and for whoever runs it', () => {
    const { template, warnings } = told((stack) => make(stack, { schedule: ScheduleExpression.rate(Duration.days(1)) }));
    const idOf = (name: string): string =>
      Object.keys(resourcesOf(template)).find((id) => new RegExp(`^${name}[0-9A-F]{8}$`).test(id)) ?? '';
    const [own, start] = [idOf('Own'), idOf('Start')];
    template.hasResourceProperties('AWS::ECS::TaskDefinition', {
      TaskRoleArn: { 'Fn::GetAtt': [own, 'Arn'] },
      ExecutionRoleArn: { 'Fn::GetAtt': [start, 'Arn'] },
    });
    expect(policiesOn(template, { Ref: own })).toEqual(expect.arrayContaining(['kms:Encrypt', 'lambda:InvokeFunction']));
    expect(policiesOn(template, { Ref: start })).toEqual(expect.arrayContaining(['logs:PutLogEvents']));
    template.hasResourceProperties('AWS::IAM::Role', {
      Tags: Match.arrayWith([{ Key: IDENTITY_TAG, Value: 'spiffe://shop.internal/tidy' }]),
    });
    const waits = ['ShoptidyStartTasks', 'ShoptidyTaskPermissions'].map((id) => Match.stringLikeRegexp(id));
    for (const wait of waits) template.hasResource('AWS::Scheduler::Schedule', { DependsOn: Match.arrayWith([wait]) });
    expect(warnings).toEqual([]);
    expect(Object.keys(resourcesOf(template)).filter((id) => /^Shoptidy(Task|Execution)Role/.test(id))).toEqual([]);
  });

  test('that are imported get policies, and a warning says which tags one needs', () => {
    const { template, warnings } = told((stack) => make(stack, { taskRole: imported(stack) }));
    expect(policiesOn(template, 'orders-tasks')).toEqual(expect.arrayContaining(['kms:Encrypt']));
    expect(warnings).toEqual([expect.stringMatching(/jobs\.tidy\.taskRole: .*spiffe:\/\/shop\.internal\/tidy/)]);
  });

  test('that take no policies are a warning with what they need', () => {
    const { warnings } = told((stack) => make(stack, { executionRole: imported(stack, { mutable: false }) }));
    expect(warnings).toEqual([expect.stringMatching(/^jobs\.tidy\.executionRole: .*logs:PutLogEvents/)]);
  });

  test.each(['taskRole', 'executionRole'])('fails if the %s is of another account', (field) => {
    expect(() => told((stack) => make(stack, { [field]: imported(stack, {}, '222222222222') }))).toThrow(
      new RegExp(`jobs\\.tidy\\.${field}: the role is of the account 222222222222`),
    );
  });
});

describe('roles that cannot be are refused', () => {
  const refused = (make: (stack: Stack) => MicroservicesProps): string => {
    try {
      told(make);
    } catch (error) {
      return (error as Error).message;
    }
    return 'accepted';
  };

  test('fails if two services have one role', () => {
    expect(
      refused((stack) => {
        const taskRole = forTasks(stack, 'Own');
        return { services: { a: service({ taskRole }), b: service({ taskRole }) } };
      }),
    ).toMatch(/services\.b\.taskRole: services\.a\.taskRole has this role already[^]*DUPLICATE/);
  });

  test('fails if a service and a gateway import one role', () => {
    expect(
      refused((stack) => ({
        services: { ui: service({ taskRole: iam.Role.fromRoleName(stack, 'A', 'tasks') }) },
        edge: edge(iam.Role.fromRoleName(stack, 'B', 'tasks')),
      })),
    ).toMatch(/edge\.gateway\.taskRole: services\.ui\.taskRole has this role already/);
  });

  const clients = (role: iam.IRole): MicroservicesProps['clients'] => ({
    report: { role, connections: new ec2.Connections({ securityGroups: [] }), calls: ['a'] },
  });

  test.each<[string, (stack: Stack, role: iam.IRole) => MicroservicesProps, RegExp]>([
    [
      'a service and a job',
      (_, taskRole) => ({ services: { a: service({ taskRole }) }, jobs: { tidy: { ...job, taskRole } } }),
      /jobs\.tidy\.taskRole: services\.a\.taskRole has/,
    ],
    [
      'a service and a client',
      (_, taskRole) => ({ services: { a: service({ taskRole }) }, clients: clients(taskRole) }),
      /clients\.report\.role: services\.a\.taskRole has/,
    ],
  ])('fails if %s have one role', (_, make, message) => {
    expect(refused((stack) => make(stack, forTasks(stack, 'Own')))).toMatch(message);
    expect(refused((stack) => make(stack, imported(stack)))).toMatch(message);
  });

  test.each<[string, (stack: Stack, role: iam.IRole) => MicroservicesProps, RegExp]>([
    [
      'another service',
      (_, role) => ({ services: { a: service({ executionRole: role }), b: service({ taskRole: role }) } }),
      /services\.b\.taskRole: services\.a\.executionRole is this role, too.*CONFLICT/,
    ],
    [
      'a job',
      (_, role) => ({ services: { a: service({ taskRole: role }) }, jobs: { tidy: { ...job, executionRole: role } } }),
      /services\.a\.taskRole: jobs\.tidy\.executionRole is this role/,
    ],
    [
      'a service that shares it',
      (_, role) => ({ services: { a: service({ taskRole: role, executionRole: role }), b: service({ executionRole: role }) } }),
      /services\.a\.taskRole: services\.b\.executionRole is this role/,
    ],
    [
      'a service, and its identity that of a client',
      (_, role) => ({ services: { a: service({ executionRole: role }) }, clients: clients(role) }),
      /clients\.report\.role: services\.a\.executionRole is this role/,
    ],
    [
      'a service, and its identity that of a gateway',
      (_, role) => ({ services: { ui: service({ executionRole: role }) }, edge: edge(role) }),
      /edge\.gateway\.taskRole: services\.ui\.executionRole is this role/,
    ],
  ])('fails if a role starts the tasks of %s', (_, make, message) => {
    expect(refused((stack) => make(stack, forTasks(stack, 'Own')))).toMatch(new RegExp(message.source, 's'));
  });

  test('one role may be both of one service, whose secrets its tasks have anyway', () => {
    expect(
      refused((stack) => {
        const role = forTasks(stack, 'Own');
        return { services: { a: service({ taskRole: role, executionRole: role }) } };
      }),
    ).toBe('accepted');
  });

  test.each<[string, (first: Microservices) => MicroservicesProps, string]>([
    [
      'is that of a service of another system',
      (first) => ({ services: { a: service({ taskRole: first.service('orders').taskRole }) } }),
      'spiffe://shop.internal/orders already',
    ],
    [
      'proves the same name in another system',
      (first) => ({ services: { orders: service({ taskRole: first.service('orders').taskRole }) }, domain: 'shop.internal' }),
      'spiffe://shop.internal/orders already in another mesh',
    ],
    [
      'is that of a service of another system, for a client',
      (first) => ({ services: { a: service() }, clients: clients(first.service('orders').taskRole) }),
      'spiffe://shop.internal/orders already',
    ],
  ])('fails if a role %s, which would lose its identity', (_, second, message) => {
    const stack = new Stack(new App(), 'Stack', { env: ENV });
    const first = new Microservices(stack, 'Shop', { services: { orders: service({ taskRole: forTasks(stack, 'Own') }) } });
    expect(() => new Microservices(stack, 'Second', second(first))).toThrow(message);
  });

  test('a role that has the right tags by hand is taken', () => {
    const stack = new Stack(new App(), 'Stack', { env: ENV });
    const role = forTasks(stack, 'Own');
    const { tags } = role.node.defaultChild as iam.CfnRole;
    tags.setTag(IDENTITY_TAG, 'spiffe://shop.internal/orders');
    tags.setTag(MESH_TAG, 'shop.internal/Z0123456789');
    expect(() => new Microservices(stack, 'Shop', { services: { orders: service({ taskRole: role }) } })).not.toThrow();
  });

  test.each(['taskRole', 'executionRole'])('fails if the %s is of another account', (field) => {
    expect(refused((stack) => ({ services: { a: service({ [field]: imported(stack, {}, '222222222222') }) } }))).toMatch(
      new RegExp(`services\\.a\\.${field}: the role is of the account 222222222222`),
    );
  });

  test('fails if it is the ARN of one', () => {
    expect(refused(() => ({ services: { a: service({ taskRole: 'arn:aws:iam::111111111111:role/a' as never }) } }))).toMatch(
      /services\.a\.taskRole: must be an iam\.IRole/,
    );
  });
});

test('roles that the company makes by Role.customizeRoles() are those of tasks, and a warning says which tags they need', () => {
  const stack = new Stack(new App(), 'Stack', { env: ENV });
  iam.Role.customizeRoles(stack, { usePrecreatedRoles: { 'Stack/Shop/orders/TaskRole': 'orders-tasks' } });
  const shop = new Microservices(stack, 'Shop', { services: { orders: service() } });
  expect(stack.resolve(shop.service('orders').taskRole.roleName)).toBe('orders-tasks');
  const told = stack.node.findAll().flatMap(({ node }) => node.metadata.map(({ data }) => String(data)));
  expect(told).toContainEqual(expect.stringMatching(/the role orders-tasks is not made by this app, so it has no tags/));
});
