import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ContainerEngine } from './containers';
import { LocalCommand } from './local-command';
import { until } from './runner';
import { e2e } from './suite';
import { synthesizeLocalJobs } from './systems/local-jobs';

e2e('jobs of a system on a laptop', () => {
  let engine: ContainerEngine;
  let command: LocalCommand;

  beforeAll(async () => {
    engine = await ContainerEngine.start({ healthTimers: false });
    command = new LocalCommand(engine);
    synthesizeLocalJobs(join(engine.directory, 'cdk.out'));
  });
  afterAll(async () => {
    command.close();
    await engine.close();
    expect(await engine.leftovers()).toEqual([]);
  });
  const settings = (content: object): readonly string[] => {
    writeFileSync(join(engine.directory, 'local.yaml'), stringify(content));
    return ['--settings', 'local.yaml'];
  };

  test('fails if a job before the services fails: nothing stays', async () => {
    const { code, stderr } = await command.run('--detach', ...settings({ environment: { migrate: { FAILS: '4' } } }));
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/migrate \| migrated 1\n[^]*the job migrate ended with 4/) as string,
    });
    expect(stderr).not.toContain('healthy');
    expect(await engine.containers()).toEqual([]);
  });

  test('a job before the services that is left out is named, and nobody waits for it', async () => {
    const { code, stderr } = await command.run('--detach', '--only', 'orders');
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining('not run: jobs before the services, which --only or the settings leave out: migrate') as string,
    });
    expect(await command.run('down')).toMatchObject({ code: 0 });
  });

  describe('while it runs', () => {
    let said = '';
    let system: ReturnType<ContainerEngine['spawn']>;
    beforeAll(async () => {
      system = engine.spawn(command.argv(), command.options);
      system.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
      await until(() => said.includes('watching for what'), { what: 'the system to be up', detail: () => said });
    });
    afterAll(async () => {
      const ended = once(system, 'exit');
      engine.signal(system, 'SIGINT');
      await ended;
      expect(said).toContain('everything is taken down');
    });

    test('the job before the services has run before them, and the schedule of the other one is said not to run', () => {
      expect(said).toMatch(/migrate \| migrated 1\nthe job migrate ended well, after [\d.]+ s\n[^]*1 tasks are healthy/);
      expect(said).toContain('not run: schedules and events that start jobs; `local run <job>` starts one of report');
    });

    test('a job calls what it lists with its own identity, with the variables of the settings, and leaves nothing behind', async () => {
      const { code, stdout } = await command.run('run', 'report', ...settings({ environment: { report: { GREETING: 'hello' } } }));
      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: expect.stringMatching(/^200 \{.*spiffe:\/\/shop\.internal\/report.*\} hello\n$/) as string,
      });
      expect((await engine.containers()).filter(({ service }) => /report|migrate/.test(service ?? ''))).toEqual([]);
      expect(await engine.must(['podman', 'volume', 'ls', '--quiet'])).not.toContain('report');
    });

    test('its exit code is that of the command, with another command, too', async () => {
      const { code, stdout } = await command.run('run', 'report', '--', '-e', "console.log('other'); process.exit(3)");
      expect({ code, stdout }).toEqual({ code: 3, stdout: 'other\n' });
    });

    test('fails if the system has no such job', async () => {
      const { code, stderr } = await command.run('run', 'raport');
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('did you mean "report"?') as string });
    });

    test('a change of the job before the services runs it again; one of something else does not', async () => {
      const before = said.length;
      synthesizeLocalJobs(join(engine.directory, 'cdk.out'), '2');
      await until(() => said.slice(before).includes('changed: '), { what: 'the change to be there', detail: () => said });
      expect(said.slice(before)).toMatch(/migrate \| migrated 2\nthe job migrate ended well/);
    });
  });

  test('fails if no system runs', async () => {
    const { code, stderr } = await command.run('run', 'report');
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('shop-local does not run') as string });
  });
});
