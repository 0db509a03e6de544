import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import type { IWorkload } from '../../../lib';
import { Microservices } from '../../../lib';
import { resourcesOf, service } from '../../support/stack';

const stack = new Stack(new App(), 'Stack');
const cluster = new Cluster(stack, 'Own', { vpc: new Vpc(stack, 'Vpc') });
const shop = new Microservices(stack, 'Shop', {
  cluster,
  services: { ui: service(), catalog: service({ versions: { v1: { weight: 1 }, v2: { weight: 1 } } }) },
});
const ui = shop.service('ui').workload();
const canary = shop.service('catalog').workload('v2');

/** Each with the alarm on it, as CloudWatch gets it. */
const METRICS: Readonly<Record<string, (workload: IWorkload) => Metric>> = {
  Network: (workload) => workload.metric('NetworkIn', { statistic: Stats.SUM }),
  Cpu: (workload) => workload.metricCpuUtilization(),
  Memory: (workload) => workload.metricMemoryUtilization({ statistic: Stats.MAXIMUM, period: Duration.minutes(1) }),
  Tasks: (workload) => workload.metricRunningTaskCount({ label: 'tasks' }),
};
for (const [name, metric] of Object.entries(METRICS)) {
  metric(ui).createAlarm(stack, `Ui${name}`, { threshold: 1, evaluationPeriods: 1 });
  metric(canary).createAlarm(stack, `Canary${name}`, { threshold: 1, evaluationPeriods: 1 });
}
const resources = resourcesOf(Template.fromStack(stack));
const alarm = (name: string): unknown => Object.entries(resources).find(([id]) => id.startsWith(name))?.[1].Properties;

/** What CloudWatch knows the metrics of an ECS service by. */
const dimensionsOf = (ecsService: string): unknown => [
  { Name: 'ClusterName', Value: { Ref: expect.stringMatching(/^Own/) } },
  { Name: 'ServiceName', Value: { 'Fn::GetAtt': [expect.stringMatching(ecsService), 'Name'] } },
];

test.each([
  ['Network', { Namespace: 'AWS/ECS', MetricName: 'NetworkIn', Statistic: 'Sum', Period: 300 }],
  ['Cpu', { Namespace: 'AWS/ECS', MetricName: 'CPUUtilization', Statistic: 'Average', Period: 300 }],
  ['Memory', { Namespace: 'AWS/ECS', MetricName: 'MemoryUtilization', Statistic: 'Maximum', Period: 60 }],
])('a workload has the metric that its ECS service sends: %s', (name, expected) => {
  expect(alarm(`Ui${name}`)).toMatchObject({ ...expected, Dimensions: dimensionsOf('^ShopuiService') });
  expect(alarm(`Canary${name}`)).toMatchObject({ ...expected, Dimensions: dimensionsOf('^Shopcatalogv2Service') });
});

test('a workload has the number of its running tasks, which Container Insights sends', () => {
  const expected = { Namespace: 'ECS/ContainerInsights', MetricName: 'RunningTaskCount' };
  const metric = (ecsService: string): unknown => [
    expect.objectContaining({
      MetricStat: expect.objectContaining({ Metric: { ...expected, Dimensions: dimensionsOf(ecsService) }, Period: 300, Stat: 'Average' }),
    }),
  ];
  expect(alarm('UiTasks')).toMatchObject({ Metrics: metric('^ShopuiService') });
  expect(alarm('CanaryTasks')).toMatchObject({ Metrics: metric('^Shopcatalogv2Service') });
});
