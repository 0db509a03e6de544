import { setTimeout } from 'node:timers/promises';
import { ECSClient } from '@aws-sdk/client-ecs';
import { jsonLog } from '../../shared/log';
import { jobRunnerHandler } from './handler';
import { readRunnerSettings } from './runner-settings';

export const handler = jobRunnerHandler({
  ecs: new ECSClient({ retryMode: 'adaptive', maxAttempts: 8 }),
  log: jsonLog((line) => process.stdout.write(`${line}\n`), { function: 'job-runner' }),
  settings: () => readRunnerSettings(process.env),
  pause: (milliseconds) => setTimeout(milliseconds),
  now: () => Date.now(),
});
