/** Machines of the internet. */
import type { ChildProcess } from 'node:child_process';
import type { OutsideServer } from './programs/outside-server';
import { program } from './programs';
import type { Cluster, Endpoint } from './runner';

export type { Seen } from './programs/outside-server';

/** One that serves some names: see programs/outside-server.ts. */
export class OutsideMachine {
  private constructor(
    readonly endpoint: Endpoint,
    private readonly process: ChildProcess,
  ) {}

  /** @param hosts under which the public DNS knows it */
  static async join(cluster: Cluster, hosts: readonly string[], server: OutsideServer): Promise<OutsideMachine> {
    const endpoint = await cluster.vpc.joinInternet('outside', hosts);
    const child = endpoint.fork(program('outside-server'));
    const listening = new Promise<void>((resolve, reject) => {
      child.once('message', () => {
        resolve();
      });
      child.once('exit', () => {
        reject(new Error('the machine outside ended'));
      });
    });
    child.send(server);
    await listening;
    return new OutsideMachine(endpoint, child);
  }

  close(): void {
    this.process.kill('SIGKILL');
  }
}
