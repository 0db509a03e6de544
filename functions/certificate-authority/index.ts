import { setTimeout } from 'node:timers/promises';
import { KMSClient } from '@aws-sdk/client-kms';
import { jsonLog } from '../log';
import { authorityHandler } from './handler';

export const handler = authorityHandler({
  kms: new KMSClient({ retryMode: 'adaptive', maxAttempts: 8 }),
  log: jsonLog((line) => process.stdout.write(`${line}\n`), { function: 'certificate-authority' }),
  pause: (milliseconds) => setTimeout(milliseconds),
});
