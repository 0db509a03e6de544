import { spawn } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import type { AccessLogLine } from '../../map/source';
import { containerName } from './engine/container-name';
import type { Engine } from './engine/engine';

const PAUSE_MS = 1000;
/** Of what nobody has read yet. */
const MOST_LINES = 10_000;

/**
 * What the Envoys of tasks write from now on, until the signal ends it.
 *
 * @param tasks those that there are at the moment
 */
export async function* accessLog(
  engine: Engine,
  project: string,
  tasks: () => readonly string[],
  signal: AbortSignal,
): AsyncGenerator<AccessLogLine> {
  const lines: AccessLogLine[] = [];
  let wake = (): void => undefined;
  const followed = new Set<string>();
  const follow = (task: string): void => {
    if (followed.has(task)) return;
    followed.add(task);
    const name = containerName(project, `${task}-envoy`);
    const child = spawn(engine.command, ['logs', '--follow', '--tail', '0', name], { stdio: ['ignore', 'pipe', 'ignore'], signal });
    // A container that is replaced has another log, which is followed when it is there.
    child.on('error', () => undefined).on('close', () => followed.delete(task));
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const all = (rest + text).split('\n');
      rest = all.pop() ?? '';
      for (const line of all) if (lines.length < MOST_LINES) lines.push({ task, line });
      wake();
    });
  };
  while (!signal.aborted) {
    for (const task of tasks()) follow(task);
    yield* lines.splice(0);
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    await Promise.race([woken, setTimeout(PAUSE_MS, undefined, { signal }).catch(() => undefined)]);
  }
}
