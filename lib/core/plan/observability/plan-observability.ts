import { defined } from '../../defined';
import { CLOUD_WATCH } from '../../limits/observability';
import { everyCaller } from '../../model/callers';
import type { AlarmSettings, Service, Topology } from '../../model/topology';
import { isCalled } from '../../model/topology';
import type { AlarmKind, AlarmPlan, DashboardPlan, MeasuredPlan, ObservabilityPlan } from './observability-plan';
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
  const { name, protocol, versions, additionalPort } = service;
  return {
    name,
    kind: 'service',
    callers: [...everyCaller(service)].sort(),
    ...defined({ versions: versions?.map((version) => version.name) }),
    tcp: protocol === 'tcp',
    workloads: additionalPort === undefined ? (versions?.map(({ workloadName }) => workloadName) ?? [name]) : [],
  };
}

/** What a row of a service holds, with its heading; those of others have less. */
const WIDGETS_OF_ROW = 6;
/** Text at the head, and that of certificates. */
const WIDGETS_OF_HEAD = 2;

/** At most, with expressions, in the widgets of a row: see lib/cdk/observability/dashboard.ts. */
export function metricsOfRow({ callers, versions = [], workloads }: MeasuredPlan): number {
  return 7 + workloads.length + 9 * callers.length + 5 * versions.length;
}

function dashboardsOf(topology: Topology, measured: readonly MeasuredPlan[], name: string | undefined): readonly DashboardPlan[] {
  const picture = pictureOf(topology.name, measured);
  return pagesOf(measured).map((rows, index) => {
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
function pagesOf(measured: readonly MeasuredPlan[]): readonly (readonly MeasuredPlan[])[] {
  const pages: MeasuredPlan[][] = [[]];
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
