import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';
import { PRIVATE_CA_LIFETIME_DAYS } from '../lib/core/contract/issuing';
import { HTTP_ACCESS_LOG, REST_ACCESS_LOG } from '../lib/core/edges/access-log';
import { HTTP_API } from '../lib/core/limits/api-gateway';
import type { Limit } from '../lib/core/limits/limit';
import { limitText } from '../lib/core/limits/limit';
import { LIMITS } from '../lib/core/limits/limits';
import { KMS, LAMBDA, PRIVATE_CA } from '../lib/core/limits/security';
import { build, resourcesOf, service } from './support/stack';

const ROOT = join(__dirname, '..');

// ------------------------------------------------------------------------------------------------ the table

test('limits have IDs of their own, and pages of AWS that say so', () => {
  expect(new Set(LIMITS.map(({ id }) => id)).size).toBe(LIMITS.length);
  const others = LIMITS.filter(({ source }) => !source.startsWith('https://docs.aws.amazon.com/')).map(({ id }) => id);
  // No page of AWS says it.
  expect(others).toEqual(['restApi.raisedTimeout', 'ecs.variables']);
});

test('a limit is checked or warned of, or says why not; what an account can raise is no error', () => {
  for (const { id, handling, raise } of LIMITS) {
    const { error, stackError, warning, documented } = handling;
    const kinds = [error ?? stackError, warning, documented].filter((kind) => kind !== undefined);
    // Of instances of a service there may be too many for a while only, while tasks are replaced.
    expect([id, kinds.length]).toEqual([id, id === 'cloudMap.instancesOfService' ? 2 : 1]);
    if (raise !== undefined) expect([id, error ?? stackError]).toEqual([id, undefined]);
  }
});

test('the table of docs/limits.md is that of the code (npm run test:update)', () => {
  const path = join(ROOT, 'docs/limits.md');
  const [start, end] = ['<!-- limits: made by test/limits.test.ts -->', '<!-- end of limits -->'];
  const page = readFileSync(path, 'utf8');
  const [before, rest] = page.split(start);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`docs/limits.md has no ${start} ... ${end}`);
  const services = [...new Set(LIMITS.map(({ service }) => service))];
  const sections = services.map((service) =>
    section(
      service,
      LIMITS.filter((limit) => limit.service === service),
    ),
  );
  const updated = `${before}${start}\n${sections.join('\n\n')}\n\n${end}${after}`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(path, updated);
  else expect(page).toBe(updated);
});

function section(service: string, limits: readonly Limit[]): string {
  const rows = limits.map((limit) => {
    const { counts, scope, raise, source } = limit;
    return `| ${[scope, counts, `[${limitText(limit)}](${source})`, raiseText(raise), handlingText(limit)].join(' | ')} |`;
  });
  return [`### ${service}`, '', '| Of each | What | Limit | Can be raised | At synthesis |', '|---|---|---|---|---|', ...rows].join('\n');
}

function raiseText(raise: Limit['raise']): string {
  if (raise === undefined) return 'no';
  if (raise.by === 'setting') return `a setting: ${raise.setting} (\`${raise.command}\`)`;
  return `${raise.by}: ${raise.quota}${raise.code === undefined ? '' : ` (${raise.code})`}`;
}

function handlingText({ warnFrom, handling: { error, stackError, warning, documented } }: Limit): string {
  const parts = [
    ...(error === undefined && stackError === undefined ? [] : [`error \`${error ?? stackError ?? ''}\``]),
    ...(warning === undefined ? [] : [`warning \`${warning}\`${warnFrom === undefined ? '' : ` from ${100 * warnFrom}% on`}`]),
    ...(documented === undefined ? [] : [`nothing: ${documented}`]),
  ];
  return parts.join('; ');
}

// ------------------------------------------------------------------------------------------------ what is not checked, and why

test('the formats of access logs are shorter than API Gateway takes', () => {
  for (const format of [HTTP_ACCESS_LOG, REST_ACCESS_LOG]) expect(format.length).toBeLessThan(HTTP_API.accessLogFormat.value);
});

test('certificates of a short-lived authority of AWS Private CA are valid for less than it takes', () => {
  expect(PRIVATE_CA_LIFETIME_DAYS * 86_400).toBeLessThan(PRIVATE_CA.certificateLifetime.value);
});

test('policies of keys, and timeouts and variables of functions, are far from what AWS takes, however large the system', () => {
  const services = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`service-${index}`, service()]));
  const resources = Object.values(resourcesOf(build({ services }).template)).map(({ Type, Properties = {} }) => ({ Type, ...Properties }));
  const of = (type: string): readonly Readonly<Record<string, unknown>>[] => resources.filter(({ Type }) => Type === type);
  const keys = of('AWS::KMS::Key');
  expect(keys).toHaveLength(2);
  for (const key of keys) expect(JSON.stringify(key['KeyPolicy']).length).toBeLessThan(KMS.keyPolicy.value / 4);
  const functions = of('AWS::Lambda::Function');
  expect(functions.length).toBeGreaterThan(2);
  for (const each of functions) expect(Number(each['Timeout'] ?? 3)).toBeLessThanOrEqual(LAMBDA.timeout.value);
});

// ------------------------------------------------------------------------------------------------ numbers elsewhere

/** Pages that list limits: a number from them belongs into the table. */
const QUOTA_PAGES = new Set(
  LIMITS.map(({ source }) => source.replace(/#.*/, '')).filter((source) => /quota|limit|general\/latest\/gr/i.test(source)),
);

/** Numbers of lib/ that are the value of a limit, and mean something else: where, and what. An entry that is not found is one too many. */
const OTHERS: Readonly<Record<string, string>> = {
  'lib/cdk/placement/stack-size.ts: 4_000': 'an estimate',
  'lib/core/parse/workload/parse-shift.ts: 10 * 60': 'how long new weights are watched',
  'lib/core/parse/workload/parse-shift.ts: 15 * 60': 'how long a canary is watched',
  'lib/core/parse/workload/parse-shift.ts: 1_000_000': 'what is sensible',
  'lib/core/parse/workload/parse-shift.ts: 2000': 'so many checks have room in the history of an execution',
  'lib/core/parse/workload/parse-shift.ts: 5 * 60': 'from step to step',
  'lib/core/contract/issuing.ts: 300': 'how often agents ask for the authorities',
  'lib/core/contract/metric.ts: 300': 'how often agents write the metric',
  'lib/core/mesh/app-mesh/check-policy.ts: 2_147_483_647': 'what App Mesh takes of a number of requests',
  'lib/core/mesh/app-mesh/timeouts.ts: 300': "Envoy's own idle timeout",
  'lib/core/mesh/app-mesh/virtual-node.ts: 2_147_483_647': 'as many requests as App Mesh takes, which is no limit',
  'lib/core/mesh/envoy/options.ts: 100_000': 'more requests a second than any account has',
  'lib/core/mesh/envoy/options.ts: 300': 'the longest interval of weights, so that they change while somebody watches',
  'lib/core/mesh/envoy/provider.ts: 120': 'how long an Envoy with many callees may take to start',
  'lib/core/model/constants.ts: 2000': 'the port of X-Ray',
  'lib/core/model/constants.ts: 900': 'how long an application may take to start',
  'lib/core/model/defaults.ts: 300': 'a default',
  'lib/core/parse/observability/parse-observability.ts: 1_000_000': 'more requests in a minute than any alarm has to wait for',
  'lib/core/parse/observability/parse-observability.ts: 3600': 'a latency that nobody waits for',
  'lib/core/parse/workload/fargate-sizes.ts: 8192': 'CPU units of a size of tasks',
  'lib/core/parse/edge/parse-authorizer.ts: 300': 'a default',
  'lib/core/parse/edge/api/parse-cache.ts: 300': 'a default of API Gateway',
  'lib/core/parse/edge/parse-client-throttle.ts: 100_000': 'what a task can count without running out of memory, a choice of ours',
  'lib/core/parse/edge/parse-client-throttle.ts: 10_000': 'the default of the same',
  'lib/core/parse/edge/parse-client-throttle.ts: 1_000_000': 'as for every other throttle',
  'lib/core/parse/edge/parse-grpc-target.ts: 1024 * 1024': 'as much as Envoy holds of a request by default',
  'lib/core/parse/edge/api/parse-throttle.ts: 1_000_000': 'more than any account has',
  'lib/core/parse/network/check-shared.ts: 120': 'a retention period of a log group',
  'lib/core/parse/security/parse-certificates.ts: 1_000_000': 'more than any account has',
  'lib/core/parse/workload/fargate-sizes.ts: 120': 'one of the sizes of Fargate, in GiB',
  'lib/core/parse/workload/fargate-sizes.ts: 32768': 'one of the sizes of Fargate',
  'lib/core/parse/workload/fargate-sizes.ts: 4096': 'one of the sizes of Fargate',
  'lib/core/parse/workload/parse-scaling.ts: 1_000_000': 'more messages for one task than make sense',
  'lib/core/parse/workload/scaling-syntax.ts: 3600': 'the longest time between two scaling activities that makes sense',
  'lib/core/parse/workload/parse-sizing.ts: 1_000_000': 'more than any task has, to say what Fargate has',
  'lib/core/plan/names-in-policy.ts: 4000': 'less than a policy may have, so that others can grow',
  'lib/core/plan/task-definition-size.ts: 600': 'an estimate',
};

/** What Envoy does has limits of its own, and what users write is text: docstrings name ranges and pages. */
const NOT_OF_AWS = [
  'lib/core/envoy/',
  'lib/core/parse/traffic/',
  'lib/core/reading/',
  'lib/core/limits/',
  'lib/props/',
  'lib/fargate-vcpus.ts',
];

/** The number that an expression is, if it is made of numbers alone. */
function valueOf(node: ts.Node): number | undefined {
  if (ts.isNumericLiteral(node)) return Number(node.text.replaceAll('_', ''));
  if (ts.isParenthesizedExpression(node)) return valueOf(node.expression);
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.AsteriskToken) return undefined;
  const [left, right] = [valueOf(node.left), valueOf(node.right)];
  return left === undefined || right === undefined ? undefined : left * right;
}

/**
 * Values that hardly anything else has. Small ones and those of computers (10, 128, 2048) mean something else nearly everywhere: there
 * the test of comments has to do.
 */
const DISTINCTIVE = new Set(
  LIMITS.map(({ value }) => value).filter((value) => value > 100 && ![128, 200, 255, 1000, 1024, 2048].includes(value)),
);

function strayNumbers(path: string, text: string): readonly string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const value = valueOf(node);
    if (value === undefined) ts.forEachChild(node, visit);
    else if (DISTINCTIVE.has(value)) found.push(`${path}: ${node.getText(source)}`);
  };
  visit(source);
  return found;
}

function strayPages(path: string, text: string): readonly string[] {
  const pages = [...text.matchAll(/https:\/\/docs\.aws\.amazon\.com\/[^\s)#'"`*]*/g)].map(([url]) => url);
  return pages.filter((page) => QUOTA_PAGES.has(page)).map((page) => `${path}: ${page}`);
}

function filesBelow(directory: string): readonly string[] {
  return readdirSync(join(ROOT, directory))
    .sort()
    .flatMap((name) => {
      const path = posix.join(directory, name);
      return statSync(join(ROOT, path)).isDirectory() ? filesBelow(path) : [path];
    });
}

function stray(look: (path: string, text: string) => readonly string[]): readonly string[] {
  const sources = filesBelow('lib').filter((path) => path.endsWith('.ts') && !NOT_OF_AWS.some((start) => path.startsWith(start)));
  expect(sources.length).toBeGreaterThan(100);
  return [...new Set(sources.flatMap((path) => look(path, readFileSync(join(ROOT, path), 'utf8'))))].sort();
}

test('fails if the number of a limit stands outside of the table', () => {
  expect(stray(strayNumbers)).toEqual(Object.keys(OTHERS).sort());
});

test('fails if a file outside of the table takes something from a page of limits', () => {
  expect(stray(strayPages)).toEqual([]);
});

const HTTP_PAGE = 'https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html';

// A check that cannot fail is none.
test.each([
  ['a number', 'const MAX = 300;', strayNumbers, ['x.ts: 300']],
  ['a product', 'const BYTES = 64 * 1024;', strayNumbers, ['x.ts: 64 * 1024']],
  ['a number with separators', 'f({ max: 1_000_000 });', strayNumbers, ['x.ts: 1_000_000']],
  ['no number that is no limit', 'const PORT = 8081;', strayNumbers, []],
  ['a page', `/** ${HTTP_PAGE} */\nconst MAX = 10;`, strayPages, [`x.ts: ${HTTP_PAGE}`]],
  ['a part of a page', `// ${HTTP_PAGE}#routes`, strayPages, [`x.ts: ${HTTP_PAGE}`]],
  ['no page that lists no limits', '// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html', strayPages, []],
] as const)('both find %s', (_what, text, look, found) => {
  expect(look('x.ts', text)).toEqual(found);
});
