import { defined } from '../../defined';
import { CLOUD_WATCH } from '../../limits/observability';
import { everyCaller } from '../../model/callers';
import type { AlarmSettings, Service, Topology } from '../../model/topology';
import { isCalled } from '../../model/topology';
import type { AlarmKind, AlarmPlan, DashboardPlan, MeasuredPlan, ObservabilityPlan, RowPlan } from './observability-plan';
import { pictureOf } from './picture';
import { SAVED_QUERIES } from './saved-queries';

/** Undefined: nothing is asked for. */
export function planObservability(topology: Topology): ObservabilityPlan | undefined {
  const { observability } = topology;
  if (observability === undefined) return undefined;
  const { metrics, dashboard, alarms, queries } = observability;
  if (!metrics && !queries) return undefined;
  const measured = measuredOf(topology);
  return defined({
    measured: metrics ? measured : undefined,
    dashboards: dashboard === undefined ? undefined : dashboardsOf(topology, measured, dashboard.name),
    alarms: alarms === undefined ? undefined : alarmsOf(topology, measured, alarms),
    queries: queries ? SAVED_QUERIES : undefined,
  });
}

/** Gateways first, as requests come, then services and external services by name. */
export function measuredOf({ services, external, edges, clientGateway }: Topology): readonly MeasuredPlan[] {
  const gateways = [...edges.map(({ gatewayName }) => gatewayName), ...(clientGateway === undefined ? [] : [clientGateway.name])];
  return [
    ...gateways.map((name): MeasuredPlan => ({ name, kind: 'gateway', callers: [], tcp: false, workloads: [name] })),
    ...services.filter(isCalled).map(serviceOf),
    ...external.map(({ name, callers, protocol }): MeasuredPlan => ({
      name,
      kind: 'external',
      callers,
      tcp: protocol === 'tcp',
      workloads: [],
    })),
  ];
}

function serviceOf(service: Service): MeasuredPlan {
  const { name, protocol, versions, shift, additionalPort } = service;
  return {
    name,
    kind: 'service',
    callers: [...everyCaller(service)].sort(),
    ...defined({ versions: versions?.map((version) => version.name), shifts: shift === undefined ? undefined : (true as const) }),
    tcp: protocol === 'tcp',
    workloads: additionalPort === undefined ? (versions?.map(({ workloadName }) => workloadName) ?? [name]) : [],
  };
}

/** What a row of a service holds, with its heading and its shifts; those of others have less. */
const WIDGETS_OF_ROW = 8;
/** Text at the head, and that of certificates. */
const WIDGETS_OF_HEAD = 2;

/** At most, with expressions, in the widgets of a row: see lib/cdk/observability/dashboard.ts. */
export function metricsOfRow({ callers, versions = [], workloads, shifts }: MeasuredPlan): number {
  return 7 + workloads.length + 9 * callers.length + 5 * versions.length + (shifts === undefined ? 0 : 1 + 2 * versions.length);
}

/**
 * Of a service, so that each graph is within what CloudWatch takes: that of troubles has four metrics for each caller, and that of errors
 * three for each caller and version.
 */
export const MOST_IN_ROW = { callers: 100, versions: 50 };

function rowOf(measured: MeasuredPlan): RowPlan {
  const { callers, versions, workloads } = measured;
  const left = [beyond(callers, MOST_IN_ROW.callers, 'callers'), beyond(versions ?? [], MOST_IN_ROW.versions, 'versions')].flatMap(
    (sentence) => sentence ?? [],
  );
  return {
    ...measured,
    callers: callers.slice(0, MOST_IN_ROW.callers),
    workloads: workloads.slice(0, MOST_IN_ROW.versions),
    ...defined({
      versions: versions?.slice(0, MOST_IN_ROW.versions),
      leftOut: left.length === 0 ? undefined : `${left.join(' ')} CloudWatch has the metrics of the others under the same names.`,
    }),
  };
}

function beyond(names: readonly string[], most: number, what: string): string | undefined {
  if (names.length <= most) return undefined;
  return `Of its ${names.length} ${what}, these graphs show the first ${most} by name, to ${names[most - 1] ?? ''}.`;
}

function dashboardsOf(topology: Topology, measured: readonly MeasuredPlan[], name: string | undefined): readonly DashboardPlan[] {
  const picture = pictureOf(topology.name, measured);
  return pagesOf(measured.map(rowOf)).map((rows, index) => {
    const number = index === 0 ? '' : String(index + 1);
    return {
      id: `Dashboard${number}`,
      ...defined({ name: name === undefined || index === 0 ? name : `${name}-${number}` }),
      ...(index === 0 ? { picture } : {}),
      rows,
      certificates: index === 0 && topology.certificates.kind !== 'none',
    };
  });
}

/** So that each dashboard is within what CloudWatch takes. */
function pagesOf(measured: readonly RowPlan[]): readonly (readonly RowPlan[])[] {
  const pages: RowPlan[][] = [[]];
  let [widgets, metrics] = [WIDGETS_OF_HEAD, 1];
  for (const each of measured) {
    if (
      widgets + WIDGETS_OF_ROW > CLOUD_WATCH.dashboardWidgets.value ||
      metrics + metricsOfRow(each) > CLOUD_WATCH.dashboardMetrics.value
    ) {
      pages.push([]);
      [widgets, metrics] = [WIDGETS_OF_HEAD, 1];
    }
    pages.at(-1)?.push(each);
    widgets += WIDGETS_OF_ROW;
    metrics += metricsOfRow(each);
  }
  return pages;
}

function alarmsOf({ services }: Topology, measured: readonly MeasuredPlan[], alarms: AlarmSettings): readonly AlarmPlan[] {
  const targets = new Set(services.filter(({ loadBalancerTarget }) => loadBalancerTarget !== undefined).map(({ name }) => name));
  return measured.flatMap(({ name, kind, callers, tcp }) => {
    const thresholds = Object.hasOwn(alarms.services, name) ? alarms.services[name] : alarms.thresholds;
    // Of what nobody calls there are no requests; external services are the business of others.
    const isAsked = kind === 'gateway' || (kind === 'service' && (callers.length > 0 || targets.has(name)));
    if (!isAsked || thresholds === undefined || thresholds === 'none') return [];
    const kinds: readonly AlarmKind[] = [
      'errors',
      'unavailable',
      ...(tcp || thresholds.latencyMilliseconds === undefined ? [] : (['latency'] as const)),
    ];
    return kinds.map((each): AlarmPlan => ({
      ...thresholds,
      kind: each,
      service: name,
      tcp,
      countedBy: callers.length > 0 && each !== 'latency' ? 'callers' : 'service',
    }));
  });
}
