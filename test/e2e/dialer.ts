import type { ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import type { Dial, Dialed } from './programs/dial';
import { program } from './programs';
import type { Endpoint } from './runner/network';

/** Opens connections from a network namespace; this process speaks on them. */
export class Dialer {
  private readonly process: ChildProcess;
  private readonly waiting = new Map<number, { readonly resolve: (socket: Socket) => void; readonly reject: (error: Error) => void }>();
  private readonly open = new Set<Socket>();
  private dialed = 0;

  constructor(endpoint: Endpoint) {
    this.process = endpoint.fork(program('dial'));
    this.process.on('message', (message, handle) => {
      const { id, error } = message as Dialed;
      const waiting = this.waiting.get(id);
      this.waiting.delete(id);
      if (handle instanceof Socket) {
        this.open.add(handle.once('close', () => this.open.delete(handle)));
        waiting?.resolve(handle);
      } else {
        waiting?.reject(Object.assign(new Error(`no connection: ${error ?? 'closed at once'}`), { code: error }));
      }
    });
    this.process.once('exit', () => {
      for (const { reject } of this.waiting.values()) reject(new Error('the dialer ended'));
    });
  }

  async dial(host: string, port: number): Promise<Socket> {
    this.dialed += 1;
    const id = this.dialed;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.process.send({ id, host, port } satisfies Dial);
    });
  }

  close(): void {
    this.process.kill('SIGKILL');
    for (const socket of this.open) socket.destroy();
  }
}
