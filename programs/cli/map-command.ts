import type { SystemDescription } from '../../lib/core/description/system-description';
import { closestName } from '../../lib/core/reading/closeness';
import { envoysSource, httpSource } from '../map/http-source';
import type { MapSource, MapTask } from '../map/source';
import { parseArguments, type Command, type Result } from './command';
import { readSystem } from './assembly/read-description';
import { MAP_PORT, serveMap } from './serve-map';
import { PROGRAM, suggestion, Trouble } from './trouble';

/** How long the tasks of `--from` may take to be listed. */
const LIST_MS = 5000;

export const MAP: Command = {
  name: 'map',
  summary: 'Shows a running system live: requests, errors, latencies.',
  description:
    'Serves a page on this computer that shows the services and calls of a system while it runs: requests per second, share of errors, ' +
    "p50 and p99, retries, tasks that are left out, and how long certificates are valid, from the statistics of the services' Envoys. " +
    'It ends at Ctrl+C. Nothing is changed, and nothing is read from AWS.',
  synopsis: ['map', '(--from <url> | --envoy <name>=<url> [--envoy ...])', '[--port <number>]', '[--stack <value>]', '[--app <value>]'],
  options: [
    { name: 'from', value: true, text: 'The URL of a local system, which lists its tasks and passes on what their Envoys answer.' },
    {
      name: 'envoy',
      value: true,
      repeated: true,
      text:
        'The name of a service, or of a version of one such as catalog-next, and where the admin interface of its Envoy is reached. ' +
        'May be there several times, for one service too: once for each task.',
    },
    { name: 'port', value: true, text: `The port of the page, on 127.0.0.1; 0: any that is free. The default is ${MAP_PORT}.` },
    { name: 'stack', value: true, completion: 'systems', text: 'The stack, stage or path of the system, where the app has several.' },
    { name: 'app', value: true, completion: 'files', text: 'The directory that cdk synth has written. The default is cdk.out.' },
  ],
  arguments: 0,
  examples: [
    ['Of a system that runs on this computer:', `npx ${PROGRAM} map --from http://localhost:8788`],
    [
      'Of two tasks whose Envoys are reached by forwarded ports:',
      `npx ${PROGRAM} map --envoy ui=http://localhost:9901 --envoy catalog=http://localhost:9902`,
    ],
  ],
  exitCodes: [
    ['0', 'The map was ended by Ctrl+C or SIGTERM.'],
    ['2', 'The command failed.'],
  ],
  run: runMap,
};

async function runMap(args: readonly string[]): Promise<Result> {
  const { values, lists } = parseArguments(MAP, args);
  const { from } = values;
  const envoys = lists['envoy'] ?? [];
  const port = portOf(values['port']);
  if ((from === undefined) === (envoys.length === 0))
    throw new Trouble(from === undefined ? 'map has to know where the Envoys are' : 'map takes --from or --envoy, and got both', {
      fix: `name a local system with --from <url>, or each Envoy with --envoy <name>=<url>`,
      ...(from === undefined
        ? { question: { message: 'The URL of the local system?', example: 'http://localhost:8788', option: '--from' } }
        : {}),
    });
  const directory = values['app'] ?? 'cdk.out';
  const system = readSystem(directory, values['stack']);
  if (system.mesh.provider !== 'envoy')
    throw new Trouble(`the mesh of ${system.path} is ${system.mesh.provider}, whose Envoys count in another way`, {
      fix: 'use it with systems of Mesh.envoy, and look at the metrics of AWS App Mesh for this one',
    });
  const ended = endOf();
  const source = from === undefined ? envoysSource(tasksOf(envoys, system)) : await listedSource(urlOf('--from', from), ended.signal);
  const map = await serveMap({ system, source, port, portOption: '--port', directory });
  try {
    const { problem, tasks } = map.state();
    if (problem !== undefined || !tasks.some(({ state }) => state === 'answers')) throw unreachable(problem, tasks);
    process.stdout.write(`The map of ${system.name} is at ${map.url} (Ctrl+C ends it).\n`);
    for (const { id, why } of tasks.filter(({ state }) => state !== 'answers'))
      process.stderr.write(`${id} does not answer: ${why ?? ''}\n`);
    await ended.promise;
  } finally {
    await map.close();
  }
  return { output: '', exitCode: 0 };
}

/** Resolves when the user ends the program. */
function endOf(): { readonly promise: Promise<void>; readonly signal: AbortSignal } {
  const controller = new AbortController();
  const promise = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        controller.abort();
        resolve();
      });
    }
  });
  return { promise, signal: controller.signal };
}

async function listedSource(base: URL, signal: AbortSignal): Promise<MapSource> {
  const source = await httpSource(base, AbortSignal.any([signal, AbortSignal.timeout(LIST_MS)]));
  let tasks: readonly MapTask[];
  try {
    tasks = await source.tasks(AbortSignal.any([signal, AbortSignal.timeout(LIST_MS)]));
  } catch (error) {
    throw new Trouble(`${base.href} does not list its tasks: ${error instanceof Error ? error.message : String(error)}`, {
      fix: 'start the local system, and name the URL that it has printed',
    });
  }
  if (Array.isArray(tasks) && tasks.length > 0) return source;
  throw new Trouble(`${base.href} has no tasks`, { fix: 'start the local system, and wait until its first task runs' });
}

function unreachable(problem: string | undefined, tasks: readonly { readonly id: string; readonly why?: string }[]): Trouble {
  const [first] = tasks;
  const why = problem ?? (first === undefined ? 'there is no task' : `${first.id}: ${first.why ?? 'no answer'}`);
  return new Trouble(`no Envoy can be reached (${why})`, {
    fix: 'see that its admin interface, port 9901 of the task, is forwarded to that URL, and that the task runs',
  });
}

/** `catalog=http://localhost:9901` */
function tasksOf(envoys: readonly string[], system: SystemDescription): readonly { readonly task: MapTask; readonly url: URL }[] {
  const counts = new Map<string, number>();
  return envoys.map((text) => {
    const [, name, address] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
    if (name === undefined || address === undefined)
      throw new Trouble(`--envoy "${text}" is no name with a URL`, {
        fix: 'give it as <name>=<url>, such as catalog=http://localhost:9901',
      });
    const workload = workloadOf(name, system);
    const number = (counts.get(workload) ?? 0) + 1;
    counts.set(workload, number);
    return { task: { id: `${workload}-${number}`, workload, healthy: true }, url: urlOf('--envoy', address) };
  });
}

function workloadOf(name: string, { workloads, path }: SystemDescription): string {
  if (workloads.some((workload) => workload.name === name)) return name;
  const versions = workloads.filter(({ service }) => service === name).map((workload) => workload.name);
  if (versions.length > 0)
    throw new Trouble(`service "${name}" has ${versions.length} versions`, {
      allowed: versions,
      fix: `name the one whose Envoy it is: --envoy ${versions[0] ?? ''}=<url>`,
    });
  const names = workloads.map((workload) => workload.name);
  throw new Trouble(`${path} has no service "${name}"`, {
    // Of a large system they are many.
    ...(closestName(name, names) === undefined ? { allowed: names } : {}),
    fix: suggestion(name, names, 'name one of these with --envoy'),
  });
}

function urlOf(option: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new Trouble(`${option} "${text}" is no URL`, { fix: 'give one such as http://localhost:9901' });
}

function portOf(text = String(MAP_PORT)): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new Trouble(`--port "${text}" is no port`, { fix: 'give a number from 0 to 65535; 0 takes any that is free' });
}
