import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MeshVariable } from '../../lib/core/contract/agent';
import { AGGREGATIONS_FILE, AGGREGATOR_PORT, PARTS_PORT } from '../../lib/core/contract/aggregation';
import { MESH_DIRECTORY } from '../../lib/core/contract/files';
import { healthSocket, serveHealth } from '../shared/health-socket';
import { causeOf, jsonLog } from '../shared/log';
import { InvalidConfiguration, readConfiguration } from './configuration';
import { Memory } from './parts/memory';
import type { Plan } from './parts/plan';
import { PartsClient } from './parts/send';
import { AggregatingServer } from './server/server';
import { FailureLog } from './server/failure-log';
import { systemTimers } from './time';

/** Responses of services that are held at a time, over all requests. */
const MAX_HELD_BYTES = 12 * 1024 * 1024;

/** So many bytes that have come are worth the milliseconds that a collection takes. */
const COLLECT_BYTES = 8 * 1024 * 1024;

const log = jsonLog((line) => {
  process.stdout.write(`${line}\n`);
});

/** Resolves when it is stopped, and has answered what it had begun. */
async function main(): Promise<number> {
  const stop = stopSignal();
  const directory = process.env['MESH_DIRECTORY' satisfies MeshVariable] ?? MESH_DIRECTORY;
  const plans = configuration(join(directory, AGGREGATIONS_FILE));
  if (plans === undefined) return 1;
  // Other ports are for tests, which share one host.
  const client = new PartsClient(Number(process.env['AGGREGATOR_PARTS_PORT'] ?? PARTS_PORT));
  const server = new AggregatingServer({
    plans,
    client,
    memory: new Memory(MAX_HELD_BYTES, collector()),
    timers: systemTimers,
    failures: new FailureLog(log, () => systemTimers.now()),
  });
  const port = await server.listen(Number(process.env['AGGREGATOR_PORT'] ?? AGGREGATOR_PORT));
  // An answer at all is the proof: whoever cannot listen has ended, and whoever is stuck does not answer.
  const health = await serveHealth(healthSocket(directory, 'aggregator'), async () => Promise.resolve({ healthy: true, problems: [] }));
  log.info('the aggregator runs', { port, routes: plans.size });
  await stop;
  log.info('stopping');
  await server.drain();
  client.close();
  health.close();
  return 0;
}

function configuration(file: string): ReadonlyMap<string, Plan> | undefined {
  try {
    return readConfiguration(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof InvalidConfiguration)
      log.error('the aggregator is not configured', { file, reason: 'configuration', why: error.message });
    else log.error('the aggregator cannot read its configuration', { file, ...causeOf(error) });
    return undefined;
  }
}

/**
 * Bodies are outside of V8's heap, of which they take next to nothing. By itself, V8 sees a reason to collect them only when there are
 * 64 MiB of them.
 */
function collector(): (bytes: number) => void {
  const { gc } = globalThis;
  let uncollected = 0;
  return (bytes) => {
    uncollected += bytes;
    if (uncollected < COLLECT_BYTES || gc === undefined) return;
    uncollected = 0;
    gc();
  };
}

/** Resolves at the first signal; the second one ends the process at once. */
async function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let count = 0;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        count += 1;
        resolve();
        if (count > 1) process.exit(143);
      });
    }
  });
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    log.error('the aggregator failed', causeOf(error));
    process.exit(1);
  },
);
