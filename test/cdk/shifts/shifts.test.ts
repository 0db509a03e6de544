import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import type { MicroservicesProps, ServiceProps } from '../../../lib';
import { Microservices, Protocol, Shift } from '../../../lib';
import type { TaskMetrics } from '../../../lib/core/contract/agent';
import { WEIGHT_SHIFT_RESOURCE } from '../../../lib/core/contract/weight-shift';
import type { ShiftSettings } from '../../../lib/core/contract/weight-shift';
import { unpackConfig } from '../../../lib/core/plan/pack-config';

const image = ContainerImage.fromRegistry('example/app');
const versions = { v1: { weight: 100 }, v2: { weight: 0 } };
const ui: ServiceProps = { image, port: 8080, calls: ['orders'] };
const orders: ServiceProps = { image, port: 8080, versions, shift: Shift.linear() };

function shop(services: MicroservicesProps['services'] = { ui, orders }, more: Partial<MicroservicesProps> = {}) {
  const stack = new Stack(new App(), 'Shop', { env: { region: 'eu-west-1', account: '123456789012' } });
  const mesh = new Microservices(stack, 'Shop', { services, ...more });
  return { stack, mesh, template: () => Template.fromStack(stack) };
}

interface Container {
  readonly Environment?: readonly { readonly Name: string; readonly Value: unknown }[];
}
type Resources = Readonly<
  Record<string, { readonly Type: string; readonly Properties: Record<string, unknown>; readonly DependsOn?: string[] }>
>;
const resources = (template: Template): Resources => template.toJSON()['Resources'] as Resources;

test('the parameter is made before tasks, and weights move when the tasks of all versions run', () => {
  const template = shop().template();
  template.hasResource('Custom::MeshWeights', {
    Properties: {
      Weights: '{"weights":{"v1":100,"v2":0}}',
      Description: 'Weights of the versions of orders, which callers follow while they run',
    },
    DependsOn: Match.absent(),
  });
  template.hasResource('Custom::MeshWeightShift', {
    Properties: { Service: 'orders', Parameter: { Ref: Match.stringLikeRegexp('^ShopWeightsordersshifted') } },
    DependsOn: Match.arrayWith([Match.stringLikeRegexp('^Shopordersv1Service'), Match.stringLikeRegexp('^Shopordersv2Service')]),
  });
  // CloudFormation has no weights to write.
  const own = Object.entries(resources(template)).filter(
    ([id, { Type: type }]) => type === 'AWS::SSM::Parameter' && id.includes('Weights'),
  );
  expect(own).toEqual([]);
});

test('callers read the parameter that is moved, and wait for nothing of the shift', () => {
  const template = shop().template();
  const all = resources(template);
  const waiting = Object.entries(all).filter(([, { DependsOn: needed = [] }]) => needed.some((id) => /Shift/.test(id)));
  expect(waiting.map(([, { Type: type }]) => type).filter((type) => type.startsWith('AWS::ECS'))).toEqual([]);
  expect(JSON.stringify(all)).toContain('"ssm:GetParameters"');
  template.hasResourceProperties('AWS::IAM::Role', {
    Policies: Match.arrayWith([
      Match.objectLike({
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({
              Action: 'ssm:GetParameters',
              Resource: { 'Fn::Join': ['', Match.arrayWith([{ Ref: Match.stringLikeRegexp('^ShopWeightsordersshifted') }])] },
            }),
          ]),
        },
      }),
    ]),
  });
});

test('its function may use parameters of this system, whatever the service, read metrics and alarms, and start this state machine', () => {
  const template = shop().template();
  const name = { 'Fn::Join': ['-', [Match.stringLikeRegexp('^mesh-\\*-[0-9a-f]{8}$'), Match.anyValue()]] };
  const machine = { 'Fn::Join': ['-', [Match.stringLikeRegexp('^mesh-[0-9a-f]{8}$'), Match.anyValue()]] };
  template.hasResourceProperties('AWS::StepFunctions::StateMachine', { StateMachineName: machine });
  template.hasResourceProperties('AWS::IAM::Role', {
    Policies: [
      {
        PolicyName: 'Function',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            Match.objectLike({ Action: ['logs:CreateLogStream', 'logs:PutLogEvents'] }),
            {
              Effect: 'Allow',
              Action: ['ssm:GetParameter', 'ssm:PutParameter', 'ssm:DeleteParameter'],
              Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':ssm:eu-west-1:123456789012:parameter/', name]] },
            },
            { Effect: 'Allow', Action: ['cloudwatch:GetMetricData', 'cloudwatch:DescribeAlarms'], Resource: '*' },
            {
              Effect: 'Allow',
              Action: 'states:StartExecution',
              Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':states:eu-west-1:123456789012:stateMachine:', machine]] },
            },
          ],
        },
      },
    ],
  });
});

test('alarms are named to the state machine, those of the same stack and of the versions themselves too', () => {
  const { template } = shop({
    ui,
    orders: {
      ...orders,
      shift: Shift.canary({
        percent: 5,
        watch: Duration.minutes(30),
        comparison: { enabled: false },
        alarms: [
          new Alarm(new Stack(new App(), 'Other'), 'Fails', {
            alarmName: 'orders-fail',
            metric: new Metric({ namespace: 'Shop', metricName: 'Failures' }),
            threshold: 1,
            evaluationPeriods: 1,
          }),
        ],
      }),
    },
  });
  const [shift] = Object.values(resources(template())).filter(({ Type: type }) => type === WEIGHT_SHIFT_RESOURCE);
  const text = JSON.stringify(shift?.Properties['Settings']);
  const settings: Partial<ShiftSettings> = { steps: { first: 5, next: 100 }, checksPerStep: 30, checkSeconds: 60 };
  for (const [field, value] of Object.entries(settings)) expect(text.replaceAll('\\', '')).toContain(`"${field}":${JSON.stringify(value)}`);
  expect(text.replaceAll('\\', '')).toContain('"alarms":["orders-fail"]');
  expect(text).not.toContain('comparison');
});

test('a TCP service has a shift by alarms, of which callers report nothing', () => {
  const stack = new Stack(new App(), 'Alarms');
  const alarm = new Alarm(stack, 'Full', {
    alarmName: 'vault-full',
    metric: new Metric({ namespace: 'Shop', metricName: 'Full' }),
    threshold: 1,
    evaluationPeriods: 1,
  });
  const vault: ServiceProps = {
    image,
    port: 7000,
    protocol: Protocol.TCP,
    versions,
    shift: Shift.linear({ alarms: [alarm], comparison: { enabled: false } }),
  };
  const template = shop({ ui: { ...ui, calls: ['vault'] }, vault }).template();
  template.hasResource('Custom::MeshWeightShift', {
    Properties: { Service: 'vault', Weights: '{"weights":{"v1":100,"v2":0}}', Settings: Match.anyValue() },
  });
  const [shift] = Object.values(resources(template)).filter(({ Type: type }) => type === WEIGHT_SHIFT_RESOURCE);
  const settings = JSON.stringify(shift?.Properties['Settings']).replaceAll('\\', '');
  expect(settings).toContain('"alarms":["vault-full"]');
  expect(settings).not.toContain('comparison');
});

test('callers report what the versions have answered, with metrics switched on or not; others do not', () => {
  const metricsOf = (services: MicroservicesProps['services'], more: Partial<MicroservicesProps> = {}): TaskMetrics | undefined => {
    const { template } = shop(services, more);
    const [, task] = Object.entries(resources(template())).find(([id]) => id.startsWith('ShopuiTaskDefinition')) ?? [];
    const containers = (task?.Properties['ContainerDefinitions'] ?? []) as readonly Container[];
    const [packed = ''] = containers.flatMap(({ Environment = [] }) =>
      Environment.flatMap(({ Name, Value }) => (Name === 'MESH_CONFIG' ? String(Value) : [])),
    );
    const { variables } = unpackConfig(packed);
    const { MESH_METRICS: text } = variables as Readonly<Record<string, string | undefined>>;
    return text === undefined ? undefined : (JSON.parse(text) as TaskMetrics);
  };
  const call = { service: 'orders', versions: ['v1', 'v2'].map((name) => ({ name, cluster: `orders-${name}` })) };
  expect(metricsOf({ ui, orders })).toEqual({ name: 'ui', calls: [{ ...call, versionsOnly: true }] });
  expect(metricsOf({ ui, orders }, { observability: { metrics: true } })).toMatchObject({ calls: [call] });
  const without: ServiceProps = { image, port: 8080, versions };
  expect(metricsOf({ ui, orders: without })).toBeUndefined();
});

test('a service hands out its state machine, and the metric of what was taken back', () => {
  const { stack, mesh, template } = shop();
  const { shift } = mesh.service('orders');
  expect(mesh.service('ui').shift).toBeUndefined();
  shift?.metricTakenBack().createAlarm(stack, 'TakenBack', { threshold: 1, evaluationPeriods: 1 });
  shift?.stateMachine.metricFailed().createAlarm(stack, 'Failed', { threshold: 1, evaluationPeriods: 1 });
  template().hasResourceProperties('AWS::CloudWatch::Alarm', {
    Namespace: 'CdkEcsMicroservices',
    MetricName: 'ShiftsTakenBack',
    Statistic: 'Sum',
    Dimensions: Match.arrayWith([{ Name: 'Service', Value: 'orders' }]),
  });
});

test('there is one function and one state machine for all services, and none without a shift', () => {
  const of = (services: MicroservicesProps['services']): number =>
    Object.keys(shop(services).template().findResources('AWS::StepFunctions::StateMachine')).length;
  const without: ServiceProps = { image, port: 8080, versions };
  expect(of({ ui: { ...ui, calls: ['orders', 'carts'] }, orders, carts: orders })).toBe(1);
  expect(of({ ui, orders: without })).toBe(0);
});
