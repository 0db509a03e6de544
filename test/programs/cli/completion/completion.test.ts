import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXAMPLES, Bundled } from '../bundled';

let bundled: Bundled;

beforeAll(() => {
  bundled = new Bundled({ shop: EXAMPLES.shop, teams: EXAMPLES.teams, warehouse: EXAMPLES.warehouse });
  const bin = join(bundled.directory, 'node_modules/.bin');
  mkdirSync(bin, { recursive: true });
  symlinkSync(join(bundled.directory, 'bundle/cdk-ecs-microservices.js'), join(bin, 'cdk-ecs-microservices'));
  mkdirSync(join(bundled.directory, 'below'));
});

afterAll(() => {
  bundled.close();
});

/** What may stand at the end of a line, without the texts beside it. */
function wordsAt(line: string): readonly string[] {
  const { exitCode, output, error } = bundled.run('completion', `--line=${line}`);
  expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
  return output
    .split('\n')
    .slice(0, -1)
    .map((each) => each.split('\t')[0] ?? '');
}

const COMMANDS = ['certificate', 'check', 'completion', 'config', 'cost', 'diagram', 'diff', 'explain', 'local', 'map'];
const SERVICES = ['carts', 'catalog', 'checkout', 'orders', 'ui'];

test.each([
  ['commands', 'npx cdk-ecs-microservices ', [...COMMANDS, '--help', '--version']],
  ['a command of npx with an option and a release', 'npx --yes cdk-ecs-microservices@0.1.0 co', ['completion', 'config', 'cost']],
  ['a command of an alias', 'mesh di', ['diagram', 'diff']],
  ['options', 'mesh check --', ['--stack', '--app', '--ignore', '--json', '--help']],
  ['options that are not there yet, and those that may be there again', 'mesh explain --edge a --header b:c --e', []],
  ['an option that may be there again', 'mesh explain --header b:c --h', ['--header', '--help']],
  ['callers', 'mesh explain --app shop ', ['client', ...SERVICES]],
  ['clients outside of the mesh as callers', 'mesh explain --app warehouse goods', ['goods-in']],
  ['callees', 'mesh explain --app shop ui c', ['carts', 'catalog', 'checkout']],
  ['methods of a client, which names no callee', 'mesh explain client P', ['PATCH', 'POST', 'PUT']],
  ['services and gateway services', 'mesh config --app=shop g', ['gateway', 'gateway-partners']],
  ['edges', "mesh explain --app 'shop' client GET / --edge ", ['default', 'partners']],
  ['versions', 'mesh config --app teams catalog --version ', ['next', 'stable']],
  ['systems', 'mesh cost --app teams --stack T', ['Teams/Shop']],
  ['a value behind its sign', 'mesh cost --region=eu', ['--region=eu-west-1']],
  ['a list', 'mesh local --app shop --only=ui,c', ['--only=ui,carts', '--only=ui,catalog', '--only=ui,checkout']],
  ['files', 'mesh check --app ', [':files']],
  ['a word that is being quoted', 'mesh config --app shop "u', ['ui']],
  ['nothing for the value of a free option', 'mesh cost --requests ', []],
  ['nothing behind an unknown command', 'mesh cst ', []],
  ['nothing, and no message, where there is no output of cdk synth', 'mesh explain --app nowhere --edge ', []],
])('completes %s', (_what, line, words) => {
  expect(wordsAt(line)).toEqual(words);
});

test('all options that name something of the app are completed', () => {
  for (const command of COMMANDS.filter((name) => name !== 'completion')) {
    const options = wordsAt(`mesh ${command} --`);
    for (const [option, value] of [
      ['--app', ':files'],
      ['--stack', 'Shop/Shop'],
    ] as const)
      if (options.includes(option))
        expect([command, wordsAt(`mesh ${command} ${option === '--app' ? '' : '--app shop '}${option} `)]).toEqual([command, [value]]);
  }
});

/** Whether it is on this machine. Those of users are tested where they are installed; bash is everywhere. */
const isThere = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;

function inShell(shell: string, args: readonly string[], input = '', directory = ''): string {
  const { stdout, stderr, status } = spawnSync(shell, args, {
    cwd: join(bundled.directory, directory),
    input,
    encoding: 'utf8',
    env: { ...process.env, TERM: 'dumb', HOME: bundled.directory, XDG_CONFIG_HOME: bundled.directory },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.replaceAll('\r', '');
}

describe('bash', () => {
  /** What the function of the script answers, as bash calls it. */
  function reply(line: string, { directory = '', before = '' } = {}): readonly string[] {
    // Bash breaks words at these, too.
    const words = line.split(/(?<=[=:])|(?=[=:])|\s+/).filter((word, index, all) => word !== '' || index === all.length - 1);
    const current = /[=:]$/.test(line) ? '' : (words.at(-1) ?? '');
    writeFileSync(join(bundled.directory, 'script.bash'), bundled.run('completion', 'bash').output);
    const script = [
      'set -eu',
      before,
      `source "$HOME/script.bash"`,
      `COMP_LINE='${line}' COMP_POINT=\${#COMP_LINE} COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})`,
      'COMP_CWORD=$((${#COMP_WORDS[@]} - 1))',
      `[[ $(complete -p ${words[0] ?? ''}) =~ \\ -F\\ ([^ ]+) ]]`,
      `"\${BASH_REMATCH[1]}" '${words[0] ?? ''}' '${current}' '' || true`,
      `printf '%s\\n' "\${COMPREPLY[@]}"`,
    ].join('\n');
    return inShell('bash', ['--norc'], script, directory).split('\n').slice(0, -1);
  }

  test.each([
    ['by npx', 'npx cdk-ecs-microservices con', ['config']],
    ['by its name', 'cdk-ecs-microservices explain --app shop ui c', ['carts', 'catalog', 'checkout']],
    ['behind a sign, at which bash breaks words', 'cdk-ecs-microservices cost --region=eu', ['eu-west-1']],
  ])('completes a command that is called %s', (_how, line, words) => {
    expect(reply(line)).toEqual(words);
  });

  test('finds the release of the project from a directory below', () => {
    expect(reply('npx cdk-ecs-microservices explain --app ../shop client GET / --edge p', { directory: 'below' })).toEqual(['partners']);
  });

  test('leaves other commands of npx to who has completed them, also when the script is read twice', () => {
    const before = '_other() { COMPREPLY=(other); }; complete -F _other npx; source "$HOME/script.bash"';
    expect(reply('npx cdk sy', { before })).toEqual(['other']);
  });

  test('completes a line that somebody types', () => {
    const keys = [
      'PS1="$ "; source "$HOME/script.bash"; npx() { echo "GOT:$*"; }',
      'npx cdk-ecs-microservices expl\tclient GE\t/ --app sho\t --edge part\t',
      'exit\n',
    ].join('\n');
    writeFileSync(join(bundled.directory, 'script.bash'), bundled.run('completion', 'bash').output);
    const { stdout } = spawnSync('script', ['-qec', 'bash --norc --noprofile -i', '/dev/null'], {
      cwd: bundled.directory,
      input: keys,
      encoding: 'utf8',
      env: { ...process.env, TERM: 'dumb', HOME: bundled.directory },
    });
    expect(stdout).toContain('GOT:cdk-ecs-microservices explain client GET / --app shop/ --edge partners');
  });
});

(isThere('zsh') ? describe : describe.skip)('zsh', () => {
  test('completes a line that somebody types', () => {
    writeFileSync(join(bundled.directory, 'script.zsh'), bundled.run('completion', 'zsh').output);
    const script = [
      'zmodload zsh/zpty',
      'zpty shell "zsh -f -i"',
      'zpty -w shell "PS1=; autoload -Uz compinit; compinit -u -d $HOME/zcompdump; source $HOME/script.zsh"',
      'zpty -w shell "npx() { print -r GOT:\\$* }; print REA\\"\\"DY"',
      'zpty -m -r shell out "*READY*"',
      "zpty -w -n shell $'npx cdk-ecs-microservices expl\\tclient GE\\t/ --app=sho\\t --edge part\\t\\n'",
      'zpty -m -r shell out "*GOT:*partners*"',
      'print -r -- $out',
    ].join('\n');
    expect(inShell('zsh', ['-f'], script)).toMatch(/GOT:cdk-ecs-microservices explain client GET \/ --app=shop\/? --edge partners/);
  });
});

(isThere('fish') ? describe : describe.skip)('fish', () => {
  test.each([
    ['npx cdk-ecs-microservices con', ['config']],
    ['cdk-ecs-microservices explain --app shop ui c', ['carts', 'catalog', 'checkout']],
    ['npx cdk-ecs-microservices explain --app=shop client GET / --edge ', ['default', 'partners']],
    ['npx cdk-ecs-microservices check --app=sho', ['--app=shop/']],
    ['npx cdk-ecs-microservices check --app tea', ['teams/']],
  ])('completes %s', (line, words) => {
    writeFileSync(join(bundled.directory, 'script.fish'), bundled.run('completion', 'fish').output);
    const found = inShell('fish', ['--no-config', '-c', `source $HOME/script.fish; complete --do-complete '${line}'`]);
    expect(
      found
        .split('\n')
        .slice(0, -1)
        .map((each) => each.split('\t')[0]),
    ).toEqual(words);
  });
});

test.each([
  ['no shell', [], 'completion takes the name of a shell\n  allowed: bash, fish, zsh', 'name one'],
  ['an unknown shell', ['bsh'], 'there is no completion of "bsh"\n  allowed: bash, fish, zsh', 'did you mean "bash"?'],
])('fails if there is %s', (_name, args, what, fix) => {
  const { exitCode, output, error } = bundled.run('completion', ...args);
  expect({ exitCode, output }).toEqual({ exitCode: 2, output: '' });
  expect(error).toContain(what);
  expect(error).toContain(fix);
});
