import { App, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as efs from 'aws-cdk-lib/aws-efs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import type { ServiceProps } from '../../../lib';
import { Microservices, Placement, Volume } from '../../../lib';
import { containersOf, resourcesOf, service } from '../../support/stack';

const ENV = { account: '111111111111', region: 'eu-west-1' };
const SECRET = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop/password-AbCdEf';

/** Policies of the execution role of `orders` and of the whole system, as text. */
const policies = (template: Template): string =>
  JSON.stringify(Object.values(resourcesOf(template)).filter(({ Type }) => ['AWS::IAM::Role', 'AWS::IAM::Policy'].includes(Type)));

describe('image tags from a parameter', () => {
  const stack = new Stack(new App(), 'Stack', { env: ENV });
  const tag = new CfnParameter(stack, 'Tag', { default: 'latest' }).valueAsString;
  const image = ecs.ContainerImage.fromEcrRepository(ecr.Repository.fromRepositoryName(stack, 'Repository', 'orders'), tag);
  new Microservices(stack, 'Shop', {
    services: { orders: { image, port: 8080 } },
    jobs: { tidy: { image, schedule: ScheduleExpression.rate(Duration.days(1)) } },
  });
  const template = Template.fromStack(stack);

  test.each(['orders', 'tidy'])('reach the task definition, and the execution role may pull: %s', (name) => {
    const { Image } = containersOf(template, name).get('app') as unknown as { readonly Image: unknown };
    expect(JSON.stringify(Image)).toMatch(/111111111111\.dkr\.ecr\.eu-west-1\..*\/orders:",\{"Ref":"Tag"\}/);
    expect(policies(template)).toMatch(/"ecr:BatchGetImage".*:repository\/orders"/);
  });

  test('change nothing of the configuration of Envoy', () => {
    expect(containersOf(template, 'orders').get('envoy')).toBeDefined();
    for (const name of ['envoy', 'mesh-agent', 'mesh-init'])
      expect(JSON.stringify(containersOf(template, 'orders').get(name) ?? {})).not.toContain('"Tag"');
  });
});

describe('secrets', () => {
  test('by their ARN are read by the execution role of this service alone, and by no other', () => {
    const stack = new Stack(new App(), 'Stack', { env: ENV });
    const secrets = {
      PASSWORD: ecs.Secret.fromSecretsManager(secretsmanager.Secret.fromSecretCompleteArn(stack, 'Password', SECRET), 'password'),
      TOKEN: ecs.Secret.fromSsmParameter(
        ssm.StringParameter.fromSecureStringParameterAttributes(stack, 'Token', { parameterName: '/shop/token' }),
      ),
    };
    new Microservices(stack, 'Shop', { services: { orders: service({ secrets }), ui: service({ calls: ['orders'] }) } });
    const template = Template.fromStack(stack);
    const { Secrets } = containersOf(template, 'orders').get('app') as unknown as { readonly Secrets: unknown };
    expect(Secrets).toEqual([
      { Name: 'PASSWORD', ValueFrom: `${SECRET}:password::` },
      { Name: 'TOKEN', ValueFrom: expect.objectContaining({ 'Fn::Join': expect.anything() as unknown }) as unknown },
    ]);
    const reading = Object.entries(resourcesOf(template)).filter(([, resource]) =>
      JSON.stringify(resource).includes('secretsmanager:GetSecretValue'),
    );
    expect(reading.map(([id]) => id)).toEqual([expect.stringMatching(/^ShopordersExecutionRoleDefaultPolicy/)]);
    expect(JSON.stringify(reading)).toMatch(/shop\/password-AbCdEf.*:parameter\/shop\/token/);
  });

  test('of another stack of the app are read, and that stack refers to nothing of the system', () => {
    const app = new App();
    const [data, stack] = [new Stack(app, 'Data', { env: ENV }), new Stack(app, 'Stack', { env: ENV })];
    const PASSWORD = ecs.Secret.fromSecretsManager(new secretsmanager.Secret(data, 'Password'));
    new Microservices(stack, 'Shop', {
      services: { orders: service({ secrets: { PASSWORD } }) },
      jobs: { tidy: { image, secrets: { PASSWORD } } },
    });
    expect(() => app.synth()).not.toThrow();
    expect(stack.dependencies).toEqual([data]);
    expect(policies(Template.fromStack(stack)).match(/secretsmanager:GetSecretValue/g)).toHaveLength(2);
  });
  const image = ecs.ContainerImage.fromRegistry('example/job');
});

// A group there would be deployed after the system, and before it.
describe('fails, with the prop, if a group stands in the stack from which the system is given', () => {
  const given: readonly (readonly [string, (team: Stack) => Partial<ServiceProps>])[] = [
    ['taskRole', (team) => ({ taskRole: new iam.Role(team, 'Role', { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') }) })],
    [
      'executionRole',
      (team) => ({ executionRole: new iam.Role(team, 'Role', { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') }) }),
    ],
    ['scaling.queue', (team) => ({ scaling: { maxCapacity: 2, queue: { queue: new sqs.Queue(team, 'Queue'), messagesPerTask: 10 } } })],
    [
      'volumes.files',
      (team) => {
        const vpc = new ec2.Vpc(team, 'FilesVpc');
        const volumes = { files: Volume.efs({ fileSystem: new efs.FileSystem(team, 'Files', { vpc }) }) };
        return { volumes, mountPoints: [{ sourceVolume: 'files', containerPath: '/files', readOnly: true }] };
      },
    ],
  ];
  test.each(given)('%s', (prop, make) => {
    const app = new App();
    const [stack, team] = [new Stack(app, 'Stack', { env: ENV }), new Stack(app, 'Team', { env: ENV })];
    const shop = (): unknown =>
      new Microservices(stack, 'Shop', {
        services: { orders: service(make(team)), late: service({ group: 'team' }) },
        groups: { team: Placement.stack(team) },
      });
    expect(shop).toThrow(`see services.orders.${prop}`);
  });

  test('taskRole of a job', () => {
    const app = new App();
    const [stack, team] = [new Stack(app, 'Stack', { env: ENV }), new Stack(app, 'Team', { env: ENV })];
    const taskRole = new iam.Role(team, 'Role', { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') });
    const jobs = { tidy: { image: ecs.ContainerImage.fromRegistry('example/job'), taskRole } };
    const groups = { team: Placement.stack(team) };
    expect(() => new Microservices(stack, 'Shop', { services: { ui: service({ group: 'team' }) }, jobs, groups })).toThrow(
      'see jobs.tidy.taskRole',
    );
  });
});
