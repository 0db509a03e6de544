/**
 * What 10 to 1,000 services with three calls each cost to synthesize, in groups of 50 with stacks of their own, beside a program that makes
 * the same resources by hand: an L1 construct for each, with the same properties, in the same stacks. Each in a process of its own, in one
 * run: read the ratios, not the seconds. Time is that of the processor, which other programs on the machine change little.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseTopology } from '../lib/core/parse/parse';
import { planSystem } from '../lib/core/plan-system';
import { IssueList } from '../lib/core/reading/issues';
import { readProps } from '../lib/props/read-props';
import type { LargeSystem } from '../test/support/large-system';
import { largeApp, largeProps } from '../test/support/large-system';
import { handwrittenApp } from './handwritten';
import { inCi, rounds } from './rounds';

interface Measure extends Counts {
  readonly milliseconds: number;
  readonly mebibytes: number;
}

interface Counts {
  readonly templates: number;
  readonly resources: number;
  readonly bytes: number;
}

interface Row {
  readonly services: number;
  readonly ours: Measure;
  readonly spike: Measure;
}

const SIZES = inCi() ? [10, 100] : [10, 100, 400, 1000];
const ROUNDS = rounds({ usual: 3, ci: 1 });
const GOALS = { spike: 1.5, growth: 12 };

// The template validator costs as much as the synthesis, and is the same for both.
process.env['CDK_VALIDATION'] ??= 'false';

/** In a process that does nothing else. What is imported, and the templates that the spike repeats, are read before the clock starts. */
function synthesize(kind: string, services: number, directory: string): Measure {
  // Of compiled JavaScript, as users have it, stack traces need no source maps; the CDK takes one for each resource.
  process.setSourceMapsEnabled(false);
  const build = kind === 'ours' ? () => largeApp({ services }, directory) : handwrittenApp(directory);
  const start = process.cpuUsage();
  const { directory: written } = build().synth();
  const { user, system } = process.cpuUsage(start);
  const milliseconds = (user + system) / 1000;
  return { milliseconds, mebibytes: process.resourceUsage().maxRSS / 1024, ...countsOf(written) };
}

function measure(kind: string, services: number, directory: string): Measure {
  const args = ['--import', 'tsx', __filename, kind, String(services), directory];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`${kind} with ${services} services: ${stderr.slice(-2000)}`);
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n{') + 1)) as Measure;
}

function compare(services: number): Row {
  const directory = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const runs = Array.from({ length: ROUNDS }, () => ({
      ours: measure('ours', services, directory),
      spike: measure('spike', services, directory),
    }));
    const [ours, spike] = [median(runs.map((run) => run.ours)), median(runs.map((run) => run.spike))];
    // References have other texts by hand, but nothing may be missing.
    if (spike.resources !== ours.resources || spike.templates !== ours.templates || spike.bytes < 0.9 * ours.bytes)
      throw new Error(`not the same by hand: ${JSON.stringify({ ours, spike })}`);
    return { services, ours, spike };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function countsOf(directory: string): Counts {
  const templates = readdirSync(directory).filter((name) => name.endsWith('.template.json'));
  const texts = templates.map((name) => readFileSync(join(directory, name), 'utf8'));
  return {
    templates: templates.length,
    resources: texts.reduce((sum, text) => sum + Object.keys((JSON.parse(text) as { Resources: object }).Resources).length, 0),
    bytes: texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
  };
}

function median(runs: readonly Measure[]): Measure {
  const sorted = [...runs].sort((a, b) => a.milliseconds - b.milliseconds);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error('nothing was measured');
  return middle;
}

function print(...cells: readonly (string | number)[]): void {
  process.stdout.write(`${cells.map((cell) => String(cell).padStart(14)).join('')}\n`);
}

function printRows(rows: readonly Row[]): void {
  print('services', 'templates', 'resources', 'bytes', 'ours CPU ms', 'spike CPU ms', 'ratio', 'ours MiB', 'spike MiB');
  for (const { services, ours, spike } of rows)
    print(
      ...[services, ours.templates, ours.resources, ours.bytes, ours.milliseconds.toFixed(0), spike.milliseconds.toFixed(0)],
      ...[(ours.milliseconds / spike.milliseconds).toFixed(2), ours.mebibytes.toFixed(0), spike.mebibytes.toFixed(0)],
    );
  const of = (count: number): Row | undefined => rows.find(({ services }) => services === count);
  const [hundred, thousand] = [of(100), of(1000)];
  if (hundred === undefined || thousand === undefined) return;
  const ratio = thousand.ours.milliseconds / thousand.spike.milliseconds;
  const growth = thousand.ours.milliseconds / hundred.ours.milliseconds;
  const byHand = thousand.spike.milliseconds / hundred.spike.milliseconds;
  process.stdout.write(
    `\n1,000 services take ${ratio.toFixed(2)} times what the same resources by hand do (goal: ${GOALS.spike}), and ${growth.toFixed(1)} ` +
      `times what 100 services do (goal: ${GOALS.growth}; by hand ${byHand.toFixed(1)}).\n`,
  );
}

/** Without constructs: from props to the plan. */
function planned(system: LargeSystem): number {
  const props = readProps(largeProps(system));
  const issues = new IssueList();
  const start = performance.now();
  planSystem(parseTopology({ props, defaultName: 'shop' }, issues), issues);
  if (issues.all.length > 0) throw new Error(issues.all[0]?.message);
  return performance.now() - start;
}

function printPlans(): void {
  planned({ services: 50 });
  const rows: readonly (readonly [string, LargeSystem])[] = [
    ['1,001 services', { services: 1001 }],
    ['one of them called by 1,000', { services: 1001, popular: 1, popularCallers: 1001 }],
    ['one of them calls 580', { services: 1001, hub: 580 }],
  ];
  process.stdout.write('\nFrom props to the plan:\n');
  for (const [name, system] of inCi() ? rows.slice(0, 1) : rows)
    process.stdout.write(`${name.padEnd(30)}${planned(system).toFixed(0).padStart(8)} ms\n`);
}

const [kind, services, directory] = process.argv.slice(2);
if (kind !== undefined && services !== undefined && directory !== undefined) {
  const measured = synthesize(kind, Number(services), directory);
  process.stdout.write(`\n${JSON.stringify(measured)}\n`);
} else {
  printRows(SIZES.map(compare));
  printPlans();
}
