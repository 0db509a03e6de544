import { readFileSync } from 'node:fs';
import { parseArguments, type Command, type Result } from './command';
import { countLines, HOURS, ISSUING_SECONDS, renewalHours } from './cost/count-lines';
import { estimate } from './cost/estimate';
import { withOwnPrices, type PriceList } from './cost/prices';
import PRICES from './cost/prices.json';
import { printEstimate } from './cost/print-estimate';
import { resourcesOf } from './assembly/nested-templates';
import { readSystem } from './assembly/read-description';
import type { Terminal } from './terminal/terminal';
import { PROGRAM, Trouble } from './trouble';

/** Whose prices the package has. */
const REGIONS = regionsOf(PRICES);

export const COST: Command = {
  name: 'cost',
  summary: 'Estimates what a system costs in a month.',
  description:
    'Counts the resources of the templates of a system and the tasks of its description, and multiplies them by prices of AWS, which ' +
    'stand in the package with their dates and sources. What is paid by use, and what has no price here, is unknown: it is listed, and ' +
    'the total is then at least what a month costs. Taxes, discounts and free tiers are left out. Nothing is read from AWS.',
  synopsis: [
    'cost',
    '[--region <value>]',
    '[--requests <value>]',
    '[--logs <value>]',
    '[--prices <value>]',
    '[--stack <value>]',
    '[--app <value>]',
    '[--json]',
  ],
  arguments: 0,
  options: [
    {
      name: 'region',
      value: true,
      completion: REGIONS,
      text: 'The Region whose prices are taken. The default is that of the stack, or us-east-1.',
    },
    { name: 'requests', value: true, text: 'Requests of each edge in a month, or messages of a WebSocket API.' },
    { name: 'logs', value: true, text: 'GB of logs that are written in a month, of all services together.' },
    {
      name: 'prices',
      value: true,
      completion: 'files',
      text: 'A file with prices of your own, in the form of docs/commands.md. The others stay.',
    },
    {
      name: 'stack',
      value: true,
      completion: 'systems',
      text: 'The path of the construct in the app, or of a stack or stage around it, where an app has several systems.',
    },
    { name: 'app', value: true, completion: 'files', text: 'The directory that cdk synth has written. The default is cdk.out.' },
    { name: 'json', text: 'Prints the lines as JSON.' },
  ],
  examples: [
    ['What a system costs:', `npx cdk synth --quiet && npx ${PROGRAM} cost --region eu-west-1`],
    ['With ten million requests a month:', `npx ${PROGRAM} cost --requests 10000000`],
  ],
  exitCodes: [
    ['0', 'The estimate was printed.'],
    ['2', 'The command failed.'],
  ],
  run: runCost,
};

const DEFAULT_REGION = 'us-east-1';

async function runCost(args: readonly string[], { paint }: Terminal): Promise<Result> {
  const { values, flags } = parseArguments(COST, args);
  const { app = 'cdk.out', stack } = values;
  const requests = values['requests'] === undefined ? undefined : numberIn('requests', values['requests']);
  const logsGb = values['logs'] === undefined ? undefined : numberIn('logs', values['logs']);
  const list = values['prices'] === undefined ? PRICES : ownPrices(values['prices']);
  const regions = regionsOf(list);
  const named = values['region'];
  if (named !== undefined && !regions.includes(named))
    throw new Trouble(`no price is known in ${named}`, { allowed: regions, fix: 'name one of these, or give prices with --prices' });
  const system = readSystem(app, stack);
  const { stacksOf } = await import('./assembly/stacks-of-system.js');
  const stacks = stacksOf(system, app);
  const own = stacks.find((each) => each.region !== undefined)?.region;
  const region = named ?? (own !== undefined && regions.includes(own) ? own : DEFAULT_REGION);
  const resources = stacks.flatMap(({ templates }) => templates.flatMap(resourcesOf));
  const result = estimate(countLines(system, resources, { requests, logsGb }), list, region);
  const assumptions = [
    `${HOURS} hours, tasks at their desired numbers, or the smallest where auto scaling owns them`,
    requests === undefined ? 'no requests: --requests says how many' : `${requests.toLocaleString('en-US')} requests of each edge`,
    ...(system.certificates === 'none'
      ? []
      : [
          `certificates are renewed every ${renewalHours(system.certificates)} hours, by a function that runs ${ISSUING_SECONDS} s each; ` +
            'starts of tasks and jobs are not counted',
        ]),
    ...(result.lines.some(({ price }) => price?.startsWith('fargate.spot.') === true)
      ? ['AWS Fargate Spot at its price of that date: it changes with supply and demand']
      : []),
    `all resources of ${stacks.map(({ stack: { path } }) => path).join(', ')}, yours as well as those of the library`,
    ...(named === undefined && own !== undefined && own !== region ? [`no price is known in ${own}, the Region of the stack`] : []),
    `prices of ${region} at the dates below, of the first tier, without free tiers, discounts and taxes`,
  ];
  const { currency } = list;
  const output = flags.has('json')
    ? `${JSON.stringify({ system: system.path, region, currency, ...result, assumptions }, null, 2)}\n`
    : printEstimate(result, `${system.path} in ${region}`, currency, assumptions, paint);
  return { output, exitCode: 0 };
}

function regionsOf({ prices }: PriceList): readonly string[] {
  return [...new Set(Object.values(prices).flatMap((price) => Object.keys(price?.prices ?? {})))].sort();
}

function numberIn(option: 'logs' | 'requests', text: string): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isFinite(number) && number >= 0) return number;
  throw new Trouble(`--${option} is "${text}"`, {
    fix: option === 'logs' ? 'give a number of GB in a month, such as 50' : 'give a number of requests in a month, such as 10000000',
  });
}

function ownPrices(file: string): PriceList {
  let own: unknown;
  try {
    own = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Trouble(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      fix: 'give a file of JSON, in the form of docs/commands.md',
    });
  }
  const list = withOwnPrices(PRICES, own);
  if (typeof list !== 'string') return list;
  throw new Trouble(`${file} is no list of prices: ${list}`, { fix: 'see docs/commands.md for the form' });
}
