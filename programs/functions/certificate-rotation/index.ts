import { setTimeout } from 'node:timers/promises';
import { ACMPCAClient } from '@aws-sdk/client-acm-pca';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { jsonLog } from '../../shared/log';
import { kmsSigner } from '../x509/kms-signer';
import { readConfiguration } from './configuration';
import { rotationHandler } from './handler';

// All secrets of a mesh may rotate in the same minute; KMS signs a few hundred times a second for an account, and AWS
// Private CA issues 25 times.
const retries = { retryMode: 'adaptive', maxAttempts: 8 } as const;
const kms = new KMSClient(retries);

export const handler = rotationHandler({
  secretsManager: new SecretsManagerClient(retries),
  configuration: () => readConfiguration(process.env),
  signerOf: (authority) => kmsSigner(kms, authority.keyArn),
  acmPca: new ACMPCAClient(retries),
  pause: (milliseconds) => setTimeout(milliseconds),
  now: () => new Date(),
  log: (context) => jsonLog((line) => process.stdout.write(`${line}\n`), { function: 'certificate-rotation', ...context }),
});
