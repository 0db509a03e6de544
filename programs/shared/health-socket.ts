import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';

export interface HealthReport {
  readonly healthy: boolean;
  /** Why not. */
  readonly problems: readonly string[];
}

/** Programs that answer `programs/agent/health/check.pl`, which takes the name. */
export type HealthyProgram = 'agent' | 'aggregator';

/** In the volume, which only the user of the programs and Envoy can access: no port that an application could need or fake. */
export function healthSocket(directory: string, program: HealthyProgram): string {
  return join(directory, `${program}.sock`);
}

/** Answers each connection with a line, as check.pl reads it. */
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
        socket.end(`${lineOf(answer)}\n`);
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

function lineOf({ healthy, problems }: HealthReport): string {
  return healthy ? 'healthy' : problems.join('; ');
}
