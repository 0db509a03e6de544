import { setTimeout } from 'node:timers/promises';
import { ServiceDiscoveryClient } from '@aws-sdk/client-servicediscovery';
import { jsonLog } from '../../shared/log';
import { namespaceNameHandler } from './handler';

export const handler = namespaceNameHandler({
  cloudMap: new ServiceDiscoveryClient({ retryMode: 'adaptive', maxAttempts: 8 }),
  log: jsonLog((line) => process.stdout.write(`${line}\n`), { function: 'namespace-name' }),
  pause: (milliseconds) => setTimeout(milliseconds),
});
