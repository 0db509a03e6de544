import { parseArguments, type Command, type Result } from './command';
import { checkSystem } from './check/check-system';
import { countZones } from './check/count-zones';
import { CODES, type FindingCode } from './check/finding';
import { printFindings } from './check/print-findings';
import { readSystem } from './assembly/read-description';
import type { Terminal } from './terminal/terminal';
import { PROGRAM, suggestion, Trouble } from './trouble';

export const CHECK: Command = {
  name: 'check',
  summary: 'Says what may go wrong with a system, before it is deployed.',
  description:
    'Looks for what fails in a new account, single points of failure, services that nothing reaches, callers that may do more than they ' +
    'need, public routes, and timeouts that contradict each other; and prints how much the system takes of the limits of AWS. An error ' +
    'cannot work, a warning is hardly meant, and a note is to know. Nothing is read from AWS.',
  synopsis: ['check', '[--stack <value>]', '[--app <value>]', '[--ignore <value>]', '[--json]'],
  arguments: 0,
  options: [
    {
      name: 'stack',
      value: true,
      completion: 'systems',
      text: 'The path of the construct in the app, or of a stack or stage around it, where an app has several systems.',
    },
    { name: 'app', value: true, completion: 'files', text: 'The directory that cdk synth has written. The default is cdk.out.' },
    {
      name: 'ignore',
      value: true,
      completion: Object.keys(CODES),
      separated: true,
      text: `Codes of findings that are left out, with commas between them: ${Object.keys(CODES).join(', ')}.`,
    },
    { name: 'json', text: 'Prints findings and limits as JSON.' },
  ],
  examples: [
    ['Check what cdk synth has written:', `npx cdk synth --quiet && npx ${PROGRAM} check`],
    ['In a pipeline, for an account that has enough vCPUs:', `npx ${PROGRAM} check --stack Prod/Shop --ignore fargate-vcpus`],
    ['The findings that are no notes:', `npx ${PROGRAM} check --json | jq '.findings[] | select(.severity != "note")'`],
  ],
  exitCodes: [
    ['0', 'There is no error and no warning; there may be notes.'],
    ['1', 'There is an error or a warning.'],
    ['2', 'The command failed.'],
  ],
  run: runCheck,
};

async function runCheck(args: readonly string[], { paint }: Terminal): Promise<Result> {
  const { values, flags } = parseArguments(CHECK, args);
  const { app = 'cdk.out', stack, ignore } = values;
  const ignored = codesIn(ignore);
  const system = readSystem(app, stack);
  const { stacksOf } = await import('./assembly/stacks-of-system.js');
  const zones = stacksOf(system, app).map(({ templates }) => countZones(templates));
  const known = zones.filter((count) => count !== undefined);
  const findings = checkSystem(system, known.length === 0 ? undefined : Math.max(...known)).filter(({ code }) => !ignored.has(code));
  const output = flags.has('json')
    ? `${JSON.stringify({ system: system.path, findings, limits: system.limits, fargateVcpus: system.fargateVcpus }, null, 2)}\n`
    : printFindings(system, findings, paint);
  return { output, exitCode: findings.some(({ severity }) => severity !== 'note') ? 1 : 0 };
}

function codesIn(text: string | undefined): ReadonlySet<FindingCode> {
  const known = Object.keys(CODES) as readonly FindingCode[];
  return new Set(
    (text ?? '')
      .split(',')
      .map((code) => code.trim())
      .filter((code) => code !== '')
      .map((name) => {
        const code = known.find((each) => each === name);
        if (code !== undefined) return code;
        throw new Trouble(`there are no findings "${name}"`, {
          allowed: known,
          fix: suggestion(name, known, `see npx ${PROGRAM} check --help`),
        });
      }),
  );
}
