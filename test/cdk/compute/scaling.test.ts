import { App, Duration, Stack, TimeZone } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AdjustmentType, Schedule } from 'aws-cdk-lib/aws-applicationautoscaling';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Authorizer, Certificates, Edge, Mesh, Microservices } from '../../../lib';
import type { MicroservicesProps, ScalingProps } from '../../../lib';
import { build, resourcesOf, service, taskConfigOf } from '../../support/stack';
import type { Built, Resource } from '../../support/stack';
import flags from '../../../cdk.json';

const lag = new Metric({ namespace: 'Shop', metricName: 'LagPerTask', statistic: 'Average', period: Duration.minutes(1) });

const scaled = (scaling: ScalingProps | ((stack: Stack) => ScalingProps), more: Partial<MicroservicesProps> = {}): Built =>
  build((stack) => ({ services: { worker: service({ scaling: typeof scaling === 'function' ? scaling(stack) : scaling }) }, ...more }));

const ofType = ({ template }: Pick<Built, 'template'>, type: string): Readonly<Record<string, Resource>> =>
  Object.fromEntries(Object.entries(resourcesOf(template)).filter(([, { Type }]) => Type === type));
const policiesOf = (built: Pick<Built, 'template'>): readonly Readonly<Record<string, unknown>>[] =>
  Object.values(ofType(built, 'AWS::ApplicationAutoScaling::ScalingPolicy')).map(({ Properties = {} }) => Properties);
const targetOf = (built: Pick<Built, 'template'>): Readonly<Record<string, unknown>> | undefined =>
  Object.values(ofType(built, 'AWS::ApplicationAutoScaling::ScalableTarget'))[0]?.Properties;
/** Those that invoke a policy. */
const alarmsOf = (built: Pick<Built, 'template'>): readonly Readonly<Record<string, unknown>>[] =>
  Object.values(ofType(built, 'AWS::CloudWatch::Alarm')).flatMap(({ Properties }) =>
    Properties?.['AlarmActions'] === undefined ? [] : [Properties],
  );
const tracked = (built: Pick<Built, 'template'>): readonly unknown[] =>
  policiesOf(built).map((policy) => policy['TargetTrackingScalingPolicyConfiguration']);

test('where something scales, no template sets the number of tasks', () => {
  for (const scaling of [{ maxCapacity: 4 }, { maxCapacity: 4, requestsPerTask: 100 }]) {
    const services = ofType(scaled(scaling), 'AWS::ECS::Service');
    expect(Object.values(services).map(({ Properties }) => Properties)).toEqual([
      expect.not.objectContaining({ DesiredCount: expect.anything() }),
    ]);
  }
});

describe('a queue', () => {
  const built = scaled((stack) => ({
    minCapacity: 0,
    maxCapacity: 3,
    queue: { queue: new Queue(stack, 'Orders'), messagesPerTask: 10, cooldown: Duration.minutes(2) },
  }));

  test('can have no task', () => {
    expect(targetOf(built)).toMatchObject({ MinCapacity: 0, MaxCapacity: 3 });
  });

  test('has a task for every ten messages, and none for no message', () => {
    expect(policiesOf(built)).toEqual([
      expect.objectContaining({
        PolicyType: 'StepScaling',
        StepScalingPolicyConfiguration: {
          AdjustmentType: 'ExactCapacity',
          Cooldown: 120,
          MetricAggregationType: 'Maximum',
          StepAdjustments: [{ MetricIntervalUpperBound: 0, ScalingAdjustment: 0 }],
        },
      }),
      expect.objectContaining({
        StepScalingPolicyConfiguration: {
          AdjustmentType: 'ExactCapacity',
          Cooldown: 120,
          MetricAggregationType: 'Maximum',
          // From the threshold of the alarm, which is one message.
          StepAdjustments: [
            { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 10, ScalingAdjustment: 1 },
            { MetricIntervalLowerBound: 10, MetricIntervalUpperBound: 20, ScalingAdjustment: 2 },
            { MetricIntervalLowerBound: 20, ScalingAdjustment: 3 },
          ],
        },
      }),
    ]);
  });

  test('is empty when no message waits and none is being processed', () => {
    const alarms = alarmsOf(built);
    const messages = (name: string): object => ({
      MetricStat: { Metric: { Namespace: 'AWS/SQS', MetricName: name }, Period: 60, Stat: 'Maximum' },
    });
    expect(alarms).toEqual([
      expect.objectContaining({ ComparisonOperator: 'LessThanOrEqualToThreshold', Threshold: 0, EvaluationPeriods: 1 }),
      expect.objectContaining({ ComparisonOperator: 'GreaterThanOrEqualToThreshold', Threshold: 1, EvaluationPeriods: 1 }),
    ]);
    for (const alarm of alarms)
      expect(alarm['Metrics']).toMatchObject([
        { Expression: 'waiting + FILL(inFlight, 0)' },
        { Id: 'waiting', ...messages('ApproximateNumberOfMessagesVisible') },
        { Id: 'inFlight', ...messages('ApproximateNumberOfMessagesNotVisible') },
      ]);
  });

  test('of many tasks has as many steps as an account takes', () => {
    const steps = policiesOf(
      scaled((stack) => ({ maxCapacity: 900, queue: { queue: new Queue(stack, 'Orders'), messagesPerTask: 1 } })),
    ).map(
      (policy) => (policy['StepScalingPolicyConfiguration'] as { readonly StepAdjustments: readonly unknown[] }).StepAdjustments.length,
    );
    expect(steps).toEqual([1, 20]);
  });

  test('of one task has a step for it', () => {
    const built = scaled((stack) => ({ minCapacity: 0, maxCapacity: 1, queue: { queue: new Queue(stack, 'Orders'), messagesPerTask: 1 } }));
    expect(policiesOf(built)[1]).toMatchObject({
      StepScalingPolicyConfiguration: { StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }] },
    });
  });

  test('in another stack is that of the props', () => {
    const app = new App({ context: flags.context });
    const queue = new Queue(new Stack(app, 'Queues'), 'Orders');
    const stack = new Stack(app, 'Shop');
    new Microservices(stack, 'Shop', {
      services: { worker: service({ scaling: { maxCapacity: 2, queue: { queue, messagesPerTask: 5 } } }) },
    });
    app.synth();
    expect(stack.dependencies.map(({ node }) => node.id)).toEqual(['Queues']);
  });
});

describe('requests', () => {
  test('are those of the tasks of one service of one mesh', () => {
    const built = scaled({ maxCapacity: 4, requestsPerTask: 600, scaleInCooldown: Duration.minutes(10) });
    expect(tracked(built)).toEqual([
      {
        CustomizedMetricSpecification: {
          Namespace: 'CdkEcsMicroservices',
          MetricName: 'RequestsPerTask',
          Statistic: 'Average',
          Dimensions: [
            { Name: 'Mesh', Value: { 'Fn::Join': ['', ['shop.internal/', { Ref: expect.stringContaining('Zone') }]] } },
            { Name: 'Service', Value: 'worker' },
          ],
        },
        TargetValue: 600,
        ScaleInCooldown: 600,
      },
    ]);
    expect(taskConfigOf(built.template, 'worker').variables).toMatchObject({ MESH_REQUESTS: '{"service":"worker"}' });
  });

  test('are counted where they scale, and nowhere else', () => {
    expect(taskConfigOf(scaled({ maxCapacity: 4 }).template, 'worker').variables).not.toHaveProperty('MESH_REQUESTS');
  });

  test('of a version are counted for themselves', () => {
    const built = build({
      services: {
        api: service({
          scaling: { maxCapacity: 4, requestsPerTask: 60 },
          versions: { v1: { weight: 1 }, v2: { weight: 1, desiredCount: 1 } },
        }),
      },
    });
    expect(tracked(built)).toEqual([
      expect.objectContaining({
        CustomizedMetricSpecification: expect.objectContaining({
          Dimensions: expect.arrayContaining([
            { Name: 'Service', Value: 'api' },
            { Name: 'Version', Value: 'v1' },
          ]),
        }),
      }),
    ]);
    expect(taskConfigOf(built.template, 'apiv1').variables).toMatchObject({ MESH_REQUESTS: '{"service":"api","version":"v1"}' });
    expect(taskConfigOf(built.template, 'apiv2').variables).not.toHaveProperty('MESH_REQUESTS');
  });

  test('of clients scale a gateway', () => {
    const built = build({
      services: { ui: service() },
      edge: Edge.httpApi({
        authorizer: Authorizer.none(),
        routes: { 'ANY /{proxy+}': { service: 'ui' } },
        gateway: { scaling: { minCapacity: 2, maxCapacity: 6, requestsPerTask: 3000 } },
      }),
    });
    expect(tracked(built)).toEqual([expect.objectContaining({ TargetValue: 3000 })]);
    expect(taskConfigOf(built.template, 'gateway').variables).toMatchObject({ MESH_REQUESTS: '{"service":"gateway"}' });
  });

  test.each<[string, Partial<MicroservicesProps>]>([
    ['Envoys of its own', { certificates: Certificates.none() }],
    ['App Mesh', { certificates: Certificates.none(), mesh: Mesh.appMesh() }],
  ])('say their mesh where no certificate does, with %s', (_, more) => {
    const { template } = scaled({ maxCapacity: 4, requestsPerTask: 600 }, more);
    expect(JSON.stringify(resourcesOf(template))).toMatch(/"Name":"MESH_SCOPE","Value":\{"Fn::Join":\["",\["shop\.internal\/",/);
  });
});

describe('a metric', () => {
  test('is kept at its target', () => {
    expect(
      tracked(scaled({ maxCapacity: 4, metrics: { lag: { metric: lag, targetValue: 1000 } }, scaleOutCooldown: Duration.seconds(30) })),
    ).toEqual([
      {
        CustomizedMetricSpecification: { Namespace: 'Shop', MetricName: 'LagPerTask', Statistic: 'Average' },
        TargetValue: 1000,
        ScaleOutCooldown: 30,
      },
    ]);
  });

  test('has steps, also if it is an expression', () => {
    const metric = new MathExpression({ expression: 'a / 2', usingMetrics: { a: lag }, period: Duration.minutes(1) });
    const scalingSteps = [
      { upper: 10, change: -1 },
      { lower: 50, change: 1 },
      { lower: 70, change: 3 },
    ];
    const built = scaled({
      minCapacity: 0,
      maxCapacity: 4,
      metrics: { lag: { metric, scalingSteps, evaluationPeriods: 3, cooldown: Duration.minutes(1) } },
    });
    expect(policiesOf(built)).toMatchObject([
      {
        StepScalingPolicyConfiguration: { AdjustmentType: 'ChangeInCapacity', Cooldown: 60, StepAdjustments: [{ ScalingAdjustment: -1 }] },
      },
      { StepScalingPolicyConfiguration: { StepAdjustments: [{ ScalingAdjustment: 1 }, { ScalingAdjustment: 3 }] } },
    ]);
    expect(alarmsOf(built).map((alarm) => alarm['EvaluationPeriods'])).toEqual([3, 3]);
  });

  test('adjusts as the CDK calls it', () => {
    const steps = [
      { upper: 10, change: 1 },
      { lower: 10, change: 4 },
    ];
    const built = scaled({
      maxCapacity: 4,
      metrics: { lag: { metric: lag, scalingSteps: steps, adjustmentType: AdjustmentType.EXACT_CAPACITY } },
    });
    expect(policiesOf(built)[0]).toMatchObject({ StepScalingPolicyConfiguration: { AdjustmentType: 'ExactCapacity' } });
  });
});

test('schedules have the limits, times and zones of the props', () => {
  const built = scaled({
    minCapacity: 2,
    maxCapacity: 10,
    schedules: {
      night: { schedule: Schedule.cron({ hour: '20', minute: '0' }), timeZone: TimeZone.EUROPE_BERLIN, minCapacity: 0, maxCapacity: 0 },
      morning: {
        schedule: Schedule.cron({ hour: '7', minute: '0' }),
        startTime: new Date('2027-01-01T00:00:00Z'),
        minCapacity: 4,
        maxCapacity: 10,
      },
    },
  });
  expect(targetOf(built)).toMatchObject({
    MinCapacity: 2,
    MaxCapacity: 10,
    ScheduledActions: [
      { ScheduledActionName: 'Schedule-morning', Schedule: 'cron(0 7 * * ? *)', ScalableTargetAction: { MinCapacity: 4, MaxCapacity: 10 } },
      {
        ScheduledActionName: 'Schedule-night',
        Schedule: 'cron(0 20 * * ? *)',
        Timezone: 'Europe/Berlin',
        ScalableTargetAction: { MinCapacity: 0, MaxCapacity: 0 },
      },
    ],
  });
});

describe('a handle', () => {
  test('takes further policies', () => {
    const stack = new Stack(new App({ context: flags.context }), 'Shop');
    const { scaling } = new Microservices(stack, 'Shop', { services: { ui: service({ scaling: { maxCapacity: 4 } }) } })
      .service('ui')
      .workload();
    scaling?.scaleToTrackCustomMetric('Lag', { metric: lag, targetValue: 5 });
    expect(policiesOf({ template: Template.fromStack(stack) })).toHaveLength(2);
  });

  test('of a service that does not scale has no scaling', () => {
    expect(
      build({ services: { ui: service() } })
        .system.service('ui')
        .workload().scaling,
    ).toBeUndefined();
  });

  test('fails if it is to scale a service whose callers would not know', () => {
    const { system } = build({ services: { ui: service() } });
    const scale = (): unknown => system.service('ui').workload().ecsService.autoScaleTaskCount({ minCapacity: 2, maxCapacity: 50 });
    expect(scale).toThrow(/CONFLICT/);
    expect(scale).toThrow('set scaling: { minCapacity: 2, maxCapacity: 50 } in services.ui');
  });

  test('fails if it is to scale a service a second time, with what to use', () => {
    const { system } = build({ services: { ui: service({ versions: { v1: { weight: 1, scaling: { maxCapacity: 4 } } } }) } });
    expect(() => system.service('ui').workload().ecsService.autoScaleTaskCount({ maxCapacity: 50 })).toThrow(
      "add policies to service('ui').workload('v1').scaling, or to scaling in services.ui.versions.v1",
    );
  });
});
