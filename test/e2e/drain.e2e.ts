import { Authorizer, Edge, Protocol, Tracing } from '../../lib';
import { AGENT_CONTAINER, APPLICATION_CONTAINER, GATEWAY_PORT, PROXY_CONTAINER } from '../../lib/core/model/constants';
import { ROUTE_HEADER } from '../../lib/core/model/edge-headers';
import { ApiGateway } from './api-gateway/api-gateway';
import { settled } from './mesh';
import { program } from './programs';
import type { SteadyCalls, SteadyReport } from './programs/steady-client';
import type { ImageRule, Task, Template } from './runner';
import { callGrpc, Cluster, standIns, until } from './runner';
import { envoyWithoutRetriesIn, SteadyLoad } from './steady-load';
import { cluster, e2e } from './suite';
import { image, synthesize } from './systems/synthesize';

const PER_SECOND = 30;
const DELAY_MS = 100;
const path = `/delay/${DELAY_MS}`;

/** What a service speaks, and what its callers send to it. */
const CALLEES = {
  plain: { protocol: 'HTTP/1.1', target: 'plain.shop.internal:15080', perSecond: PER_SECOND, path },
  modern: { protocol: 'HTTP/2', target: 'modern.shop.internal:15080', perSecond: PER_SECOND, path },
  remote: { protocol: 'gRPC', target: 'remote.shop.internal:15080', perSecond: PER_SECOND, delayMs: DELAY_MS },
} as const satisfies Readonly<Record<string, SteadyCalls>>;
type Callee = keyof typeof CALLEES;
const NAMES: readonly Callee[] = ['plain', 'modern', 'remote'];
const protocols = NAMES.map((name) => [CALLEES[name].protocol, name] as const);

/** With every stop the stream has to outlive: discovery is left, callers have noticed, and Envoy drains. */
const STREAM = { text: 'a long answer', count: 220, every_ms: 100 };

const http2: ImageRule = {
  image: 'example/modern',
  run: () => ({ argv: [process.execPath, program('http2-server')], environment: { PORT: '8080' }, user: '1000' }),
};
const IMAGES = [
  envoyWithoutRetriesIn('caller', 'gateway'),
  standIns.agent(),
  standIns.relay('example/relay', 8080),
  http2,
  standIns.grpc('example/remote', 8080),
];

const system = (): Template =>
  synthesize({
    services: {
      caller: { image: image('relay'), port: 8080, calls: [...NAMES] },
      plain: { image: image('relay'), port: 8080, desiredCount: 2 },
      modern: { image: image('modern'), port: 8080, desiredCount: 2, protocol: Protocol.HTTP2 },
      remote: { image: image('remote'), port: 8080, desiredCount: 2, protocol: Protocol.GRPC },
    },
    edge: Edge.httpApi({
      authorizer: Authorizer.none(),
      throttle: { rateLimit: 100, burstLimit: 100 },
      routes: { $default: { service: 'plain' } },
    }),
    tracing: Tracing.none(),
  });

interface Stopped {
  readonly task: Task;
  readonly report: SteadyReport;
}

/** Lets the load go on from before `stop` until all is over, and for a while. */
async function under(load: SteadyLoad, task: Task, stop: () => Promise<void>): Promise<Stopped> {
  await load.goesOn(PER_SECOND);
  await stop();
  await load.goesOn(PER_SECOND);
  return { task, report: await load.stop() };
}

const firstOf = (running: Cluster, service: string): Task => {
  const [task] = running.tasks(service);
  if (task === undefined) throw new Error(`${service} has no task`);
  return task;
};

async function stopUnderLoad(running: Cluster, service: Callee, task = firstOf(running, service)): Promise<Stopped> {
  return under(SteadyLoad.start(running.task('caller').endpoint, CALLEES[service]), task, async () =>
    task.stop('the service was scaled in'),
  );
}

interface Streamed extends Stopped {
  readonly outcome: Awaited<ReturnType<typeof callGrpc>>[number] | undefined;
  readonly endedAt: number;
}

/** The same for the task that serves a stream, which began before. */
async function stopUnderStream(running: Cluster): Promise<Streamed> {
  const stream = callGrpc(running.task('caller').endpoint, { target: CALLEES.remote.target, method: 'Repeat', request: STREAM }).then(
    ([outcome]) => ({ outcome, endedAt: Date.now() }),
  );
  const serves = (task: Task): boolean =>
    task
      .container(APPLICATION_CONTAINER)
      .log.json()
      .some(({ method }) => method === 'Repeat');
  const task = await until(() => running.tasks('remote').find(serves), { what: 'a task to serve the stream' });
  const [stopped, ended] = await Promise.all([stopUnderLoad(running, 'remote', task), stream]);
  return { ...stopped, ...ended };
}

/** API Gateway goes on sending to the task until it asks Cloud Map again, for which the agent waits. */
async function stopGatewayUnderLoad(running: Cluster): Promise<Stopped> {
  const { client } = await ApiGateway.open(running);
  const task = running.task('gateway');
  const load = SteadyLoad.start(client.endpoint, {
    protocol: 'HTTP/1.1',
    target: `${task.address}:${GATEWAY_PORT}`,
    perSecond: PER_SECOND,
    path,
    headers: { [ROUTE_HEADER]: '$default' },
  });
  await load.goesOn(PER_SECOND);
  const gone = task.stop();
  await until(() => steps(task).some(({ step }) => step === GATEWAY_STEPS[1]), { what: 'the agent to have waited' });
  const report = await load.stop();
  await gone;
  return { task, report };
}

/** The steps in which the agent left, with their levels, and when it took them. */
const steps = (task: Task): ReadonlyArray<{ readonly step: string; readonly at: number }> =>
  task.container(AGENT_CONTAINER).log.lines.flatMap(({ text, at }) => {
    const [, level = '', message = ''] = /"level":"(\w+)","message":"(leaving: [^"]+|left the mesh)"/.exec(text) ?? [];
    return message === '' ? [] : [{ step: `${level} ${message}`, at }];
  });
const endings = (task: Task): readonly string[] =>
  task
    .story()
    .slice(task.story().indexOf('task DEACTIVATING'))
    .filter((event) => / (DEREGISTERED|SIG.*|EXITED|STOPPED)$/.test(event));

const IN_ORDER = [
  'task DEREGISTERED',
  'mesh-agent SIGTERM',
  'mesh-agent EXITED',
  'app SIGTERM',
  'app EXITED',
  'envoy SIGTERM',
  'envoy EXITED',
  'task STOPPED',
];
const GATEWAY_STEPS = [
  'info leaving: leave discovery',
  'info leaving: wait for callers to notice',
  'info leaving: drain Envoy',
  'info leaving: wait for requests in flight',
  'info left the mesh',
];
/** Clients of the gateway service are no Envoys. */
const STEPS = ['info leaving: announce the stop', ...GATEWAY_STEPS];

const nothingLost: SteadyReport = { succeeded: expect.any(Number) as number, failures: {} };

/** A task of each callee is stopped, all at the same time, since an agent waits a while for callers to notice. */
function stopOneOfEach(running: () => Cluster): { readonly stopped: (name: Callee) => Stopped } {
  let all: { readonly plain: Stopped; readonly modern: Stopped; readonly remote: Streamed };
  beforeAll(async () => {
    await settled(running());
    const [plain, modern, remote] = await Promise.all([
      stopUnderLoad(running(), 'plain'),
      stopUnderLoad(running(), 'modern'),
      stopUnderStream(running()),
    ]);
    all = { plain, modern, remote };
  });

  test.each(protocols)('loses no request over %s', (_, name) => {
    expect(all[name].report).toEqual(nothingLost);
    expect(all[name].report.succeeded).toBeGreaterThan(2 * PER_SECOND);
  });

  test.each(protocols)('over %s: the agent leaves, then the application stops, then Envoy, and nobody is killed', (_, name) => {
    const { task } = all[name];
    expect(steps(task).map(({ step }) => step)).toEqual(STEPS);
    expect(endings(task)).toEqual(IN_ORDER);
  });

  test('a gRPC stream that had begun before arrives whole, though Envoy drains meanwhile', () => {
    const { task, outcome, endedAt } = all.remote;
    expect(outcome).toEqual({
      ok: true,
      replies: Array.from({ length: STREAM.count }, () => ({ text: STREAM.text, hosts: [task.endpoint.hostname], trace: '' })),
    });
    const [drain = Infinity, quiet = 0] = ['info leaving: drain Envoy', 'info leaving: wait for requests in flight'].map(
      (name) => steps(task).find(({ step }) => step === name)?.at,
    );
    expect(drain).toBeLessThan(endedAt);
    expect(quiet).toBeGreaterThan(drain);
  });

  test('no request was sent twice', () => {
    const attempts = running()
      .task('caller')
      .container(PROXY_CONTAINER)
      .log.json()
      .filter(({ direction }) => direction === 'outbound')
      .map((entry) => entry['attempts']);
    expect(attempts.length).toBeGreaterThan(6 * PER_SECOND);
    expect(new Set(attempts)).toEqual(new Set([1]));
  });
  return { stopped: (name) => all[name] };
}

e2e('a task of two that ECS stops, while its callers try nothing twice', () => {
  const running = cluster(async () => Cluster.start(system(), { images: IMAGES, counts: { gateway: 1 } }));
  let gateway: Promise<Stopped>;
  beforeAll(async () => {
    await settled(running());
    // It takes longer than the others, which stop meanwhile.
    gateway = stopGatewayUnderLoad(running());
    gateway.catch(() => undefined);
  });
  stopOneOfEach(running);

  test('a task of the gateway service answers all that API Gateway sends to it until API Gateway has asked Cloud Map again', async () => {
    const { task, report } = await gateway;
    expect(report).toEqual(nothingLost);
    expect(steps(task).map(({ step }) => step)).toEqual(GATEWAY_STEPS);
    expect(endings(task)).toEqual(IN_ORDER.filter((event) => !event.startsWith('app ')));
  });
});

e2e('a task of two that ECS stops, and that Cloud Map goes on showing for 3 seconds', () => {
  const running = cluster(async () => Cluster.start(system(), { images: IMAGES, services: ['caller', ...NAMES], propagationMs: 3000 }));
  // How many requests still come is up to chance: the first answer after SIGTERM says that the task leaves.
  stopOneOfEach(running);

  test('fails if all containers are told to stop at once: then requests are lost, and counted', async () => {
    await running().scale('plain', 2);
    await settled(running());
    const task = firstOf(running(), 'plain');
    const { report } = await under(SteadyLoad.start(running().task('caller').endpoint, CALLEES.plain), task, async () => {
      task.deregister();
      await Promise.all(task.containers.map(async (container) => container.stop()));
      await task.stopped();
    });
    expect(Object.values(report.failures).reduce((sum, times) => sum + times, 0)).toBeGreaterThan(0);
  });
});
