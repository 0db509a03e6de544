import { App, Duration, NestedStack, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { DefinitionBody, StateMachine, Timeout } from 'aws-cdk-lib/aws-stepfunctions';
import type { JobProps, MicroservicesProps } from '../../../lib';
import { Authorizer, Certificates, Edge, Microservices, Placement } from '../../../lib';
import flags from '../../../cdk.json';
import type { Resource } from '../../support/stack';
import { build, containersOf, resourcesOf, service } from '../../support/stack';

const image = ecs.ContainerImage.fromRegistry('example/job');
const job = (props: Partial<JobProps> = {}): JobProps => ({ image, ...props });
const nightly = (props: Partial<JobProps> = {}): JobProps => job({ schedule: ScheduleExpression.rate(Duration.days(1)), ...props });
const migrate = (props: Partial<JobProps> = {}): JobProps => job({ beforeDeployment: true, ...props });
const services = { ui: service({ calls: ['orders'] }), orders: service() };
const edge = Edge.httpApi({ authorizer: Authorizer.iam(), routes: { $default: { service: 'ui' } } });

const SCOPE = { 'Fn::Join': ['', ['shop.internal/', { Ref: expect.stringMatching(/^ShopZone/) as string }]] };

/** To which something is added before it is synthesized. */
function open(props: Partial<MicroservicesProps>): { readonly stack: Stack; readonly system: Microservices } {
  const stack = new Stack(new App({ context: flags.context }), 'Stack');
  return { stack, system: new Microservices(stack, 'Shop', { services, ...props }) };
}

const all = (template: Template, type: string): readonly (readonly [string, Resource])[] =>
  Object.entries(resourcesOf(template)).filter(([, { Type }]) => Type === type);
const waitsOf = (resource: Resource | undefined): readonly string[] =>
  [resource?.DependsOn ?? []].flat().map((id) => id.replace(/^Shop|[0-9A-F]{8}$/g, ''));
const find = (template: Template, name: RegExp): Resource | undefined =>
  Object.entries(resourcesOf(template)).find(([id]) => name.test(id))?.[1];
const statementsOf = (role: Resource | undefined): readonly { readonly Action: string | readonly string[] }[] =>
  ((role?.Properties?.['Policies'] ?? []) as { PolicyDocument: { Statement: { Action: string }[] } }[]).flatMap(
    ({ PolicyDocument }) => PolicyDocument.Statement,
  );

const runnerVariables = (template: Template): Record<string, unknown> =>
  (find(template, /^ShopBeforeDeploymentRunnerFunction/)?.Properties?.['Environment'] as { Variables: Record<string, unknown> }).Variables;

describe('a worker', () => {
  const { template, system } = build({ services: { ui: service(), mail: { image, calls: ['ui'] } } });

  test('has an ECS service that registers nowhere, and no name by which anybody could call it', () => {
    const [, ecsService] = all(template, 'AWS::ECS::Service').find(([id]) => id.startsWith('Shopmail')) ?? [];
    expect(ecsService?.Properties).not.toHaveProperty('ServiceRegistries');
    expect(all(template, 'AWS::ServiceDiscovery::Service').map(([id]) => id)).toEqual([expect.stringMatching(/^Shopui/)]);
    expect(containersOf(template, 'mail').get('envoy')).not.toHaveProperty('PortMappings');
    expect(system.service('mail').workload().container.containerName).toBe('app');
  });

  test('may ask for its certificate, and nothing of Cloud Map', () => {
    expect(statementsOf(find(template, /^ShopmailTaskRole/)).map(({ Action }) => Action)).toEqual(['kms:Encrypt']);
  });

  test('has a role without a policy of its own, where it needs none', () => {
    const plain = build({ services: { mail: { image } }, certificates: Certificates.none() }).template;
    expect(find(plain, /^ShopmailTaskRole/)?.Properties).not.toHaveProperty('Policies');
  });
});

describe('a job', () => {
  test('has a task definition with its sidecar and an identity, and no ECS service', () => {
    const { template, system } = build({ services, jobs: { tidy: job({ environment: { MODE: 'all' }, cpu: 1024 }) } });
    expect(all(template, 'AWS::ECS::Service').map(([id]) => id.replace(/Service.*/, ''))).toEqual(['Shoporders', 'Shopui']);
    const containers = containersOf(template, 'tidy');
    expect([...containers.keys()]).toEqual(expect.arrayContaining(['app', 'envoy', 'mesh-agent']));
    expect(containers.get('app')).toMatchObject({ Image: 'example/job', Environment: [{ Name: 'MODE', Value: 'all' }] });
    const handle = system.job('tidy');
    expect([handle.jobName, handle.container.containerName, handle.proxyContainer.containerName]).toEqual(['tidy', 'app', 'envoy']);
    expect([handle.schedule, handle.beforeDeployment]).toEqual([undefined, undefined]);
    template.hasResourceProperties('AWS::IAM::Role', {
      Tags: Match.arrayWith([{ Key: 'cdk-ecs-microservices-identity', Value: 'spiffe://shop.internal/tidy' }]),
    });
  });

  test('has secrets, a log driver and extra containers of its own', () => {
    const { template } = build((stack) => ({
      services,
      jobs: {
        tidy: job({
          secrets: { PASSWORD: ecs.Secret.fromSecretsManager(new secretsmanager.Secret(stack, 'Password')) },
          logging: ecs.LogDrivers.awsLogs({ streamPrefix: 'own' }),
          extraContainers: { helper: { image: ecs.ContainerImage.fromRegistry('example/helper'), essential: false } },
        }),
      },
    }));
    const containers = containersOf(template, 'tidy');
    expect(containers.get('app')).toMatchObject({
      Secrets: [{ Name: 'PASSWORD' }],
      LogConfiguration: { Options: { 'awslogs-stream-prefix': 'own' } },
    });
    expect(containers.get('helper')).toMatchObject({ Image: 'example/helper' });
    expect(find(template, /^ShoptidyExecutionRole/)?.Type).toBe('AWS::IAM::Role');
  });

  test('waits on its schedule for whom it calls, for the way there, and for what lets it in elsewhere', () => {
    const { template } = build((stack) => {
      const vpc = new ec2.Vpc(stack, 'Own');
      return { services, jobs: { nightly: nightly({ calls: ['orders', 'db'] }) }, external: { db: { host: 'db.example.com' } }, vpc };
    });
    expect(waitsOf(find(template, /^ShopnightlySchedule[0-9A-F]{8}$/))).toEqual(
      expect.arrayContaining([
        'ordersService',
        'ordersFromnightly',
        'ordersVirtualName',
        'dbVirtualName',
        'nightlyTaskRole',
        'ExecutionRole',
      ]),
    );
  });

  test('waits for rules that come after it', () => {
    const { stack, system } = open({ jobs: { migrate: migrate() } });
    const database = new ec2.SecurityGroup(stack, 'Database', { vpc: system.vpc });
    database.connections.allowFrom(system.job('migrate'), ec2.Port.tcp(5432));
    system.job('migrate').beforeDeployment?.node.addDependency(new Queue(stack, 'Other'));
    const waits = waitsOf(find(Template.fromStack(stack), /^ShopmigrateBeforeDeployment/));
    expect(waits.filter((id) => /^(Database|Other)/.test(id))).toEqual([expect.stringMatching(/^DatabasefromStackShopmigrate/), 'Other']);
  });

  test('stands in the stack of its group, with its schedule', () => {
    const app = new App({ context: flags.context });
    const stack = new Stack(app, 'Stack');
    const team = new Stack(app, 'Team');
    const shop = new Microservices(stack, 'Shop', {
      services,
      jobs: { nightly: nightly({ group: 'team', calls: ['orders'] }), report: job({ group: 'nested' }) },
      groups: { team: Placement.stack(team), nested: Placement.nestedStack() },
    });
    Template.fromStack(team).hasResourceProperties('AWS::Scheduler::Schedule', { Description: 'Runs the job nightly' });
    const nested = Stack.of(shop.job('report'));
    expect(nested).toBeInstanceOf(NestedStack);
    Template.fromStack(nested).resourceCountIs('AWS::ECS::TaskDefinition', 1);
    Template.fromStack(stack).resourceCountIs('AWS::Scheduler::Schedule', 0);
  });
});

describe('what starts a job', () => {
  const NETWORK = {
    AssignPublicIp: 'DISABLED',
    Subnets: [{ Ref: Match.stringLikeRegexp('PrivateSubnet1') }, { Ref: Match.stringLikeRegexp('PrivateSubnet2') }],
    SecurityGroups: [{ 'Fn::GetAtt': [Match.stringLikeRegexp('ShopnightlySecurityGroup'), 'GroupId'] }],
  };
  const PARAMETERS = {
    EnableECSManagedTags: true,
    PropagateTags: 'TASK_DEFINITION',
    TaskDefinitionArn: { Ref: Match.stringLikeRegexp('ShopnightlyTaskDefinition') },
  };

  test('a schedule runs it where the services of the system run', () => {
    const { template, system } = build({ services, jobs: { nightly: nightly() } });
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(1 day)',
      Target: { EcsParameters: { ...PARAMETERS, LaunchType: 'FARGATE', NetworkConfiguration: { AwsvpcConfiguration: NETWORK } } },
    });
    expect(system.job('nightly').schedule).toBeInstanceOf(scheduler.Schedule);
  });

  test('a rule runs it so, too, and waits for what the job needs', () => {
    const { stack, system } = open({ jobs: { nightly: job({ calls: ['orders'] }) } });
    const targets = [
      system.job('nightly').eventTarget({ retryAttempts: 1, containerOverrides: [{ containerName: 'app', command: ['all'] }] }),
    ];
    new Rule(stack, 'Rule', { schedule: Schedule.rate(Duration.hours(1)), targets });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Events::Rule', {
      Targets: [
        Match.objectLike({
          EcsParameters: { ...PARAMETERS, LaunchType: 'FARGATE', NetworkConfiguration: { AwsVpcConfiguration: NETWORK } },
          Input: '{"containerOverrides":[{"name":"app","command":["all"]}]}',
          RetryPolicy: { MaximumRetryAttempts: 1 },
        }),
      ],
    });
    expect(waitsOf(find(template, /^Rule/))).toEqual(expect.arrayContaining(['ordersService', 'ordersFromnightly', 'ordersVirtualName']));
  });

  test('a state machine runs one revision of it, waits for its end, and may stop tasks of this job and mesh only', () => {
    const { stack, system } = open({ jobs: { nightly: job() } });
    const state = system.job('nightly').stepFunctionsTask(stack, 'Run', { taskTimeout: Timeout.duration(Duration.hours(2)) });
    new StateMachine(stack, 'Machine', { definitionBody: DefinitionBody.fromChainable(state) });
    const template = Template.fromStack(stack);
    const text = JSON.stringify(find(template, /^Machine[0-9A-F]{8}$/)?.Properties?.['DefinitionString']);
    for (const part of ['ecs:runTask.sync', 'AssignPublicIp\\":\\"DISABLED', 'EnableECSManagedTags\\":true', 'TimeoutSeconds\\":7200'])
      expect(text).toContain(part);
    expect(text).toContain('"Ref":"ShopnightlyTaskDefinition');
    const policy = JSON.stringify(find(template, /^MachineRoleDefaultPolicy/)?.Properties);
    expect(policy).not.toContain('"Resource":"*"');
    expect(policy).toContain('"ecs:DescribeTasks","ecs:StopTask"');
    expect(policy).toContain('"aws:ResourceTag/cdk-ecs-microservices-job":"nightly","aws:ResourceTag/cdk-ecs-microservices-mesh":');
    expect(policy).toContain('events:PutTargets');
  });

  test('capacity providers and ECS Exec are those of the job, whoever starts it', () => {
    const capacityProviderStrategies = [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }];
    const { stack, system } = open({
      jobs: {
        nightly: nightly({ capacityProviderStrategies, enableExecuteCommand: true }),
        migrate: migrate({ capacityProviderStrategies, enableExecuteCommand: true }),
      },
    });
    const handle = system.job('nightly');
    new Rule(stack, 'Rule', { schedule: Schedule.rate(Duration.hours(1)), targets: [handle.eventTarget()] });
    new StateMachine(stack, 'Machine', { definitionBody: DefinitionBody.fromChainable(handle.stepFunctionsTask(stack, 'Run')) });
    const template = Template.fromStack(stack);
    const strategy = { CapacityProvider: 'FARGATE_SPOT', Base: 0, Weight: 1 };
    const parameters = { LaunchType: Match.absent(), EnableExecuteCommand: true };
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      Target: { EcsParameters: { ...parameters, CapacityProviderStrategy: [strategy] } },
    });
    template.hasResourceProperties('AWS::Events::Rule', {
      Targets: [Match.objectLike({ EcsParameters: Match.objectLike({ ...parameters, CapacityProviderStrategy: [strategy] }) })],
    });
    expect(JSON.stringify(runnerVariables(template)['JOBS'])).toContain(
      String.raw`\"capacity\":[{\"provider\":\"FARGATE_SPOT\",\"base\":0,\"weight\":1}],\"enableExecuteCommand\":true`,
    );
    expect(JSON.stringify(find(template, /^Machine[0-9A-F]{8}$/))).toContain('FARGATE_SPOT');
    const waits = waitsOf(find(template, /^ShopnightlySchedule[0-9A-F]{8}$/));
    expect(waits).toContain('CapacityProviders');
    expect(JSON.stringify(find(template, /^ShopnightlyTaskRoleDefaultPolicy/))).toContain('ssmmessages:OpenDataChannel');
  });

  test('a schedule may run this task definition in this cluster, and pass its two roles', () => {
    const { template } = build({ services, jobs: { nightly: nightly(), tidy: nightly() } });
    const statements = statementsOf(find(template, /^ShopnightlyScheduleRole/));
    expect(statements).toEqual([
      expect.objectContaining({ Action: 'ecs:RunTask', Resource: { Ref: expect.stringMatching(/^ShopnightlyTaskDefinition/) } }),
      expect.objectContaining({
        Action: 'iam:PassRole',
        Resource: [
          { 'Fn::GetAtt': [expect.stringMatching(/^ShopExecutionRole/), 'Arn'] },
          { 'Fn::GetAtt': [expect.stringMatching(/^ShopnightlyTaskRole/), 'Arn'] },
        ],
      }),
      expect.objectContaining({ Action: 'ecs:TagResource', Condition: { StringEquals: { 'ecs:CreateAction': 'RunTask' } } }),
    ]);
    expect(find(template, /^ShopnightlyScheduleRoleDefaultPolicy/)).toBeUndefined();
  });

  test('a schedule of the user has a dead-letter queue, to which it may send', () => {
    const { stack, system } = open({ jobs: { tidy: job() } });
    const target = system.job('tidy').scheduleTarget({ deadLetterQueue: new Queue(stack, 'Lost') });
    new scheduler.Schedule(stack, 'Often', { schedule: ScheduleExpression.rate(Duration.hours(1)), target });
    const template = Template.fromStack(stack);
    const policies = JSON.stringify([...all(template, 'AWS::IAM::Policy'), ...all(template, 'AWS::SQS::QueuePolicy')]);
    expect(policies).toContain('sqs:SendMessage');
    expect(policies).not.toContain('"ecs:RunTask"');
  });

  test('grantRun lets somebody else run it, with tags, in this cluster alone', () => {
    const { stack, system } = open({ jobs: { tidy: job() } });
    system.job('tidy').grantRun(new Role(stack, 'Somebody', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }));
    const policy = JSON.stringify(find(Template.fromStack(stack), /^SomebodyDefaultPolicy/)?.Properties);
    expect(policy).toContain('"ecs:RunTask"');
    expect(policy).toContain('"iam:PassRole"');
    expect(policy).toContain('"ecs:TagResource"');
    expect(policy).toContain('"ecs:cluster"');
  });
});

describe('a job before deployments', () => {
  const system = (props: Partial<MicroservicesProps> = {}): Template =>
    build({ services, edge, jobs: { migrate: migrate(), nightly: nightly() }, ...props }).template;

  test('is waited for by every ECS service, the gateway included, and by what runs other jobs', () => {
    const template = system();
    const ecsServices = all(template, 'AWS::ECS::Service');
    expect(ecsServices.map(([id]) => id.replace(/Service[0-9A-F]{8}$/, ''))).toEqual(['Shoporders', 'Shopui', 'Shopgateway']);
    for (const [, ecsService] of ecsServices) expect(waitsOf(ecsService)).toContain('migrateBeforeDeployment');
    expect(waitsOf(find(template, /^ShopnightlySchedule[0-9A-F]{8}$/))).toContain('migrateBeforeDeployment');
    expect(waitsOf(find(template, /^ShopmigrateBeforeDeployment/))).toEqual(
      expect.arrayContaining(['ExecutionRole', 'migrateTaskRole', 'migrateSecurityGroup']),
    );
  });

  test('is waited for by the stacks of groups', () => {
    const { template } = build({
      services: { ui: service(), orders: service({ group: 'team' }) },
      jobs: { migrate: migrate() },
      groups: { team: Placement.nestedStack() },
    });
    expect(waitsOf(find(template, /^ShopGroupteam.*NestedStackResource/))).toContain('migrateBeforeDeployment');
  });

  test('knows where it runs and logs; not where its log is, if that is elsewhere', () => {
    const template = system({ jobs: { migrate: migrate(), other: migrate({ logging: ecs.LogDrivers.awsLogs({ streamPrefix: 'own' }) }) } });
    const [[, first], [, second]] = all(template, 'Custom::MeshJobRun') as [[string, Resource], [string, Resource]];
    expect(first.Properties).toMatchObject({ Job: 'migrate', Container: 'app', LogGroup: { Ref: expect.stringMatching(/^ShopLogs/) } });
    expect(second.Properties).not.toHaveProperty('LogGroup');
    // One function for both.
    expect(first.Properties?.['ServiceToken']).toEqual(second.Properties?.['ServiceToken']);
  });

  test('may be stopped by what runs it, and no other task: of another job, of another mesh, or started by somebody else', () => {
    const template = system();
    const runner = find(template, /^ShopBeforeDeploymentRunnerRole/);
    expect(statementsOf(runner)).toContainEqual(
      expect.objectContaining({
        Action: ['ecs:DescribeTasks', 'ecs:StopTask'],
        Condition: {
          StringEquals: {
            'aws:ResourceTag/cdk-ecs-microservices-job': 'migrate',
            'aws:ResourceTag/cdk-ecs-microservices-job-run': 'deployment',
            'aws:ResourceTag/cdk-ecs-microservices-mesh': SCOPE,
          },
        },
      }),
    );
    expect(find(template, /^ShopmigrateTaskDefinition/)?.Properties?.['Tags']).toEqual([
      { Key: 'cdk-ecs-microservices-job', Value: 'migrate' },
      { Key: 'cdk-ecs-microservices-mesh', Value: SCOPE },
    ]);
  });

  test('runs in the network that the function knows by itself: whoever may invoke it writes what is in its events', () => {
    const template = system({ jobs: { migrate: migrate(), other: migrate() } });
    const [, run] = all(template, 'Custom::MeshJobRun')[0] ?? [];
    expect(Object.keys(run?.Properties ?? {}).sort()).toEqual(['Container', 'Job', 'LogGroup', 'ServiceToken', 'TaskDefinition']);
    const { CLUSTER, SUBNETS, JOBS } = runnerVariables(template);
    expect(CLUSTER).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^ShopCluster/), 'Arn'] });
    expect(JSON.stringify(SUBNETS)).toMatch(/ShopVpcPrivateSubnet1.*ShopVpcPrivateSubnet2/);
    expect(JSON.stringify(JOBS)).toMatch(/\\"migrate\\".*ShopmigrateSecurityGroup.*\\"other\\".*ShopotherSecurityGroup/);
  });

  test('fails if there are more of them than the function can know', () => {
    const jobs = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`migrate-${index}`, migrate()]));
    expect(() => system({ jobs })).toThrow(/jobs: more jobs run before deployments than the function that runs them can know/);
    expect(() => system({ jobs: Object.fromEntries(Object.entries(jobs).slice(0, 20)) })).not.toThrow();
  });

  test('is given an hour, and a little less than that by the program', () => {
    const machine = JSON.stringify(all(system(), 'AWS::StepFunctions::StateMachine'));
    expect(machine).toContain('\\"IntervalSeconds\\":10');
    expect(machine).toContain('\\"MaxAttempts\\":348');
  });
});

describe('handles', () => {
  const { system } = build({ services, jobs: { nightly: job() } });
  test.each<[string, () => unknown, string]>([
    ['a job is taken for a service', () => system.service('nightly'), `"nightly" is a job`],
    ['a service is taken for a job', () => system.job('ui'), `"ui" is a service`],
    ['there is no such job', () => system.job('nightlly'), 'did you mean "nightly"?'],
    ['there are no jobs', () => build({ services }).system.job('x'), 'add it to jobs'],
  ])('fails if %s', (_, call, message) => {
    expect(call).toThrow(message);
  });
});
