import type { MeasuredCall } from '../../../lib/core/contract/agent';
import {
  CALL_METRICS,
  CALLER_DIMENSION,
  MESH_DIMENSION,
  SERVICE_DIMENSION,
  SERVICE_METRICS,
  VERSION_DIMENSION,
} from '../../../lib/core/contract/metric';
import { statPrefix } from '../../../lib/core/contract/statistics';
import type { Histogram } from '../../statistics/histogram';
import { addFlows, addUpstreams, NO_FLOW, NO_UPSTREAM, type Flow, type Sample, type Upstream } from '../../statistics/sample';
import type { LogFields } from '../../shared/log';
import { embeddedMetric, type MetricDefinition, type MetricDirective } from '../../shared/embedded-metric';
import type { ReportedMetrics } from '../settings';
import { latencyValues } from './latency-values';

/**
 * What an Envoy has counted in a while, as lines in the embedded metric format: one for each service that it answers for, for each callee
 * and each version of one. Of what was not used there is none, since CloudWatch bills a metric for the hours in which it has values.
 *
 * @param counted what came between two samples
 */
export function metricLines(counted: Sample, reported: ReportedMetrics, now: number): readonly LogFields[] {
  const { serves = [], calls = [] } = reported;
  return [
    ...serves.flatMap((service) => serviceLines(counted, reported, service, now)),
    ...calls.flatMap((call) => callLines(counted, reported, call, now)),
  ];
}

/** What callers have sent, with what came by a load balancer. */
function serviceLines({ flows }: Sample, { scope, version }: ReportedMetrics, service: string, now: number): readonly LogFields[] {
  const { counts, latency } = (['inbound', 'edge'] as const)
    .map((direction) => flows.get(statPrefix(direction, service)) ?? NO_FLOW)
    .reduce(addFlows);
  const { requests, clientErrors, serverErrors, denied } = counts;
  const names = SERVICE_METRICS;
  return lines(
    {
      now,
      dimensions: {
        [MESH_DIMENSION]: scope,
        [SERVICE_DIMENSION]: service,
        ...(version === undefined ? {} : { [VERSION_DIMENSION]: version }),
      },
      sets: [SERVICE_DIMENSIONS, ...(version === undefined ? [] : [VERSION_DIMENSIONS])],
    },
    {
      always: { [names.requests]: requests, [names.clientErrors]: clientErrors, [names.serverErrors]: serverErrors },
      ifAny: { [names.denied]: denied },
      latency: { name: names.latency, histogram: latency },
    },
  );
}

const SERVICE_DIMENSIONS = [MESH_DIMENSION, SERVICE_DIMENSION];
const VERSION_DIMENSIONS = [...SERVICE_DIMENSIONS, VERSION_DIMENSION];
const CALL_DIMENSIONS = [MESH_DIMENSION, CALLER_DIMENSION, SERVICE_DIMENSION];

function callLines(
  { flows, upstreams }: Sample,
  { scope, name, totals }: ReportedMetrics,
  { service, versions, versionsOnly, tcp }: MeasuredCall,
  now: number,
): readonly LogFields[] {
  const sent = (versions ?? [{ cluster: service }]).map(({ cluster }) => upstreams.get(cluster) ?? NO_UPSTREAM);
  // A gateway has one listener for all that it calls: then, what it has sent counts.
  const flow = flows.get(statPrefix('outbound', service));
  const dimensions = { [MESH_DIMENSION]: scope, [CALLER_DIMENSION]: name, [SERVICE_DIMENSION]: service };
  const pair =
    versionsOnly === true
      ? []
      : lines(
          { now, dimensions, sets: [CALL_DIMENSIONS], totals: totals === true ? TOTALS : [] },
          callMetrics(sent.reduce(addUpstreams, NO_UPSTREAM), tcp === true, flow),
        );
  return [
    ...pair,
    ...(versions ?? []).flatMap((version, index) =>
      lines(
        { now, dimensions: { ...dimensions, [VERSION_DIMENSION]: version.name }, sets: [VERSION_DIMENSIONS] },
        callMetrics(sent[index] ?? NO_UPSTREAM, tcp === true),
      ),
    ),
  ];
}

/** @param flow what a listener took of its application, which knows of requests that were never sent; absent: it has none of its own */
function callMetrics({ counts: sent, latency }: Upstream, tcp: boolean, flow?: Flow): Metrics {
  const { retries, ejections, overflows, connectFailures } = sent;
  const taken = tcp ? connectionsOf(sent, flow) : (flow?.counts ?? sent);
  const names = CALL_METRICS;
  return {
    always: { [names.requests]: taken.requests, [names.clientErrors]: taken.clientErrors, [names.serverErrors]: taken.serverErrors },
    ifAny: {
      [names.retries]: retries,
      [names.ejections]: ejections,
      [names.overflows]: overflows,
      [names.connectFailures]: connectFailures,
    },
    latency: { name: names.latency, histogram: flow?.latency ?? latency },
  };
}

/** Those of the application, or to a version; that it could not connect, or to nobody, the cluster says. */
function connectionsOf(
  { connections, connectFailures, noTask }: Upstream['counts'],
  flow: Flow | undefined,
): Pick<Flow['counts'], 'requests' | 'clientErrors' | 'serverErrors'> {
  const requests = flow?.counts.requests ?? connections;
  return { requests, clientErrors: 0, serverErrors: Math.min(requests, connectFailures + noTask) };
}

interface Metrics {
  /** Sums that are 0 where others are not: shares are computed of them. */
  readonly always: Readonly<Record<string, number>>;
  readonly ifAny: Readonly<Record<string, number>>;
  readonly latency: { readonly name: string; readonly histogram: Histogram };
}

/** Of all callers of a service together: an alarm of a service looks at them. */
const TOTALS: readonly MetricDirective[] = [
  {
    dimensionSets: [SERVICE_DIMENSIONS],
    metrics: [
      { Name: CALL_METRICS.requests, Unit: 'Count' },
      { Name: CALL_METRICS.serverErrors, Unit: 'Count' },
    ],
  },
];

interface Line {
  readonly now: number;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly sets: ReadonlyArray<readonly string[]>;
  /** What else CloudWatch is to take of the same values. @default - nothing */
  readonly totals?: readonly MetricDirective[];
}

function lines({ now, dimensions, sets: dimensionSets, totals = [] }: Line, { always, ifAny, latency }: Metrics): readonly LogFields[] {
  const counts = { ...always, ...Object.fromEntries(Object.entries(ifAny).filter(([, count]) => count > 0)) };
  const values = latencyValues(latency.histogram);
  if (values.length === 0 && Object.values(counts).every((count) => count === 0)) return [];
  const line = (metrics: readonly MetricDefinition[], fields: LogFields, more: readonly MetricDirective[] = []): LogFields => ({
    ...embeddedMetric(now, { dimensionSets, metrics }, ...more),
    ...dimensions,
    ...fields,
  });
  const ofCounts = Object.keys(counts).map((Name): MetricDefinition => ({ Name, Unit: 'Count' }));
  const ofLatency: readonly MetricDefinition[] = [{ Name: latency.name, Unit: 'Milliseconds' }];
  const [first, ...more] = values;
  return [
    first === undefined ? line(ofCounts, counts, totals) : line([...ofCounts, ...ofLatency], { ...counts, [latency.name]: first }, totals),
    ...more.map((each) => line(ofLatency, { [latency.name]: each })),
  ];
}
