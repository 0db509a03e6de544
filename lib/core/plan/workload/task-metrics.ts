import type { MeasuredCall, TaskMetrics } from '../../contract/agent';
import { defined } from '../../defined';
import type { ExternalService, Service, Topology } from '../../model/topology';

/** What agents of a system report of their Envoys' statistics. */
export interface ReportedMetrics {
  /** Whether of the requests that arrive at services and gateways. */
  readonly service: boolean;
  /** Of calls: all, by caller and callee and by the callee's versions, or only the latter of these callees. */
  readonly calls: 'all' | { readonly versionsOf: readonly string[] };
  /** Whether of calls also sums of all callers: alarms look at them. @default false */
  readonly totals?: boolean;
}

/** Absent: they report nothing. What shifts weights compares versions, with metrics switched on or not. */
export function reportedMetrics({ observability, services }: Pick<Topology, 'observability' | 'services'>): ReportedMetrics | undefined {
  if (observability?.metrics === true) return { service: true, calls: 'all', totals: observability.alarms !== undefined };
  const versionsOf = services.filter(({ shift }) => shift?.comparison !== undefined).map(({ name }) => name);
  return versionsOf.length === 0 ? undefined : { service: false, calls: { versionsOf } };
}

/** Whose task it is. */
export interface MeasuredTask {
  /** By which it is known as a caller. */
  readonly name: string;
  readonly version?: string;
  /** Names of the services that it answers for. */
  readonly serves: readonly string[];
  readonly callees: readonly Service[];
  /** @default - none */
  readonly external?: readonly ExternalService[];
}

/** What a task reports; absent: nothing. */
export function taskMetrics(topology: Topology, { name, version, serves, callees, external = [] }: MeasuredTask): TaskMetrics | undefined {
  const reported = reportedMetrics(topology);
  if (reported === undefined) return undefined;
  const calls = [...callees, ...external].flatMap((callee) => callOf(callee, reported.calls));
  const own = reported.service ? serves : [];
  if (calls.length === 0 && own.length === 0) return undefined;
  const { totals = false } = reported;
  return {
    name,
    ...defined({ version }),
    ...(own.length === 0 ? {} : { serves: own }),
    ...(calls.length === 0 ? {} : { calls }),
    ...(totals && calls.length > 0 ? { totals } : {}),
  };
}

function callOf(callee: Service | ExternalService, calls: ReportedMetrics['calls']): readonly MeasuredCall[] {
  const { name: service, protocol } = callee;
  const versions = 'versions' in callee ? callee.versions?.map((each) => ({ name: each.name, cluster: each.workloadName })) : undefined;
  const versionsOnly = calls !== 'all';
  if (versionsOnly && (versions === undefined || !calls.versionsOf.includes(service))) return [];
  return [{ service, ...defined({ versions }), ...(versionsOnly ? { versionsOnly } : {}), ...(protocol === 'tcp' ? { tcp: true } : {}) }];
}
