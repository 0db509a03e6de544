import type { ClientRequest } from 'node:http';
import { request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { AWS_HOST, AWS_PORT, LEASES_PATH } from '../local-system';

const PAUSE_MS = 500;
const PATIENCE_MS = 2000;

/**
 * Tells the container `aws` that the task is there, and how it is, for as long as it is there: with the connection, the task is gone.
 *
 * @param healthy asked again and again
 */
export async function holdLease(task: string, healthy: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await lease(task, healthy, signal).catch(() => undefined);
    await setTimeout(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function lease(task: string, healthy: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  const open = request({ host: AWS_HOST, port: AWS_PORT, method: 'POST', path: `${LEASES_PATH}/${task}`, signal });
  let ended = false;
  const end = (): void => {
    ended = true;
  };
  open.on('error', end).on('close', end);
  open.on('response', (response) => response.resume().on('close', end));
  open.flushHeaders();
  // A task that the container does not know yet is said to be there only once it is known to be healthy.
  for (let said: boolean | undefined; !ended && !signal.aborted;) {
    const now = await healthy();
    if (now !== said) say(open, now);
    said = now;
    await setTimeout(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
  open.destroy();
}

function say(open: ClientRequest, healthy: boolean): void {
  open.write(`${healthy ? 'healthy' : 'unhealthy'}\n`);
}

/** Whether somebody takes connections at a port of the task. */
export async function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: PATIENCE_MS });
    const done = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', () => {
      done(true);
    });
    socket.on('error', () => {
      done(false);
    });
    socket.on('timeout', () => {
      done(false);
    });
  });
}
