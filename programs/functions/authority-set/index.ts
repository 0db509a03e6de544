import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { jsonLog } from '../../shared/log';
import { authoritySetHandler } from './handler';

export const handler = authoritySetHandler({
  secretsManager: new SecretsManagerClient({ retryMode: 'adaptive', maxAttempts: 8 }),
  log: jsonLog((line) => process.stdout.write(`${line}\n`), { function: 'authority-set' }),
  now: () => new Date(),
});
