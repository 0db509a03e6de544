import { caseNames, planCase } from '../support/cases';
import { run } from './runner/run-process';
import { e2e } from './suite';
import { findTools } from './tools';

e2e('a real Envoy', () => {
  const proxies = caseNames().flatMap((name) => {
    const plan = planCase(name);
    if (typeof plan === 'string') return [];
    return plan.tasks.flatMap((task) => task.containers.filter(({ role }) => role === 'proxy').map((container) => [name, task.name, container.command ?? []] as const));
  });

  test('is asked about something', () => {
    expect(proxies.length).toBeGreaterThan(10);
  });

  test.each(proxies)('accepts the configuration of %s / %s, and warns of nothing', async (_case, _task, command) => {
    const { code, stderr } = await run([findTools().envoy, '--mode', 'validate', ...command.slice(command.indexOf('--config-yaml'))], { timeoutMs: 60_000 });
    expect({ code, complaints: stderr.split('\n').filter((line) => /\[(warning|error|critical)\]|deprecated|"level":"(warning|error|critical)"/i.test(line)) }).toEqual({ code: 0, complaints: [] });
  });
});
