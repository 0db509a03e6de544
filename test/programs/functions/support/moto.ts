import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** Installed by .ci/tools. */
const PROGRAM = join(__dirname, '../../../../.cache/tools/bin/moto_server');
const STARTS_WITHIN_MS = 240_000;

export const hasMoto = existsSync(PROGRAM);

/** A program that stands in for AWS, written by others than us. */
export interface Moto {
  /** What an SDK client needs to talk to it. */
  readonly client: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  stop(): Promise<void>;
}

export async function startMoto(): Promise<Moto> {
  if (!hasMoto) throw new Error('.cache/tools/bin/moto_server is missing: run .ci/tools');
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const server = spawn(PROGRAM, ['--host', '127.0.0.1', '--port', String(port)], { stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  server.stderr.on('data', (data: Buffer) => {
    output += data.toString();
  });
  await answering(`${endpoint}/moto-api/`, server, () => output);
  return {
    client: { endpoint, region: 'eu-west-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } },
    stop: () => stop(server),
  };
}

async function answering(url: string, server: ChildProcess, output: () => string): Promise<void> {
  for (const end = Date.now() + STARTS_WITHIN_MS; Date.now() < end;) {
    if (server.exitCode !== null) throw new Error(`moto_server ended with ${server.exitCode}: ${output()}`);
    const isThere = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (isThere) return;
    await setTimeout(100);
  }
  await stop(server);
  throw new Error(`moto_server does not answer within ${STARTS_WITHIN_MS / 1000} s: ${output()}`);
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const ended = new Promise((resolve) => {
    server.once('exit', resolve);
  });
  server.kill();
  await ended;
}

/** Somebody may take it in between; then moto_server ends, and the test says so. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });
}
