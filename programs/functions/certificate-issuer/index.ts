import { setTimeout } from 'node:timers/promises';
import { ACMPCAClient } from '@aws-sdk/client-acm-pca';
import { KMSClient } from '@aws-sdk/client-kms';
import { jsonLog } from '../../shared/log';
import { kmsSigner } from '../x509/kms-signer';
import { readConfiguration } from './configuration';
import { issuerHandler } from './handler';

const retries = { retryMode: 'adaptive', maxAttempts: 4 } as const;
const kms = new KMSClient(retries);

export const handler = issuerHandler({
  kms,
  acmPca: new ACMPCAClient(retries),
  pause: (milliseconds) => setTimeout(milliseconds),
  configuration: () => readConfiguration(process.env),
  signerOf: (authority) => kmsSigner(kms, authority.keyArn),
  now: () => new Date(),
  log: jsonLog((line) => process.stdout.write(`${line}\n`), { function: 'certificate-issuer' }),
});
