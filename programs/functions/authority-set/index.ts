import { jsonLog } from '../../shared/log';
import { authoritySetHandler } from './handler';

export const handler = authoritySetHandler({
  log: jsonLog((line) => process.stdout.write(`${line}\n`), { function: 'authority-set' }),
  now: () => new Date(),
});
