import { join } from 'node:path';
import { parseArguments, type Arguments, type Command, type Result } from './command';
import type * as Local from './local/run-local';
import { portNumber } from './port-number';
import { MAP_PORT, serveMap } from './serve-map';
import { PROGRAM, suggestion, Trouble } from './trouble';

const ACTIONS = ['up', 'down', 'run', 'compose', 'token'] as const;
type Action = (typeof ACTIONS)[number];

export const LOCAL: Command = {
  name: 'local',
  summary: 'Runs a system on this machine, with real Envoys and without an AWS account.',
  description:
    'Runs the tasks of a system as its last cdk synth has written them: their own containers, Envoys with the same configurations, ' +
    'mutual TLS with certificates of a local authority, and the same routes, retries, versions and authorization. Edges are emulated, ' +
    'with a local issuer of tokens. It writes a Compose file and runs it with Docker, Podman or Finch. While it runs, it takes over what ' +
    'each further cdk synth changes.',
  synopsis: [
    'local [up | down | run <job> | compose | token]',
    '[--only <services>]',
    '[--swap <service>=<URL>]...',
    '[--settings <file>]',
    '[--environment <file>]...',
    '[--port [<edge>=]<number>]...',
    '[--control-port <number>]',
    '[--map-port <number>]',
    '[--engine docker | podman | finch]',
    '[--detach]',
    '[--directory <directory>]',
    '[--edge <edge>]',
    '[--scopes <scopes>]',
    '[--subject <subject>]',
    '[--stack <value>]',
    '[--app <value>]',
    '[-- <command>]',
  ],
  arguments: 2,
  options: [
    {
      name: 'action',
      completion: ACTIONS,
      text:
        'up (the default), down (after --detach), run (starts a job in the system that runs, waits for its end, and ends with its exit ' +
        'code), compose (writes the files, runs nothing), or token (prints a token for an edge).',
    },
    { name: 'job', completion: 'jobs', text: 'Of run: the job. What stands behind -- takes the place of its command.' },
    {
      name: 'only',
      value: true,
      completion: 'services',
      separated: true,
      text: 'Runs the applications of these services, with commas between them; stand-ins answer for all others.',
    },
    {
      name: 'swap',
      value: true,
      repeated: true,
      text: 'A process on this machine in place of an application, such as ui=http://localhost:3000; of a version, catalog-next=….',
    },
    {
      name: 'settings',
      value: true,
      completion: 'files',
      text: 'A file of YAML or JSON with other images, variables, answers of stand-ins, and numbers of tasks.',
    },
    // Node.js 20 takes --env-file for an option of its own, wherever it stands. https://github.com/nodejs/node/issues/54232
    {
      name: 'environment',
      value: true,
      repeated: true,
      completion: 'files',
      text: 'A file of NAME=value lines for secrets and variables of applications.',
    },
    {
      name: 'port',
      value: true,
      repeated: true,
      text: 'Where an edge is called on this machine. The default is 8080 for the first edge, then 8081 and so on.',
    },
    { name: 'control-port', value: true, text: 'Where the local system answers this command. The default is 8788.' },
    { name: 'map-port', value: true, text: `Where the live map is on this machine. The default is ${MAP_PORT}.` },
    {
      name: 'engine',
      value: true,
      completion: ['docker', 'podman', 'finch'],
      text: 'docker, podman or finch. The default is the first of them that answers.',
    },
    { name: 'detach', text: 'Returns when all tasks are healthy. `local down` takes them down.' },
    {
      name: 'directory',
      value: true,
      completion: 'files',
      text: 'Where the files of local systems are written. The default is .cdk-local.',
    },
    { name: 'edge', value: true, completion: 'edges', text: 'Of token: the edge that is to accept it, where there are several.' },
    { name: 'scopes', value: true, text: 'Of token: its scopes, with commas between them.' },
    { name: 'subject', value: true, text: 'Of token: whom it is about. The default is local-user.' },
    { name: 'stack', value: true, completion: 'systems', text: 'The stack, stage or path of the system, where the app has several.' },
    { name: 'app', value: true, completion: 'files', text: 'The directory that cdk synth has written. The default is cdk.out.' },
  ],
  examples: [
    ['The whole system, until Ctrl-C:', `npx cdk synth --quiet && npx ${PROGRAM} local`],
    ['The ui service in a debugger, at the port 3000 of this machine:', `npx ${PROGRAM} local --swap ui=http://localhost:3000`],
    ['Two services, with stand-ins for all others:', `npx ${PROGRAM} local --only ui,catalog --settings local.yaml`],
    ['A job, with another command than its own:', `npx ${PROGRAM} local run report -- node report.js --year 2026`],
    [
      'A request with a token:',
      `curl -H "authorization: Bearer $(npx ${PROGRAM} local token --scopes orders/read)" http://localhost:8080/orders`,
    ],
  ],
  exitCodes: [
    ['0', 'The system ran until it was stopped, or runs (--detach); or the action was done.'],
    ['Of run', 'The exit code of the job; 2 also if it cannot be started.'],
    ['2', 'The command failed. What it had started is taken down.'],
  ],
  run: runLocal,
};

async function runLocal(args: readonly string[]): Promise<Result> {
  // Behind it stands a command, with options of its own.
  const end = args.indexOf('--');
  const parsed = parseArguments(LOCAL, end === -1 ? args : args.slice(0, end));
  const command = end === -1 ? [] : args.slice(end + 1);
  const action = actionOf(parsed.argument ?? 'up');
  const [, job] = parsed.positionals;
  if (action !== 'run' && (job !== undefined || command.length > 0))
    throw new Trouble(`local ${action} takes no ${job === undefined ? 'command' : `"${job}"`}`, { fix: `see npx ${PROGRAM} local --help` });
  const local = argumentsOf(parsed);
  // With the emulated AWS, which no other command needs.
  const program = (await import('./local/run-local.js')) as typeof Local;
  const programs = join(__dirname, '../local');
  switch (action) {
    case 'compose':
      return { output: `${await program.writeLocal(local, programs)}\n`, exitCode: 0 };
    case 'token':
      return { output: `${await program.tokenOf(local, parsed.values)}\n`, exitCode: 0 };
    case 'run': {
      let exitCode = 0;
      await untilStopped(async (signal) => {
        exitCode = await program.runLocalJob(local, { job, command }, say, signal);
      });
      return { output: '', exitCode };
    }
    case 'down':
      await program.downLocal(local, say);
      return { output: '', exitCode: 0 };
    case 'up':
      await untilStopped(async (signal) =>
        program.upLocal(
          local,
          programs,
          say,
          async (system, source, port) => serveMap({ system, source, port, portOption: '--map-port', directory: local.app }),
          signal,
        ),
      );
      return { output: '', exitCode: 0 };
  }
}

function actionOf(text: string): Action {
  const action = ACTIONS.find((each) => each === text);
  if (action !== undefined) return action;
  throw new Trouble(`local has no action "${text}"`, {
    allowed: ACTIONS,
    fix: suggestion(text, ACTIONS, 'leave it out to run the system'),
  });
}

function argumentsOf({ values, lists, flags }: Arguments): Local.LocalArguments {
  return {
    app: values['app'] ?? 'cdk.out',
    stack: values['stack'],
    engine: values['engine'],
    settings: values['settings'],
    envFiles: lists['environment'] ?? [],
    only: values['only'],
    swaps: lists['swap'] ?? [],
    ports: lists['port'] ?? [],
    controlPort: values['control-port'],
    mapPort: portNumber(values['map-port'] ?? String(MAP_PORT), '--map-port'),
    directory: values['directory'] ?? '.cdk-local',
    detach: flags.has('detach'),
  };
}

/** For people, beside what is printed for programs. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** A second signal ends the process at once, as it would without this. */
async function untilStopped(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const stopped = (): void => {
    stop.abort();
  };
  // The last one: the terminal was closed.
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.once(signal, stopped);
  try {
    await work(stop.signal);
  } finally {
    for (const signal of signals) process.off(signal, stopped);
  }
}
