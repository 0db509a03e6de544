import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { leftoversOf, until } from './runner';
import { e2e } from './suite';
import { REPOSITORY } from './tools';

e2e('nothing of a run stays on the host', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('when %s ends it', async (signal) => {
    const run = spawn(process.execPath, ['--import', 'tsx', join(__dirname, 'systems/cluster-keeper.ts')], {
      cwd: REPOSITORY,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(run, 'exit');
    const [line] = (await once(run.stdout.setEncoding('utf8'), 'data')) as [string];
    const prefix = line.trim();
    expect(prefix).toMatch(/^cem-/);
    expect((await leftoversOf(prefix)).length).toBeGreaterThan(3);
    run.kill(signal);
    await ended;
    await until(async () => (await leftoversOf(prefix)).length === 0, { what: `everything of ${prefix} to be gone` });
  });
});
