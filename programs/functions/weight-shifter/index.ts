import { setTimeout } from 'node:timers/promises';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';
import { jsonLog } from '../../shared/log';
import { weightShifterHandler } from './handler';
import { cloudWatchMeasurements } from './measurements';
import { parameterStore } from './parameter-store';

const CLIENT = { retryMode: 'adaptive', maxAttempts: 8 };

export const handler = weightShifterHandler({
  parameters: parameterStore(new SSMClient(CLIENT)),
  measurements: cloudWatchMeasurements(new CloudWatchClient(CLIENT)),
  sfn: new SFNClient(CLIENT),
  log: jsonLog((line) => process.stdout.write(`${line}\n`), { function: 'weight-shifter' }),
  pause: (milliseconds) => setTimeout(milliseconds),
  now: () => Date.now(),
});
