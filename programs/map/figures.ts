import { readFlowName, addFlows, addUpstreams, NO_FLOW, NO_UPSTREAM, type Flow, type Upstream } from '../statistics/sample';
import { percentile, type Histogram } from '../statistics/histogram';
import type { SystemIndex } from './system';
import { NOTHING, type Counted, type SampledTask } from './tasks';
import { callKey, type BoxFigures, type CallFigures, type Figures, type Rate, type TaskState, type Totals } from './view';

/** What all tasks have counted, in the window and since the map began. */
interface Sums {
  /** By `<direction>_<peer>` of what arrives; with the caller before it of what leaves. */
  readonly flows: Map<string, Summed<Flow>>;
  /** By the caller and the cluster. */
  readonly upstreams: Map<string, Summed<Upstream>>;
}

interface Summed<Value> {
  window: Value;
  total: Value;
  /** Of rates, tasks have measured times of their own. */
  perSecond: Record<string, number>;
}

/** What the page shows of a system. */
export function figuresOf(
  { tasks, past }: { readonly tasks: readonly SampledTask[]; readonly past: ReadonlyMap<string, Counted> },
  system: SystemIndex,
  now: number,
): { readonly boxes: Record<string, BoxFigures>; readonly calls: Record<string, CallFigures>; readonly tasks: readonly TaskState[] } {
  const sums = sumUp(
    [
      ...[...past].map(([workload, total]) => ({ workload, total, window: NOTHING })),
      ...tasks.map((task) => ({ workload: task.task.workload, total: task.total, window: task.inWindow(now) })),
    ],
    system,
  );
  return {
    boxes: boxesOf(tasks, system, sums),
    calls: callsOf(tasks, system, sums),
    tasks: tasks.map((task) => stateOf(task, system)),
  };
}

function sumUp(
  tasks: readonly { readonly workload: string; readonly total: Counted; readonly window: Counted }[],
  system: SystemIndex,
): Sums {
  const sums: Sums = { flows: new Map(), upstreams: new Map() };
  for (const { workload, ...task } of tasks) {
    const box = system.boxOf(workload);
    if (box === undefined) continue;
    const { window } = task;
    const keyOf = (name: string): string => (readFlowName(name)?.direction === 'outbound' ? `${box} ${name}` : name);
    for (const [name, total] of task.total.flows) {
      put(sums.flows, keyOf(name), window.flows.get(name) ?? NO_FLOW, total, window.seconds, addFlows);
    }
    for (const [name, total] of task.total.upstreams) {
      put(sums.upstreams, `${box} ${name}`, window.upstreams.get(name) ?? NO_UPSTREAM, total, window.seconds, addUpstreams);
    }
  }
  return sums;
}

function put<Value extends Flow | Upstream>(
  sums: Map<string, Summed<Value>>,
  key: string,
  window: Value,
  total: Value,
  seconds: number,
  add: (one: Value, other: Value) => Value,
): void {
  const rates = Object.fromEntries(Object.entries(window.counts).map(([name, count]) => [name, seconds > 0 ? count / seconds : 0]));
  const before = sums.get(key);
  if (before === undefined) {
    sums.set(key, { window, total, perSecond: rates });
    return;
  }
  before.window = add(before.window, window);
  before.total = add(before.total, total);
  for (const [name, rate] of Object.entries(rates)) before.perSecond[name] = (before.perSecond[name] ?? 0) + rate;
}

function boxesOf(tasks: readonly SampledTask[], system: SystemIndex, { flows }: Sums): Record<string, BoxFigures> {
  const { services, workloads } = system.description;
  const boxes = [
    ...services.map(({ name }) => [`service ${name}`, flows.get(`inbound_${name}`)] as const),
    ...workloads.flatMap(({ name, service }) => (service === undefined ? [[`gateway ${name}`, flows.get(`edge_${name}`)] as const] : [])),
  ];
  return Object.fromEntries(
    boxes.map(([box, flow]) => {
      const names = new Set(system.workloadsOf(box).map(({ name }) => name));
      const own = tasks.filter(({ task }) => names.has(task.workload));
      const expiries = own.filter(({ state }) => state === 'answers').flatMap(({ certificate }) => certificate?.expires ?? []);
      return [
        box,
        {
          ...flowFigures(flow),
          denied: flow?.total.counts.denied ?? 0,
          handshakesRefused: own.reduce((sum, { total }: { total: Counted }) => sum + total.handshakesRefused, 0),
          ...(expiries.length === 0 ? {} : { expires: Math.min(...expiries) }),
        },
      ];
    }),
  );
}

function callsOf(tasks: readonly SampledTask[], system: SystemIndex, sums: Sums): Record<string, CallFigures> {
  const { services, external, workloads } = system.description;
  const gateways = workloads.filter(({ service }) => service === undefined);
  const calls = [
    ...services.flatMap(({ name, calls: called, callsExternal }) =>
      [...called, ...callsExternal].map((callee) => [`service ${name}`, callee]),
    ),
    ...gateways.flatMap(({ name }) => [
      ...services.filter((service) => service.gateways.includes(name)).map((service) => [`gateway ${name}`, service.name]),
    ]),
  ];
  const isTcp = (callee: string): boolean => [...services, ...external].find(({ name }) => name === callee)?.protocol === 'tcp';
  const inner = calls.map(([from = '', callee = '']): [string, CallFigures] => {
    const to = system.calleeBox(callee) ?? callee;
    return [callKey(from, to), callFigures(tasks, system, sums, from, callee, isTcp(callee))];
  });
  const outer = gateways.flatMap(({ name }) =>
    system.callsTo(name).map((key): [string, CallFigures] => [key, { ...flowFigures(sums.flows.get(`edge_${name}`)), ...noTrouble() }]),
  );
  return Object.fromEntries([...inner, ...outer]);
}

function callFigures(
  tasks: readonly SampledTask[],
  system: SystemIndex,
  { flows, upstreams }: Sums,
  from: string,
  callee: string,
  isTcp: boolean,
): CallFigures {
  const clusters = system.clustersOf(callee).map((each) => ({ ...each, summed: upstreams.get(`${from} ${each.cluster}`) }));
  const found = clusters.flatMap(({ summed }) => summed ?? []);
  const upstream: Summed<Upstream> = {
    window: found.reduce((sum, { window }) => addUpstreams(sum, window), NO_UPSTREAM),
    total: found.reduce((sum, { total }) => addUpstreams(sum, total), NO_UPSTREAM),
    perSecond: found.reduce<Record<string, number>>((sum, { perSecond }) => {
      for (const [name, rate] of Object.entries(perSecond)) sum[name] = (sum[name] ?? 0) + rate;
      return sum;
    }, {}),
  };
  // A gateway service has one listener for all that it calls: then, what it has sent counts.
  const flow = flows.get(`${from} outbound_${callee}`);
  const rate = (name: keyof Upstream['counts']): Rate => ({
    perSecond: round(upstream.perSecond[name] ?? 0),
    total: upstream.total.counts[name],
  });
  const callers = tasks.filter(({ task }) => system.boxOf(task.workload) === from);
  const now = callers.flatMap((task) => {
    const seen = clusters.flatMap(({ cluster }) => task.now.get(cluster) ?? []);
    return seen.length === 0 ? [] : [seen.reduce(addUpstreams, NO_UPSTREAM)];
  });
  const fewest = [...now].sort((a, b) => a.healthyTasks - b.healthyTasks)[0];
  const versions = clusters.flatMap(({ version, summed }) =>
    version === undefined ? [] : [[version, summed?.window.counts.requests ?? 0] as const],
  );
  return {
    ...(from.startsWith('gateway ') ? upstreamFigures(upstream) : isTcp ? tcpFigures(flow, upstream) : flowFigures(flow)),
    ...{ retries: rate('retries'), timeouts: rate('timeouts'), overflows: rate('overflows') },
    ...{ connectFailures: rate('connectFailures'), ejections: rate('ejections') },
    ejected: Math.max(0, ...now.map(({ ejected }) => ejected)),
    open: [...new Set(now.flatMap(({ open }) => open))].sort(),
    ...(fewest === undefined ? {} : { known: { healthy: fewest.healthyTasks, all: fewest.tasks } }),
    ...(versions.length === 0 ? {} : { versions: Object.fromEntries(versions) }),
  };
}

function noTrouble(): Omit<CallFigures, keyof Figures> {
  const none: Rate = { perSecond: 0, total: 0 };
  return { retries: none, timeouts: none, overflows: none, connectFailures: none, ejections: none, ejected: 0, open: [] };
}

function flowFigures(flow: Summed<Flow> | undefined): Figures {
  if (flow === undefined) return { perSecond: 0, total: totals(NO_FLOW.counts, 0) };
  const { window, total, perSecond } = flow;
  return figures(
    perSecond['requests'] ?? 0,
    totals(window.counts, window.counts.cancelled),
    totals(total.counts, total.counts.cancelled),
    window.latency,
  );
}

function upstreamFigures({ window, total, perSecond }: Summed<Upstream>): Figures {
  return figures(perSecond['requests'] ?? 0, totals(window.counts, 0), totals(total.counts, 0), window.latency);
}

/** What the listener has taken; that it could not connect, or to nobody, the cluster says. */
function tcpFigures(flow: Summed<Flow> | undefined, upstream: Summed<Upstream>): Figures {
  const failed = ({ counts }: Upstream): number => counts.connectFailures + counts.noTask;
  const of = (taken: Flow | undefined, sent: Upstream): Totals => {
    const requests = taken?.counts.requests ?? 0;
    return { requests, errors: Math.min(requests, failed(sent)), refused: 0, cancelled: 0 };
  };
  return figures(flow?.perSecond['requests'] ?? 0, of(flow?.window, upstream.window), of(flow?.total, upstream.total), []);
}

function totals(
  counts: { readonly requests: number; readonly clientErrors: number; readonly serverErrors: number },
  cancelled: number,
): Totals {
  return { requests: counts.requests, errors: counts.serverErrors, refused: counts.clientErrors, cancelled };
}

function figures(perSecond: number, window: Totals, total: Totals, latency: Histogram): Figures {
  const [p50, p99] = [percentile(latency, 0.5), percentile(latency, 0.99)];
  return {
    perSecond: round(perSecond),
    ...(window.requests === 0 ? {} : { errorShare: window.errors / window.requests, refusedShare: window.refused / window.requests }),
    ...(p50 === undefined ? {} : { p50: round(p50) }),
    ...(p99 === undefined ? {} : { p99: round(p99) }),
    total,
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function stateOf({ task, state, since, why, certificate }: SampledTask, system: SystemIndex): TaskState {
  const box = system.boxOf(task.workload);
  return {
    ...{ id: task.id, workload: task.workload, healthy: task.healthy, state, since },
    ...(box === undefined ? {} : { box }),
    ...(why === undefined ? {} : { why }),
    ...(certificate === undefined
      ? {}
      : { certificate: { identity: certificate.identity, validFrom: certificate.validFrom, expires: certificate.expires } }),
  };
}
