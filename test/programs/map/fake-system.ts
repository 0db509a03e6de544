import { App, Stack } from 'aws-cdk-lib';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authorizer, Edge, Microservices, Protocol } from '../../../lib';
import type { SystemDescription } from '../../../lib/core/description/system-description';
import { readSystem } from '../../../programs/cli/assembly/read-description';
import type { AccessLogLine, MapSource, MapTask } from '../../../programs/map/source';
import { service } from '../../support/stack';

/** A system with a call of each kind, as synthesis describes it. */
export function described(): SystemDescription {
  const directory = mkdtempSync(join(tmpdir(), 'map-'));
  try {
    const app = new App({ outdir: directory });
    new Microservices(new Stack(app, 'Shop'), 'Shop', {
      services: {
        ui: service({ calls: ['catalog', 'vault', 'bank'] }),
        catalog: service({ versions: { stable: { weight: 90 }, next: { weight: 10 } }, allow: [{ callers: ['ui'], paths: ['/items/*'] }] }),
        vault: service({ protocol: Protocol.TCP, port: 7000 }),
      },
      external: { bank: { host: 'bank.example.com', port: 443 } },
      edge: Edge.httpApi({ authorizer: Authorizer.none(), routes: { 'ANY /{proxy+}': { service: 'ui' } } }),
    });
    app.synth();
    return readSystem(directory, undefined);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What an Envoy answers: counters by names, and latencies in buckets of a millisecond. */
export function answerOf(
  uptime: number,
  counters: Readonly<Record<string, number>>,
  latencies: Readonly<Record<string, Readonly<Record<number, number>>>> = {},
): string {
  return JSON.stringify({
    stats: [
      { name: 'server.uptime', value: uptime },
      ...Object.entries(counters).map(([name, value]) => ({ name, value })),
      {
        histograms: {
          details: Object.entries(latencies).map(([name, buckets]) => ({
            name,
            totals: Object.entries(buckets).map(([lower, count]) => ({ lower_bound: Number(lower), width: 1, count })),
          })),
        },
      },
    ],
  });
}

/** Tasks that answer what a test says. */
export class FakeSource implements MapSource {
  readonly asked: { readonly task: string; readonly path: string }[] = [];
  /** Tasks that are being asked at this moment, and the most that ever were. */
  now = 0;
  most = 0;
  listed: MapTask[] = [];
  answer: (task: string, path: string, signal: AbortSignal) => Promise<string> = async () => Promise.resolve(answerOf(1, {}));
  listing: () => Promise<readonly MapTask[]> = async () => Promise.resolve(this.listed);
  accessLog?: (signal: AbortSignal) => AsyncIterable<AccessLogLine>;

  async tasks(): Promise<readonly MapTask[]> {
    return this.listing();
  }

  async admin(task: string, path: string, signal: AbortSignal): Promise<string> {
    this.asked.push({ task, path });
    this.now += 1;
    this.most = Math.max(this.most, this.now);
    try {
      return await this.answer(task, path, signal);
    } finally {
      this.now -= 1;
    }
  }
}

export function taskOf(id: string, workload = id.replace(/-\d+$/, '')): MapTask {
  return { id, workload, healthy: true };
}
