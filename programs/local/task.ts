/**
 * Holds the network of one task of a local system, as the first of its containers: ECS for the others, and what passes connections in and
 * out that a task of AWS does not have.
 */
import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { ADMIN_PORT } from '../../lib/core/contract/ports';
import type { TaskSettings } from './local-system';
import {
  AWS_HOST,
  AWS_PORT,
  SYSTEM_DIRECTORY,
  TASK_ADMIN_PORT,
  TASK_AWS_PORT,
  TASK_HEADER,
  TASK_VARIABLE,
  TASKS_DIRECTORY,
} from './local-system';
import { forward } from './task/forward';
import { holdLease, listens } from './task/lease';
import { Relays } from './task/relays';
import { StandIns } from './task/stand-in';

const task = process.env[TASK_VARIABLE] ?? '';
const file = join(SYSTEM_DIRECTORY, TASKS_DIRECTORY, `${task}.json`);
const CHECK_SETTINGS_MS = 500;
const end = new AbortController();
const log = (line: string): void => {
  console.log(line);
};

// What ECS and AWS answer the containers of the task; they cannot say that they are another.
createServer((request, response) => {
  forward(request, response, { host: AWS_HOST, port: AWS_PORT, headers: { [TASK_HEADER]: task } });
}).listen(TASK_AWS_PORT, '127.0.0.1');

// Nothing of Envoy's admin interface changes by a GET, but of some paths that only POST may.
createServer((request, response) => {
  if (request.method === 'GET') forward(request, response, { host: '127.0.0.1', port: ADMIN_PORT, headers: { host: 'localhost' } });
  else response.writeHead(405).end();
}).listen(TASK_ADMIN_PORT);

const relays = new Relays(log);
const replacements = new StandIns(task, log);
let settings: TaskSettings = { applicationPorts: [], standIns: [], relays: [] };

let seen = '';
function readSettings(): void {
  try {
    const { mtimeMs, ino } = statSync(file);
    if (`${mtimeMs} ${ino}` === seen) return;
    settings = JSON.parse(readFileSync(file, 'utf8')) as TaskSettings;
    seen = `${mtimeMs} ${ino}`;
  } catch (error) {
    // It is replaced as a whole, so that it can be read unless it is gone: then all stays as it is.
    log(`${file} cannot be read: ${String(error)}`);
    return;
  }
  relays.set(settings.relays);
  replacements.set(settings.standIns);
}
readSettings();
const watch = setInterval(readSettings, CHECK_SETTINGS_MS);

async function isHealthy(): Promise<boolean> {
  const ready = fetch(`http://127.0.0.1:${ADMIN_PORT}/ready`, { signal: AbortSignal.timeout(1000) })
    .then(async (response) => (await response.text()).trim() === 'LIVE')
    .catch(() => false);
  const listening = settings.applicationPorts.map(async (port) => listens(port));
  return (await ready) && (await Promise.all(listening)).every((each) => each);
}

void holdLease(task, isHealthy, end.signal);

for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => {
    end.abort();
    clearInterval(watch);
    relays.close();
    process.exit(0);
  });
