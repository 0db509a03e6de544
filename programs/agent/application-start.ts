import { connect } from 'node:net';
import type { ApplicationStart } from '../../lib/core/contract/agent';
import type { Log } from '../shared/log';
import type { Clock } from './clock';

/** Whether something listens on a port of the task. Undefined if so; else why not. */
export type PortProbe = (port: number) => Promise<string | undefined>;

const LOOK_MS = 500;
const CONNECT_TIMEOUT_MS = 2000;
/** Most applications are there by then. */
const WARN_AFTER_MS = 30_000;

/**
 * The start of the application: until its port is open for the first time, the agent is not healthy, and so the task is not. What
 * happens afterwards is the business of its own health check and of its callers' Envoys.
 */
export class ApplicationPort {
  private open = false;

  constructor(
    private readonly application: ApplicationStart,
    private readonly parts: { readonly clock: Clock; readonly log: Log; readonly probe: PortProbe },
  ) {}

  /** Why the task is not to get requests yet. */
  get problem(): string | undefined {
    const { container, port } = this.application;
    return this.open ? undefined : `the container "${container}" has not opened its port ${port} yet`;
  }

  /** Resolves when the port is open, or at the signal. */
  async watch(signal: AbortSignal): Promise<void> {
    const { clock, log, probe } = this.parts;
    const { container, port, startupSeconds } = this.application;
    const start = clock.now();
    const late = [
      { afterMs: Math.min(WARN_AFTER_MS, startupSeconds * 500), level: 'warn', message: 'the application has not opened its port yet' },
      {
        afterMs: startupSeconds * 1000,
        level: 'error',
        message: 'the application has not opened its port within its startup timeout, and ECS is about to replace the task',
      },
    ] as const;
    let told = 0;
    while (!signal.aborted) {
      const why = await probe(port);
      const waitedMs = clock.now() - start;
      if (why === undefined) {
        this.open = true;
        log.info('the application has opened its port', { container, port, waitedMs });
        return;
      }
      const next = late[told];
      if (next !== undefined && waitedMs >= next.afterMs) {
        told += 1;
        log[next.level](next.message, { container, port, why, waitedMs, startupTimeoutMs: startupSeconds * 1000 });
      }
      await clock.sleep(LOOK_MS, signal);
    }
  }
}

/** As the task's Envoy connects to the application: on this address, and by TCP alone. Nothing is sent. */
export const localPort: PortProbe = async (port) =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: CONNECT_TIMEOUT_MS });
    socket.once('connect', () => {
      resolve(undefined);
      // An orderly end; what a server says first is not read.
      socket.resume().end();
    });
    socket.once('timeout', () => {
      resolve('no answer');
      socket.destroy();
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message);
    });
  });
