import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { jsonLog } from '../../shared/log';
import { authoritySetHandler } from './handler';
import { cloudWatchReports } from './task-reports';

export const handler = authoritySetHandler({
  reports: cloudWatchReports(new CloudWatchClient({ retryMode: 'adaptive', maxAttempts: 8 })),
  log: jsonLog((line) => process.stdout.write(`${line}\n`), { function: 'authority-set' }),
  now: () => new Date(),
});
