import { Stack, Stage, type App } from 'aws-cdk-lib';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { Microservices } from '../../../../lib';
import { service } from '../../../support/stack';
import { Bundled, EXAMPLES } from '../bundled';
import { colourEnvironment, CTRL_C, DOWN, ENTER, inTerminal } from './pseudo-terminal';

let bundled: Bundled;

beforeAll(() => {
  bundled = new Bundled({
    shop: EXAMPLES.shop,
    stages: (app: App) => {
      for (const name of ['Beta', 'Prod']) {
        const stack = new Stack(new Stage(app, name), 'Shop');
        new Microservices(stack, 'Shop', { services: { ui: service({ calls: ['catalog'] }), catalog: service() } });
      }
    },
  });
});

afterAll(() => {
  bundled.close();
});

const COLOUR = /\u001B\[(?:[1-9]\d*)m/;
const CALL = ['explain', 'ui', 'orders', 'GET', '/', '--app', 'shop'];

/** With both outputs in pipes, as in a script. */
function inPipe(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const program = join(bundled.directory, 'bundle/cdk-ecs-microservices.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: bundled.directory,
    encoding: 'utf8',
    env: { ...colourEnvironment(), ...env },
  });
  return { exitCode: status, output: stdout, error: stderr };
}

describe('colours', () => {
  test.each([
    ['on a terminal', {}, [], true],
    ['not where NO_COLOR is set', { NO_COLOR: '1' }, [], false],
    ['where NO_COLOR is empty, which counts as none', { NO_COLOR: '' }, [], true],
    ['not with --no-color', {}, ['--no-color'], false],
    ['not on a terminal that has none', { TERM: 'dumb' }, [], false],
    ['not where FORCE_COLOR is 0', { FORCE_COLOR: '0' }, [], false],
    ['not where NO_COLOR and FORCE_COLOR are set', { NO_COLOR: '1', FORCE_COLOR: '1' }, [], false],
  ])('are there %s', async (_where, env, more, colours) => {
    const { exitCode, screen } = await inTerminal(bundled, [...CALL, ...more], { env });
    expect(exitCode).toBe(0);
    expect(COLOUR.test(screen)).toBe(colours);
  });

  test.each([
    ['in a pipe', {}, false],
    ['in a pipe with FORCE_COLOR', { FORCE_COLOR: '1' }, true],
    ['in a pipe with FORCE_COLOR and NO_COLOR', { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
    ['in a pipe of a CI system', { CI: 'true' }, false],
  ])('%s', (_where, env, colours) => {
    expect(COLOUR.test(inPipe(CALL, env).output)).toBe(colours);
  });

  test.each([
    ['explain', CALL],
    ['explain of a request that is refused', ['explain', 'orders', 'ui', 'GET', '/', '--app', 'shop']],
    ['check', ['check', '--app', 'shop']],
    ['cost', ['cost', '--app', 'shop']],
    ['diff', ['diff', '--app', 'shop', '--against', 'stages']],
    ['help', ['check', '--help']],
    ['errors', ['confg']],
  ])('change no letter of %s', (_what, args) => {
    const plain = inPipe(args);
    const painted = inPipe(args, { FORCE_COLOR: '1' });
    expect(COLOUR.test(painted.output + painted.error)).toBe(true);
    expect({ ...painted, output: stripVTControlCharacters(painted.output), error: stripVTControlCharacters(painted.error) }).toEqual(plain);
  });

  test('are not in what programs read', () => {
    for (const args of [
      [...CALL, '--json'],
      ['config', 'ui', '--app', 'shop'],
      ['diagram', '--format', 'dot', '--app', 'shop'],
      ['completion', 'bash'],
    ])
      expect(inPipe(args, { FORCE_COLOR: '1' }).output).not.toMatch(COLOUR);
  });
});

describe('progress', () => {
  const drawing = 'drawing 2 edges, 2 gateways, 5 services and 10 calls ...';

  test('is there on a terminal while a diagram is drawn, and gone afterwards', async () => {
    const { screen } = await inTerminal(bundled, ['diagram', '--app', 'shop', '--output', 'shop.svg']);
    expect(screen).toContain(`${drawing}\r\u001B[Kshop.svg: `);
  });

  test('is not there in a pipe', () => {
    expect(inPipe(['diagram', '--app', 'shop', '--format', 'dot'])).toMatchObject({ exitCode: 0, error: '' });
  });
});

describe('questions', () => {
  test('ask for each argument that misses, and say how to do without them', async () => {
    const { exitCode, screen } = await inTerminal(bundled, ['explain', '--app', 'shop'], {
      typed: [
        { when: 'Who calls?', keys: `${DOWN.repeat(5)}${ENTER}` },
        { when: 'Whom?', keys: `${DOWN}${ENTER}` },
        { when: 'With which method?', keys: `${DOWN}${ENTER}` },
        { when: 'Which path', keys: `/products?page=2${ENTER}` },
      ],
    });
    const text = stripVTControlCharacters(screen);
    expect(text).toContain("without questions: npx cdk-ecs-microservices explain --app shop ui catalog GET '/products?page=2'");
    expect(text).toContain('allowed: catalog, at most');
    expect(exitCode).toBe(0);
  });

  test('ask which of several systems is meant', async () => {
    const { exitCode, screen } = await inTerminal(bundled, ['check', '--app', 'stages'], {
      typed: [{ when: 'Which system?', keys: `${DOWN}${ENTER}` }],
    });
    expect(stripVTControlCharacters(screen)).toMatch(/^Prod\/Shop\/Shop: \d+ errors?/m);
    expect(exitCode).toBe(1);
  });

  test('ask which edge is meant', async () => {
    const { screen } = await inTerminal(bundled, ['explain', 'client', 'POST', '/orders', '--app', 'shop'], {
      typed: [{ when: 'In front of which edge?', keys: `${DOWN}${ENTER}` }],
    });
    expect(stripVTControlCharacters(screen)).toContain('--edge partners\nallowed, if the edge lets the client in: orders');
  });

  test('fail with what misses if nobody wants to answer', async () => {
    const { exitCode, screen } = await inTerminal(bundled, ['config', '--app', 'shop'], {
      typed: [{ when: 'Of which service?', keys: CTRL_C }],
    });
    expect(exitCode).toBe(2);
    expect(stripVTControlCharacters(screen)).toContain('cdk-ecs-microservices: config takes the name of a service\n  allowed: ');
  });

  test.each([
    ['the input and the output are pipes', ['check', '--app', 'stages'], undefined],
    ['a program reads the answer', ['check', '--app', 'stages', '--json'], {}],
    ['a CI system runs it', ['check', '--app', 'stages'], { CI: 'true' }],
    ['the terminal cannot move its cursor', ['check', '--app', 'stages'], { TERM: 'dumb' }],
  ])('are not there where %s', async (_where, args, env) => {
    const { exitCode, screen } =
      env === undefined ? { exitCode: inPipe(args).exitCode, screen: inPipe(args).error } : await inTerminal(bundled, args, { env });
    expect(exitCode).toBe(2);
    expect(stripVTControlCharacters(screen)).toMatch(/^cdk-ecs-microservices: stages has 2 systems\n {2}allowed: .*\n {2}fix: .*\n$/);
  });

  test('are not there where the output goes into a file', async () => {
    const { exitCode, screen } = await inTerminal(bundled, ['check', '--app', 'stages'], { redirect: 'out.txt' });
    expect(exitCode).toBe(2);
    expect(screen).not.toContain('Which system?');
  });
});
