import { rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import type { HealthReport } from './report';

/** In the volume, which only the user of the agent and Envoy can access: no port that an application could need or fake. */
export function healthSocket(directory: string): string {
  return join(directory, 'agent.sock');
}

/** Answers each connection with a report. */
export async function serveHealth(path: string, report: () => Promise<HealthReport>): Promise<Server> {
  // Left behind if this container was killed; no other process listens here.
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    socket.on('error', () => {
      socket.destroy();
    });
    void report()
      .catch((error: unknown): HealthReport => ({ healthy: false, problems: [String(error)] }))
      .then((answer) => {
        socket.end(JSON.stringify(answer));
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return server;
}

/** Asks the running agent. Never rejects: that it does not answer is an answer. */
export async function askHealth(path: string, timeoutMs: number): Promise<HealthReport> {
  return new Promise((resolve) => {
    const dead = (why: string): void => {
      resolve({ healthy: false, problems: [`the agent does not answer: ${why}`] });
      socket.destroy();
    };
    let text = '';
    const socket = connect(path);
    socket.setEncoding('utf8');
    socket.setTimeout(timeoutMs, () => {
      dead(`nothing within ${timeoutMs} ms`);
    });
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', (error) => {
      dead(error.message);
    });
    socket.on('end', () => {
      const report = reportOf(text);
      if (report === undefined) dead('it said nothing of its health');
      else resolve(report);
    });
  });
}

function reportOf(text: string): HealthReport | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' &&
      value !== null &&
      'healthy' in value &&
      typeof value.healthy === 'boolean' &&
      'problems' in value &&
      Array.isArray(value.problems)
      ? { healthy: value.healthy, problems: value.problems.map(String) }
      : undefined;
  } catch {
    return undefined;
  }
}
