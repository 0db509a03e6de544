import { defined } from '../../defined';
import type { TaskFootprint } from '../../model/task-footprint';
import type { Reader } from '../../reading/reader';

/** A port that a container of the user's can have beside what the mesh takes in each task. */
export function parsePort(at: Reader, { ports }: TaskFootprint, min: number, fix?: string): number | undefined {
  const port = at.number({ min, max: 65535, ...defined({ fix }) });
  const owner = port === undefined ? undefined : ports.get(port);
  if (owner === undefined) return port;
  return at.fail('RESERVED_PORT', `port ${port} is taken inside every task by ${owner}`, {
    allowed: `any port but ${[...ports.keys()].join(', ')}`,
    fix: 'choose another port',
  });
}
