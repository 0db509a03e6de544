import { compare, type Change } from './compare';
import { parseArguments, type Command, type Result } from './command';
import { printChange } from './print-change';
import { inStack, placeOf, select, type Selection } from './select';
import type { Paint } from './paint';
import type { Terminal } from './terminal/terminal';
import { PROGRAM, Trouble } from './trouble';
import { settingsOf, titleOf, type Workload } from './assembly/workload';

export const DIFF: Command = {
  name: 'diff',
  summary: 'Prints what changes in the configuration of a service, by field.',
  description:
    'Compares the configuration of a service, or of all services, with that in another output of cdk synth, and prints each field that ' +
    'differs: with ~ if its value changes, with + if it is new, with - if it is gone. A service that is new or gone is one line. ' +
    "Listeners, clusters, routes and other items of lists are compared by name. The fields of the mesh agent's settings begin with " +
    'settings. Nothing is read from AWS.',
  synopsis: ['diff [<service>]', '--against <value>', '[--version <value>]', '[--stack <value>]', '[--app <value>]'],
  options: [
    {
      name: 'service',
      completion: 'workloads',
      text: 'The name of a service, or gateway for the gateway service of the edge. The default is all services.',
    },
    { name: 'against', value: true, completion: 'files', text: 'The directory that cdk synth has written before the change.' },
    { name: 'version', value: true, completion: 'versions', text: 'The version, of a service with versions. The default is all versions.' },
    {
      name: 'stack',
      value: true,
      completion: 'systems',
      text: 'The stack, or the path of a construct in the app. The default is all stacks.',
    },
    {
      name: 'app',
      value: true,
      completion: 'files',
      text: 'The directory that cdk synth has written after the change. The default is cdk.out.',
    },
  ],
  examples: [
    ['Before a change:', 'npx cdk synth --quiet --output /tmp/before.out'],
    ['After the change, what it does to a service:', `npx cdk synth --quiet && npx ${PROGRAM} diff catalog --against /tmp/before.out`],
    ['What it does to all services:', `npx ${PROGRAM} diff --against /tmp/before.out`],
  ],
  exitCodes: [
    ['0', 'Nothing differs.'],
    ['1', 'Something differs.'],
    ['2', 'The command failed.'],
  ],
  run: runDiff,
};

interface Pair {
  readonly before?: Workload;
  readonly after?: Workload;
}

async function runDiff(args: readonly string[], { paint }: Terminal): Promise<Result> {
  const { argument: service, values } = parseArguments(DIFF, args);
  const { against, app = 'cdk.out', version, stack } = values;
  if (against === undefined)
    throw new Trouble('diff takes the output of cdk synth to compare with', {
      fix: 'name the directory that it is in: --against <directory>',
      question: { message: 'Where is the output of cdk synth from before the change?', example: '/tmp/before.out', option: '--against' },
    });
  if (service === undefined && version !== undefined)
    throw new Trouble('--version takes the name of a service, too', { fix: 'name the service, or leave out --version' });
  const { readAssembly } = await import('./assembly/read-assembly.js');
  const [before, after] = [readAssembly(against), readAssembly(app)];
  const pairs =
    service === undefined
      ? pairsOf(inStackOfEither(before, after, { directory: app, stack }))
      : pairsOf(ofEither(before, after, { directory: app, service, version, stack }));
  const blocks = pairs.flatMap((pair) => {
    const lines = linesOf(pair);
    return lines.length === 0 ? [] : [lines];
  });
  return { output: paintLines(blocks.map(textOf).join(''), paint), exitCode: blocks.length === 0 ? 0 : 1 };
}

/** What is new is green, and what is gone red, as in most programs that compare. */
function paintLines(text: string, paint: Paint): string {
  return text.replace(/^ *([+-]) .*$/gm, (line, sign: string) => (sign === '+' ? paint.green(line) : paint.red(line)));
}

/** An empty line stands around services whose changes are listed. Those that are new, or gone, are lists of lines. */
function textOf(lines: readonly string[], index: number, blocks: readonly (readonly string[])[]): string {
  const isApart = lines.length > 1 || (blocks[index - 1] ?? []).length > 1;
  return [...(index > 0 && isApart ? [''] : []), ...lines].map((line) => `${line}\n`).join('');
}

type Sides = readonly [before: readonly Workload[], after: readonly Workload[]];

/** What users ask for may be new, or gone: it is enough that one of the two has it. */
function ofEither(before: readonly Workload[], after: readonly Workload[], selection: Selection): Sides {
  return eitherOf((workloads) => select(workloads, selection), before, after);
}

function inStackOfEither(before: readonly Workload[], after: readonly Workload[], where: Pick<Selection, 'directory' | 'stack'>): Sides {
  return eitherOf((workloads) => inStack(workloads, where), before, after);
}

function eitherOf(
  pick: (workloads: readonly Workload[]) => readonly Workload[],
  before: readonly Workload[],
  after: readonly Workload[],
): Sides {
  const old = attempt(() => pick(before));
  // The message is about what is there now.
  return old === undefined ? [[], pick(after)] : [old, attempt(() => pick(after)) ?? []];
}

function attempt<T>(pick: () => T): T | undefined {
  try {
    return pick();
  } catch (error) {
    if (error instanceof Trouble) return undefined;
    throw error;
  }
}

/** Of the same name in the same place; or the only ones of their name, which have moved to another stack. */
function pairsOf([before, after]: Sides): readonly Pair[] {
  const old = new Map(before.map((workload) => [keyOf(workload), workload]));
  const now = new Map(after.map((workload) => [keyOf(workload), workload]));
  const gone = before.filter((workload) => !now.has(keyOf(workload)));
  const come = after.filter((workload) => !old.has(keyOf(workload)));
  const moved = new Map(
    come.flatMap((workload) => {
      const namesakes = gone.filter((other) => titleOf(other) === titleOf(workload));
      const [only] = namesakes;
      const isOnly = namesakes.length === 1 && come.filter((other) => titleOf(other) === titleOf(workload)).length === 1;
      return only !== undefined && isOnly ? [[workload, only] as const] : [];
    }),
  );
  const stillThere = new Set(moved.values());
  return [
    ...gone.filter((workload) => !stillThere.has(workload)).map((workload) => ({ before: workload })),
    ...after.map((workload) => ({ before: old.get(keyOf(workload)) ?? moved.get(workload), after: workload })),
  ];
}

function keyOf(workload: Workload): string {
  return JSON.stringify([placeOf(workload), workload.service, workload.version]);
}

function linesOf({ before, after }: Pair): readonly string[] {
  if (after === undefined) return before === undefined ? [] : [`- ${titleOf(before)} (${placeOf(before)})`];
  if (before === undefined) return [`+ ${titleOf(after)} (${placeOf(after)})`];
  const changes = [
    ...compare(before.config.envoy, after.config.envoy),
    ...compare({ aggregations: before.config.aggregations }, { aggregations: after.config.aggregations }),
    ...compare({ settings: settingsOf(before) }, { settings: settingsOf(after) }),
  ].map(withWhole);
  if (changes.length === 0) return [];
  return [`${titleOf(after)} (${placeOf(after)})`, ...changes.flatMap(printChange).map((line) => `  ${line}`)];
}

/** The whole configuration, which has no field that could name it. */
function withWhole(change: Change): Change {
  return change.path === '' ? { ...change, path: 'envoy' } : change;
}
