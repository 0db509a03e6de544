import { writeFileSync } from 'node:fs';
import type { SystemDescription } from '../../lib/core/description/system-description';
import { closestName } from '../../lib/core/reading/closeness';
import { parseArguments, type Command, type Result } from './command';
import type { Diagram } from './diagram/diagram';
import { diagramOf } from './diagram/diagram-of';
import { dotOf } from './diagram/dot';
import { focusOn } from './diagram/focus';
import { jsonOf } from './diagram/json';
import { mermaidOf } from './diagram/mermaid';
import { summaryOf } from './diagram/words';
import { readSystem } from './assembly/read-description';
import type { Terminal } from './terminal/terminal';
import { PROGRAM, suggestion, Trouble } from './trouble';

type Draw = (diagram: Diagram, system: SystemDescription) => string | Promise<string>;

const FORMATS: Readonly<Record<string, Draw>> = {
  // With the layout library, which is larger than all other commands together.
  svg: async (diagram) => (await import('./diagram/svg.js')).svgOf(diagram),
  html: async (diagram, system) => (await import('./diagram/html.js')).htmlOf(diagram, system),
  mermaid: mermaidOf,
  dot: dotOf,
  json: jsonOf,
};

const FORMAT_NAMES = Object.keys(FORMATS);

export const DIAGRAM: Command = {
  name: 'diagram',
  summary: 'Draws a system: edges, services, and who calls whom.',
  description:
    'Draws a system as its last cdk synth has described it: edges with their routes, gateway services, services with their versions, ' +
    'workers, jobs, external services, clients outside of the mesh, and the stacks in which they stand. Nothing is read from AWS.',
  synopsis: [
    'diagram [<service>]',
    '[--format svg | html | mermaid | dot | json]',
    '[--json]',
    '[--focus <service>]',
    '[--depth <number>]',
    '[--output <file>]',
    '[--stack <value>]',
    '[--app <value>]',
  ],
  options: [
    { name: 'service', completion: 'callees', text: 'The same as --focus.' },
    {
      name: 'format',
      value: true,
      completion: FORMAT_NAMES,
      text: 'svg (the default), html (a page with tables of calls and routes), mermaid, dot (Graphviz), or json (boxes and calls).',
    },
    { name: 'json', text: 'The same as --format json.' },
    {
      name: 'focus',
      value: true,
      completion: 'callees',
      text: 'Draws this service or external service alone, with who calls it, and what it calls.',
    },
    { name: 'depth', value: true, text: 'How many calls in a row --focus follows, each way. The default is 1.' },
    { name: 'output', value: true, completion: 'files', text: 'The file to write. The default is the standard output.' },
    { name: 'stack', value: true, completion: 'systems', text: 'The stack, stage or path of the system, where the app has several.' },
    { name: 'app', value: true, completion: 'files', text: 'The directory that cdk synth has written. The default is cdk.out.' },
  ],
  examples: [
    ['A page for a browser:', `npx ${PROGRAM} diagram --format html --output shop.html`],
    ['What a change of the orders service can touch:', `npx ${PROGRAM} diagram --focus orders --depth 2 --output orders.svg`],
    ['A diagram for Markdown on GitHub:', `npx ${PROGRAM} diagram --format mermaid`],
  ],
  exitCodes: [
    ['0', 'The diagram was drawn.'],
    ['2', 'The command failed.'],
  ],
  run: runDiagram,
};

async function runDiagram(args: readonly string[], { progress }: Terminal): Promise<Result> {
  const { argument, values, flags } = parseArguments(DIAGRAM, args);
  const draw = formatOf(formatIn(values['format'], flags.has('json')));
  const depth = depthOf(values['depth']);
  const system = readSystem(values['app'] ?? 'cdk.out', values['stack']);
  const focus = values['focus'] ?? argument;
  const diagram = focus === undefined ? diagramOf(system) : focusOn(system, known(focus, system), depth);
  const done = progress(`drawing ${summaryOf(diagram).replace(/\.$/, '')}`);
  const drawn = await draw(diagram, system);
  done();
  const file = values['output'];
  if (file === undefined) return { output: drawn, exitCode: 0 };
  write(file, drawn);
  return { output: `${file}: ${summaryOf(diagram)}\n`, exitCode: 0 };
}

function formatIn(format: string | undefined, json: boolean): string {
  if (!json) return format ?? 'svg';
  if (format === undefined || format === 'json') return 'json';
  throw new Trouble(`diagram takes --json or --format ${format}, and got both`, { fix: 'leave out one of them' });
}

function formatOf(name: string): Draw {
  const draw = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  if (draw !== undefined) return draw;
  throw new Trouble(`diagram has no format "${name}"`, {
    allowed: FORMAT_NAMES,
    fix: suggestion(name, FORMAT_NAMES, 'name one of these with --format'),
  });
}

function depthOf(text = '1'): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new Trouble(`--depth "${text}" is no number of calls`, { fix: 'give a whole number from 1 on' });
}

function known(name: string, { services, external, path }: SystemDescription): string {
  const names = [...services, ...external].map((each) => each.name);
  if (names.includes(name)) return name;
  throw new Trouble(`${path} has no service "${name}"`, {
    // Of a large system they are many.
    ...(closestName(name, names) === undefined ? { allowed: names } : {}),
    fix: suggestion(name, names, 'name one of these with --focus'),
  });
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new Trouble(`${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`, {
      fix: 'name a file in a directory that is there with --output',
    });
  }
}
