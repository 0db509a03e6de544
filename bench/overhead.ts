/**
 * What mutual TLS, authorization and access logs cost a call: our pair of sidecars beside a pair of Envoys that only
 * proxies, around the same application, on one machine and in one run. Read the ratios, not the milliseconds. Needs
 * the tools and the rights of the end-to-end tests.
 */
import { Certificates, Tracing } from '../lib';
import { settled } from '../test/e2e/mesh';
import type { LoadResult, Task } from '../test/e2e/runner';
import { Cluster, load, standIns, until } from '../test/e2e/runner';
import { image, synthesize } from '../test/e2e/systems/synthesize';
import { measureWithTools } from './with-tools';
import { PLAIN_CALLEE, PLAIN_CALLER, PLAIN_PORT, withPlainPair } from './plain-pair';
import { rounds } from './rounds';

const APPLICATION = { image: 'example/callee:1', port: 8080 };
const GOAL = 1.25;
const ROUNDS = rounds({ usual: 8, ci: 1 });
const LOAD = { requests: 400, perSecond: 200, connections: 4 };

type Key = 'median' | 'p99';

interface Pair {
  readonly name: string;
  readonly caller: Task;
  readonly url: string;
  readonly rounds: LoadResult['seconds'][];
}

async function measure({ caller, url, rounds, name }: Pair): Promise<void> {
  const { statuses, seconds } = await load(caller.endpoint, { url, ...LOAD });
  if (statuses['200'] !== LOAD.requests) throw new Error(`${name}: not all requests were answered: ${JSON.stringify(statuses)}`);
  rounds.push(seconds);
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

async function memoryOf(task: Task, name: string): Promise<string> {
  const { stdout } = await task.container(name).exec(['grep', '-E', '^Vm(RSS|HWM):', '/proc/1/status']);
  const [peak, now] = ['VmHWM', 'VmRSS'].map((field) => Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(stdout)?.[1]) / 1024));
  return `${now} MiB now, ${peak} MiB at most`;
}

async function run(): Promise<void> {
  const template = withPlainPair(
    synthesize({
      services: {
        caller: { image: image('caller'), port: 8081, calls: ['callee'] },
        callee: { image: image('callee'), port: APPLICATION.port },
      },
      certificates: Certificates.kms(),
      tracing: Tracing.none(),
    }),
    APPLICATION,
  );
  const cluster = await Cluster.start(template, {
    images: [
      standIns.envoy(),
      standIns.agent(),
      standIns.fortio('example/callee', APPLICATION.port),
      standIns.fortio('example/caller', 8081),
    ],
  });
  try {
    await settled(cluster);
    const mesh: Pair = { name: 'mesh', caller: cluster.task('caller'), url: 'http://callee.shop.internal:15080/echo', rounds: [] };
    const plain: Pair = { name: 'plain', caller: cluster.task(PLAIN_CALLER), url: `http://127.0.0.1:${PLAIN_PORT}/echo`, rounds: [] };
    for (const { caller, url } of [mesh, plain])
      await until(async () => (await caller.client.send({ url }).catch(() => undefined))?.status === 200, { what: `${url} to answer` });
    // Connections, and the code of all four Envoys, get warm.
    for (const pair of [mesh, plain]) await measure({ ...pair, rounds: [] });
    // They take turns, and turns at being first.
    for (let round = 0; round < ROUNDS; round += 1) for (const pair of round % 2 === 0 ? [mesh, plain] : [plain, mesh]) await measure(pair);
    const of = (pair: Pair, key: Key): number => middle(pair.rounds.map((seconds) => seconds[key])) * 1000;
    // Of rounds that follow each other: a slow minute of the machine slows both.
    const ratioOf = (key: Key): number => middle(mesh.rounds.map((seconds, round) => seconds[key] / plain.rounds[round][key]));
    process.stdout.write(
      `\nA call through two sidecars, ${LOAD.perSecond} a second, median of ${ROUNDS} rounds of ${LOAD.requests} requests each:\n`,
    );
    for (const key of ['median', 'p99'] as const) {
      process.stdout.write(
        `${key.padEnd(7)} mesh ${of(mesh, key).toFixed(2)} ms, plain ${of(plain, key).toFixed(2)} ms, ratio ${ratioOf(key).toFixed(2)}\n`,
      );
    }
    for (const name of ['mesh-agent', 'envoy']) process.stdout.write(`${name}: ${await memoryOf(cluster.task('callee'), name)}\n`);
    process.stdout.write(`Envoy of a plain pair: ${await memoryOf(cluster.task(PLAIN_CALLEE), 'envoy')}\n`);
    // A goal, not a gate: on a busy machine the ratio says more about the machine.
    process.stdout.write(`goal: a median of at most ${GOAL} times the plain one\n`);
  } finally {
    await cluster.close();
  }
}

measureWithTools('OVERHEAD', run);
