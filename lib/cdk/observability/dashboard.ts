import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { DashboardPlan, MeasuredPlan, RowPlan } from '../../core/plan/observability/observability-plan';
import type { MeshMetrics } from './mesh-metrics';
import { errorShare, shareOfCalls } from './mesh-metrics';

const PERIOD = Duration.minutes(1);
const HEIGHT = 6;
/** Of 24 columns. */
const COLUMNS = 24;
/** A line of text takes so much of a unit of height. */
const UNITS_A_LINE = 0.55;
const MOST_TEXT = 30;

/** The number of running tasks of a workload; undefined: it stands in another stack, to which this one must not refer. */
export type TasksOf = (workload: string) => cloudwatch.IMetric | undefined;

export function renderDashboard(
  scope: Construct,
  { id, name, picture, rows, certificates }: DashboardPlan,
  metrics: MeshMetrics,
  tasks: TasksOf,
): cloudwatch.Dashboard {
  const text = picture === undefined ? [] : [textOf(picture, certificates ? 18 : COLUMNS)];
  const life = certificates ? [lifeOf(metrics)] : [];
  return new cloudwatch.Dashboard(scope, id, {
    ...(name === undefined ? {} : { dashboardName: name }),
    defaultInterval: Duration.hours(3),
    widgets: [...(text.length + life.length === 0 ? [] : [[...text, ...life]]), ...rows.flatMap((row) => rowOf(row, metrics, tasks))],
  });
}

function textOf({ markdown, lines }: NonNullable<DashboardPlan['picture']>, width: number): cloudwatch.TextWidget {
  return new cloudwatch.TextWidget({ markdown, width, height: Math.min(MOST_TEXT, HEIGHT + Math.ceil(lines * UNITS_A_LINE)) });
}

function lifeOf(metrics: MeshMetrics): cloudwatch.GraphWidget {
  return new cloudwatch.GraphWidget({
    title: 'Certificates: life left',
    width: 6,
    height: HEIGHT,
    left: [metrics.lifeLeft({ label: 'shortest', period: Duration.minutes(15) })],
    leftYAxis: { min: 0, max: 1 },
  });
}

/** Its name, and below it requests, errors, latency and troubles; tasks where it has its own. */
function rowOf(row: RowPlan, metrics: MeshMetrics, tasks: TasksOf): cloudwatch.IWidget[][] {
  const graphs = [
    requestsOf(row, metrics),
    errorsOf(row, metrics),
    ...latencyOf(row, metrics),
    ...troubleOf(row, metrics),
    ...tasksOf(row, metrics, tasks),
  ];
  const width = Math.floor(COLUMNS / graphs.length);
  return [
    [
      new cloudwatch.TextWidget({
        markdown: [`## ${row.name}`, ...(row.leftOut === undefined ? [] : [row.leftOut])].join('\n'),
        width: COLUMNS,
        height: row.leftOut === undefined ? 1 : 2,
        background: cloudwatch.TextWidgetBackground.TRANSPARENT,
      }),
    ],
    graphs.map((graph) => new cloudwatch.GraphWidget({ ...graph, width, height: HEIGHT, leftYAxis: { min: 0 } })),
    ...shiftsOf(row, metrics),
  ];
}

/** How calls move from version to version, and how often they were taken back. */
function shiftsOf({ name: service, shifts, versions = [], callers }: RowPlan, metrics: MeshMetrics): cloudwatch.IWidget[][] {
  if (shifts === undefined) return [];
  const shares = new cloudwatch.GraphWidget({
    ...{ title: 'Share of calls by version, percent', width: 18, height: HEIGHT, stacked: true, leftYAxis: { min: 0, max: 100 } },
    left: versions.map((version) => shareOfCalls(metrics, { service, version, versions }, { label: version, period: PERIOD })),
  });
  const takenBack = new cloudwatch.SingleValueWidget({
    ...{ title: 'Shifts taken back', width: callers.length === 0 ? COLUMNS : 6, height: HEIGHT, setPeriodToTimeRange: true },
    metrics: [metrics.shiftsTakenBack(service, { label: 'taken back' })],
  });
  return [[...(callers.length === 0 ? [] : [shares]), takenBack]];
}

/** What its own Envoys have counted, and what its callers have; an external service has none of its own. */
function requestsOf({ name, kind, callers, versions = [] }: MeasuredPlan, metrics: MeshMetrics): cloudwatch.GraphWidgetProps {
  return {
    title: 'Requests a minute',
    left: [
      ...(kind === 'external' ? [] : [metrics.ofService('requests', { service: name }, { label: 'all', period: PERIOD })]),
      ...versions.map((version) => metrics.ofService('requests', { service: name, version }, { label: version, period: PERIOD })),
      ...callers.map((caller) => metrics.ofCalls('requests', { service: name, caller }, { label: `by ${caller}`, period: PERIOD })),
    ],
  };
}

function errorsOf({ name: service, kind, callers, versions = [] }: MeasuredPlan, metrics: MeshMetrics): cloudwatch.GraphWidgetProps {
  return {
    title: 'Server errors, percent',
    left: [
      ...(kind === 'external' ? [] : [errorShare(metrics, { service }, { label: 'all', period: PERIOD })]),
      ...versions.map((version) => errorShare(metrics, { service, version }, { label: version, period: PERIOD })),
      ...callers.map((caller) => errorShare(metrics, { service, caller }, { label: `as ${caller} sees it`, period: PERIOD })),
    ],
  };
}

const PERCENTILES = [50, 99];

/** Connections of TCP have none. */
function latencyOf(
  { name, kind, callers, versions = [], tcp }: MeasuredPlan,
  metrics: MeshMetrics,
): readonly cloudwatch.GraphWidgetProps[] {
  if (tcp) return [];
  const optionsOf = (percentile: number, label: string): cloudwatch.MetricOptions => ({
    label,
    period: PERIOD,
    statistic: cloudwatch.Stats.percentile(percentile),
  });
  return [
    {
      title: 'Latency, milliseconds',
      left:
        kind === 'external'
          ? callers.map((caller) => metrics.ofCalls('latency', { service: name, caller }, optionsOf(99, `p99 by ${caller}`)))
          : [
              ...PERCENTILES.map((percentile) => metrics.ofService('latency', { service: name }, optionsOf(percentile, `p${percentile}`))),
              ...versions.map((version) => metrics.ofService('latency', { service: name, version }, optionsOf(99, `p99 of ${version}`))),
            ],
    },
  ];
}

const TROUBLES = {
  retries: 'retries',
  ejections: 'ejected tasks',
  overflows: 'refused by a circuit breaker',
  connectFailures: 'no connection',
} as const;

function troubleOf({ name, callers }: MeasuredPlan, metrics: MeshMetrics): readonly cloudwatch.GraphWidgetProps[] {
  if (callers.length === 0) return [];
  return [
    {
      title: 'Retries, ejections, refusals',
      left: (['retries', 'ejections', 'overflows', 'connectFailures'] as const).flatMap((trouble) =>
        callers.map((caller) =>
          metrics.ofCalls(trouble, { service: name, caller }, { label: `${TROUBLES[trouble]}, ${caller}`, period: PERIOD }),
        ),
      ),
    },
  ];
}

/** Each task reports once a minute, if it had requests. */
function tasksOf({ name, workloads }: MeasuredPlan, metrics: MeshMetrics, tasks: TasksOf): readonly cloudwatch.GraphWidgetProps[] {
  if (workloads.length === 0) return [];
  const running = workloads.flatMap((workload) => tasks(workload) ?? []);
  if (running.length === workloads.length) return [{ title: 'Running tasks', left: running }];
  const options = { statistic: cloudwatch.Stats.SAMPLE_COUNT, label: name, period: PERIOD };
  return [{ title: 'Tasks with requests', left: [metrics.ofService('requests', { service: name }, options)] }];
}
