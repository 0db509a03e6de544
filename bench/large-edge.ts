/**
 * What 300 routes (50 in CI) cost a gateway beside one with 3, and as many callees a task: latency, CPU and memory of real Envoys, on
 * one machine and in one run. Read the ratios, not the milliseconds. Needs the tools and the rights of the end-to-end tests.
 */
import { App, Stack } from 'aws-cdk-lib';
import { readFileSync } from 'node:fs';
import type { RouteProps, ServiceProps } from '../lib';
import { Authorizer, Edge, Microservices, Tracing } from '../lib';
import { CLIENT_HOST_HEADER, CLIENT_IP_HEADER, CLIENT_PATH_HEADER, ROUTE_HEADER } from '../lib/core/model/edge-headers';
import { GATEWAY_PORT, PROXY_CONTAINER } from '../lib/core/model/constants';
import { apiOf } from '../programs/emulator/api-gateway/api';
import { ManyServices } from '../test/e2e/many-services';
import { memoryOf } from '../test/e2e/memory';
import type { Endpoint, LoadResult, Task, Template } from '../test/e2e/runner';
import { Cluster, load, standIns, until } from '../test/e2e/runner';
import { image, templateOf } from '../test/e2e/systems/synthesize';
import { measureWithTools } from './with-tools';
import { inCi, rounds } from './rounds';

const ROUTES = inCi() ? 50 : 300;
const FEW_ROUTES = 3;
const GOAL = 1.05;
const ROUNDS = rounds({ usual: 8, ci: 1 });
const LOAD = { requests: 800, perSecond: 400, connections: 4 };
/** Clock ticks of /proc in a second: USER_HZ. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const TICKS = 100;

const APPLICATION = 'application';
const OTHERS = Array.from({ length: ROUTES - 1 }, (_, index) => `s${String(index).padStart(3, '0')}`);
/** The last one of both APIs, which a walk along the routes would find last. */
const MEASURED = 'GET /zzz/{id}';
const PATH = '/zzz/7';

/** One edge with 300 routes to as many services, one with 3, and a service that calls all. */
function template(): Template {
  const stack = new Stack(new App({ context: { '@aws-cdk/core:stackResourceLimit': 0 } }), 'Bench');
  const service = (name: string, calls: string[] = []): readonly [string, ServiceProps] => [
    name,
    { image: image(name === APPLICATION ? name : 'other'), port: 8080, calls },
  ];
  const edge = (others: readonly string[]): Edge => {
    const routes = others.map((name): readonly [string, RouteProps] => [`GET /${name}/{id}`, { service: name }]);
    return Edge.httpApi({
      authorizer: Authorizer.none(),
      routes: { ...Object.fromEntries(routes), [MEASURED]: { service: APPLICATION } },
      gateway: { desiredCount: 1 },
    });
  };
  new Microservices(stack, 'Shop', {
    tracing: Tracing.none(),
    services: Object.fromEntries([service(APPLICATION), service('hub', [APPLICATION, ...OTHERS]), ...OTHERS.map((name) => service(name))]),
    edges: { many: edge(OTHERS), few: edge(OTHERS.slice(0, FEW_ROUTES - 1)) },
  });
  return templateOf(stack);
}

interface Round {
  readonly seconds: LoadResult['seconds'];
  /** Of Envoy, for each 1,000 requests, without what it takes with no requests. */
  readonly cpuSeconds: number;
}

interface Gateway {
  readonly name: string;
  readonly task: Task;
  readonly client: Endpoint;
  readonly rounds: Round[];
  /** Of Envoy, for each second in which nobody sends anything. */
  idle: number;
}

/** Of Envoy so far, user and system, all threads. */
function cpuSecondsOf(task: Task): number {
  const stat = readFileSync(`/proc/${task.container(PROXY_CONTAINER).pid}/stat`, 'utf8');
  // The name, in parentheses, may have blanks in it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

async function measureIdle(gateway: Gateway): Promise<void> {
  const [before, start] = [cpuSecondsOf(gateway.task), process.hrtime.bigint()];
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  gateway.idle = (cpuSecondsOf(gateway.task) - before) / (Number(process.hrtime.bigint() - start) / 1e9);
}

/** Long enough for checks and look-ups that come every few seconds. */
const IDLE_MS = inCi() ? 10_000 : 20_000;

async function measure({ name, task, client, idle }: Gateway): Promise<Round> {
  const [before, start] = [cpuSecondsOf(task), process.hrtime.bigint()];
  const { statuses, seconds } = await load(client, { url: `http://${task.address}:${GATEWAY_PORT}${PATH}`, headers: HEADERS, ...LOAD });
  if (statuses['200'] !== LOAD.requests) throw new Error(`${name}: not all requests were answered: ${JSON.stringify(statuses)}`);
  const taken = cpuSecondsOf(task) - before - (idle * Number(process.hrtime.bigint() - start)) / 1e9;
  return { seconds, cpuSeconds: (taken * 1000) / LOAD.requests };
}

/** What API Gateway says. */
const HEADERS = {
  [ROUTE_HEADER]: MEASURED,
  [CLIENT_IP_HEADER]: '203.0.113.7',
  [CLIENT_HOST_HEADER]: 'api.example',
  [CLIENT_PATH_HEADER]: PATH,
};

const middle = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function open(cluster: Cluster, edge: string): Promise<Gateway> {
  const { securityGroups } = apiOf(cluster.template, {}, edge);
  const client = await cluster.vpc.join({ name: `client-${edge}`, securityGroups });
  return { name: edge, task: cluster.task(`gateway-${edge}`), client, rounds: [], idle: 0 };
}

function print(many: Gateway, few: Gateway): void {
  process.stdout.write(
    `\nA request through a gateway with ${ROUTES} routes to ${ROUTES} services, and with ${FEW_ROUTES} to ${FEW_ROUTES}, ` +
      `${LOAD.perSecond} a second, median of ${ROUNDS} rounds of ${LOAD.requests} requests each:\n`,
  );
  const rows: readonly (readonly [string, (round: Round) => number, string])[] = [
    ['p50', ({ seconds }) => seconds.median * 1000, 'ms'],
    ['p99', ({ seconds }) => seconds.p99 * 1000, 'ms'],
    ['CPU of Envoy for 1,000 requests', ({ cpuSeconds }) => cpuSeconds * 1000, 'ms'],
  ];
  for (const [name, of, unit] of rows) {
    const [most, least] = [many, few].map(({ rounds }) => middle(rounds.map(of)));
    // Of rounds that follow each other: a slow minute of the machine slows both.
    const ratio = middle(many.rounds.map((round, index) => of(round) / of(few.rounds[index])));
    process.stdout.write(
      `${name.padEnd(32)} ${ROUTES}: ${most.toFixed(2)} ${unit}, ${FEW_ROUTES}: ${least.toFixed(2)} ${unit}, ratio ${ratio.toFixed(2)}\n`,
    );
  }
  // A goal, not a gate: on a busy machine the ratio says more about the machine.
  process.stdout.write(`goal: at most ${GOAL} times the p50 and the CPU of the one with ${FEW_ROUTES} routes\n`);
  for (const { name, idle } of [many, few])
    process.stdout.write(`CPU of the Envoy of gateway-${name} with no requests: ${(idle * 60).toFixed(2)} s a minute\n`);
}

function printMemory(tasks: readonly Task[]): void {
  for (const task of tasks) {
    const { peak = 0, own = 0 } = memoryOf(task.container(PROXY_CONTAINER)) ?? {};
    process.stdout.write(`memory of the Envoy of ${task.id}: ${own.toFixed(0)} MiB of its own, ${peak.toFixed(0)} MiB resident at most\n`);
  }
}

async function run(): Promise<void> {
  const cluster = await Cluster.open(template(), {
    images: [standIns.envoy(), standIns.agent(), standIns.fortio(`example/${APPLICATION}`, 8080), standIns.relay('example/other', 8080)],
  });
  let others: ManyServices | undefined;
  try {
    others = await ManyServices.join(cluster, OTHERS);
    await cluster.scale(APPLICATION, 1);
    for (const name of ['gateway-many', 'gateway-few', 'hub']) await cluster.scale(name, 1);
    const [many, few] = [await open(cluster, 'many'), await open(cluster, 'few')];
    for (const gateway of [many, few])
      await until(async () => (await warm(gateway)) === LOAD.connections, { what: `gateway-${gateway.name} to answer` });
    // Connections, and the code of all Envoys, get warm.
    for (const gateway of [many, few]) await measure(gateway);
    await Promise.all([many, few].map(measureIdle));
    // They take turns, and turns at being first.
    for (let round = 0; round < ROUNDS; round += 1)
      for (const gateway of round % 2 === 0 ? [many, few] : [few, many]) gateway.rounds.push(await measure(gateway));
    print(many, few);
    printMemory([many.task, few.task, cluster.task('hub'), cluster.task(APPLICATION)]);
  } finally {
    others?.close();
    await cluster.close();
  }
}

async function warm({ task, client }: Gateway): Promise<number> {
  const { connections } = LOAD;
  const result = await load(client, {
    url: `http://${task.address}:${GATEWAY_PORT}${PATH}`,
    headers: HEADERS,
    requests: connections,
    perSecond: 100,
    connections,
  });
  return result.statuses['200'] ?? 0;
}

measureWithTools('LARGE EDGE', run);
