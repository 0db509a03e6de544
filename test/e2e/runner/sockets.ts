import { spawn } from 'node:child_process';
import { Socket as DatagramSocket } from 'node:dgram';
import { Server } from 'node:net';
import { program } from '../programs';
import { PLAIN_ENVIRONMENT } from './run-process';

/**
 * Opens sockets in a network namespace: a process inside makes them and hands them over, so that what serves them runs
 * here.
 */
export async function openSockets<T extends Readonly<Record<string, `${'udp' | 'tcp'}:${string}:${number}`>>>(
  namespace: string,
  wanted: T,
): Promise<{ readonly [K in keyof T]: T[K] extends `udp:${string}` ? DatagramSocket : Server }> {
  const child = spawn('nsenter', [`--net=${namespace}`, process.execPath, program('open-sockets'), ...Object.values(wanted)], {
    env: PLAIN_ENVIRONMENT,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const opened = new Map<string, DatagramSocket | Server>();
  return new Promise((resolve, reject) => {
    child.on('message', (what, handle) => {
      if (handle instanceof DatagramSocket || handle instanceof Server) opened.set(what as string, handle);
      if (opened.size < Object.keys(wanted).length) return;
      resolve(Object.fromEntries(Object.entries(wanted).map(([name, address]) => [name, opened.get(address)])) as never);
      child.disconnect();
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      reject(new Error(`the sockets could not be opened (exit code ${code ?? '?'}): ${errors}`));
    });
  });
}
