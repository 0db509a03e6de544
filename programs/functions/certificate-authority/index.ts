import { setTimeout } from 'node:timers/promises';
import { ACMPCAClient } from '@aws-sdk/client-acm-pca';
import { KMSClient } from '@aws-sdk/client-kms';
import { jsonLog } from '../../shared/log';
import { authorityHandler } from './handler';

const retries = { retryMode: 'adaptive', maxAttempts: 8 } as const;

export const handler = authorityHandler({
  kms: new KMSClient(retries),
  acmPca: new ACMPCAClient(retries),
  log: jsonLog((line) => process.stdout.write(`${line}\n`), { function: 'certificate-authority' }),
  pause: (milliseconds) => setTimeout(milliseconds),
});
