/** Applications that do what a test wants of them: see programs/flaky-server.ts. */
import { APPLICATION_CONTAINER } from '../../lib/core/model/constants';
import { program } from './programs';
import type { ImageRule, Task } from './runner';

const FLAKY_PORT = 8080;

export function flakyServer(image: string): ImageRule {
  return {
    image,
    run: () => ({ argv: [process.execPath, program('flaky-server')], environment: { PORT: String(FLAKY_PORT) }, user: '1000' }),
  };
}

/** From inside of its task, past Envoy. */
export async function setMode(task: Task, mode: string): Promise<void> {
  await task.client.send({ url: `http://127.0.0.1:${FLAKY_PORT}/mode/${mode}`, method: 'POST' });
}

/** How often the application was asked for this path, every request counted that was answered before. */
export async function served(task: Task, path: string): Promise<number> {
  const entries = await task.container(APPLICATION_CONTAINER).log.jsonSoFar();
  return entries.filter((entry) => entry['path'] === path).length;
}

/** The sum of what is counted of each task. */
export async function total(tasks: readonly Task[], count: (task: Task) => Promise<number>): Promise<number> {
  return (await Promise.all(tasks.map(count))).reduce((sum, each) => sum + each, 0);
}
