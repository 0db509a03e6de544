import type { ClientConfiguration } from '../../lib/core/contract/client';
import { identityKey } from '../agent/aws/identity-key';
import { issuingFunction } from '../agent/aws/issuing-function';
import type { SvidSource } from '../agent/certificate/issuing';
import { svidSource } from '../agent/certificate/issuing';
import { systemClock } from '../agent/clock';
import { regionOf } from './configuration';

/** Where a client gets its certificates, with the credentials of its role. */
export function sourceOf({ identity, scope, identityKeyArn, issuerArn }: ClientConfiguration): SvidSource {
  return svidSource({
    clock: systemClock,
    identity,
    scope,
    key: identityKey(identityKeyArn, regionOf(identityKeyArn)),
    issuer: issuingFunction(issuerArn, regionOf(issuerArn)),
    // It is no task: the log of the function names its identity.
    task: async () => Promise.reject(new Error('no task')),
  });
}
