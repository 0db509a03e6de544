/**
 * What the aggregator costs: how much later an answer is than its slowest part, its memory, and how many requests a second one process
 * takes. The program alone, as its container starts it, against services on this host without Envoys. Needs the tools of the
 * end-to-end tests.
 */
import { execFile, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { ROUTE_HEADER, type AggregatedPart, type Aggregation } from '../lib/core/contract/aggregation';
import { findTools } from '../test/e2e/tools';
import { bundled, residentMegabytes } from '../test/programs/agent/agent-process';
import { AggregatorProcess } from '../test/programs/aggregator/aggregator-process';
import { until } from '../test/e2e/runner/wait';
import { rounds } from './rounds';
import { measureWithTools } from './with-tools';

const GOAL = { millis: 2, mebibytes: 80 };
const STEADY = { perSecond: 200, requests: 3000, connections: 16 };
/** As many as there can be: no pause between requests. */
const ROUNDS = rounds({ usual: 3, ci: 1 });
const FULL = { perSecond: 0, requests: 6000, connections: 32 };

const PAGE = 'GET /page';
const SMALL = 'GET /small';
const SLOWEST = '/delay/20ms';

function aggregation(paths: Readonly<Record<string, string>>): Aggregation {
  const parts = Object.entries(paths).map(([name, path]): AggregatedPart => ({
    name,
    service: name,
    method: 'GET',
    path: [path],
    query: {},
    required: false,
    timeoutMillis: 5000,
    maxResponseBytes: 1024 * 1024,
  }));
  return { path: '/', parts, timeoutMillis: 10_000, maxResponseBytes: 4 * 1024 * 1024, forwardedHeaders: ['traceparent'] };
}

interface Load {
  readonly perSecond: number;
  readonly requests: number;
  readonly connections: number;
}

interface Measured {
  readonly median: number;
  readonly p99: number;
  readonly perSecond: number;
}

async function load(url: string, route: string, { perSecond, requests, connections }: Load): Promise<Measured> {
  const { stdout } = await promisify(execFile)(
    findTools().fortio,
    [
      ...['load', '-quiet', '-n', String(requests), '-qps', String(perSecond), '-c', String(connections)],
      ...['-H', `${ROUTE_HEADER}: ${route}`, '-p', '50,99', '-r', '0.0001', '-json', '-', url],
    ],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  const report = JSON.parse(stdout) as {
    readonly RetCodes: Readonly<Record<string, number>>;
    readonly ActualQPS: number;
    readonly DurationHistogram: { readonly Percentiles: readonly { readonly Value: number }[] };
  };
  if (report.RetCodes['200'] !== requests) throw new Error(`not all requests were answered: ${JSON.stringify(report.RetCodes)}`);
  const [median = NaN, p99 = NaN] = report.DurationHistogram.Percentiles.map(({ Value }) => Value * 1000);
  return { median, p99, perSecond: report.ActualQPS };
}

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

async function run(): Promise<void> {
  const servicesPort = await freePort();
  const services = spawn(findTools().httpbin, ['-host', '127.0.0.1', '-port', String(servicesPort), '-log-level', 'OFF'], {
    stdio: 'ignore',
  });
  const bundle = bundled();
  const aggregator = new AggregatorProcess(
    bundle.program.replace(/agent\.js$/, 'aggregator.js'),
    {
      [PAGE]: aggregation({ user: '/delay/5ms', cart: SLOWEST, offers: '/json' }),
      [SMALL]: aggregation({ user: '/json', cart: '/uuid' }),
    },
    servicesPort,
  );
  try {
    const port = await aggregator.port();
    const direct = `http://127.0.0.1:${servicesPort}${SLOWEST}`;
    const page = `http://127.0.0.1:${port}/`;
    await until(
      async () =>
        fetch(direct)
          .then(({ ok }) => ok || undefined)
          .catch(() => undefined),
      { what: 'the services' },
    );
    for (const route of [PAGE, SMALL]) {
      const { complete, text } = await aggregator.get(route, '/');
      if (complete !== 'true') throw new Error(`not a complete answer: ${text}`);
    }
    await load(page, PAGE, STEADY);
    const added: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const alone = await load(direct, PAGE, STEADY);
      const together = await load(page, PAGE, STEADY);
      added.push(together.median - alone.median);
      process.stdout.write(
        `  slowest part alone: p50 ${alone.median.toFixed(2)} ms, p99 ${alone.p99.toFixed(2)} ms; ` +
          `three parts together: p50 ${together.median.toFixed(2)} ms, p99 ${together.p99.toFixed(2)} ms\n`,
      );
    }
    const steady = residentMegabytes(aggregator.pid);
    const full = await load(page, SMALL, FULL);
    const after = residentMegabytes(aggregator.pid);
    const later = middle(added);
    if (aggregator.lines.some(({ level }) => level !== 'info')) throw new Error(`parts have failed: ${aggregator.output}`);
    process.stdout.write(
      `FIGURE aggregation, ${STEADY.perSecond} requests a second: ${later.toFixed(2)} ms later than the slowest part at p50 ` +
        `(goal: ${GOAL.millis} ms, ${later <= GOAL.millis ? 'met' : 'NOT MET'}); ${steady.now.toFixed(0)} MiB resident, ` +
        `${steady.own.toFixed(0)} of them its own, at most ${steady.peak.toFixed(0)} ` +
        `(goal: ${GOAL.mebibytes} MiB, ${steady.peak <= GOAL.mebibytes ? 'met' : 'NOT MET'})\n` +
        `FIGURE aggregation, as fast as it can: ${full.perSecond.toFixed(0)} answers a second of two parts each, beside fortio and the ` +
        `services on the same cores; p99 ${full.p99.toFixed(1)} ms; ${after.now.toFixed(0)} MiB, at most ${after.peak.toFixed(0)} ` +
        `(goal: ${GOAL.mebibytes} MiB, ${after.peak <= GOAL.mebibytes ? 'met' : 'NOT MET'})\n`,
    );
  } finally {
    await aggregator.stop();
    services.kill();
    bundle.remove();
  }
}

measureWithTools('AGGREGATION', run);
