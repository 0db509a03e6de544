import type { Leaf } from '../../shared/certificate-secret';
import type { Clock } from '../clock';
import { failureOf, fieldsOf } from '../failure';
import type { Log } from '../../shared/log';
import type { Step } from '../loop';
import type { Random } from '../backoff';
import { Backoff, jittered } from '../backoff';
import type { CertificateFiles } from './certificate-files';
import type { SecretSource } from './secret-source';

export interface RenewalParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly secret: SecretSource;
  readonly certificate: CertificateFiles;
  readonly renewMs: number;
  readonly tellLifeLeft: () => Promise<void>;
}

const MAX_WAIT_MS = 300_000;

/** Asks for the secret again and again; what is not better than the certificate in use, is refused. */
export function renewal({ clock, random, log, secret, certificate, renewMs, tellLifeLeft }: RenewalParts): Step {
  // The first error is tried again sooner than the next turn would come.
  const backoff = new Backoff({ firstMs: Math.min(renewMs, 2000), maxMs: MAX_WAIT_MS }, random);
  return async () => {
    try {
      const offered = await certificate.offer(await secret.read(), new Date(clock.now()));
      backoff.reset();
      if (offered.outcome === 'installed') {
        log.info('the certificate was renewed', {
          changed: offered.changed,
          ...about(offered.leaf),
          replacedSerial: offered.replaced?.serialNumber,
        });
        await tellLifeLeft();
      }
      return jittered(renewMs, random);
    } catch (error) {
      const pause = backoff.next();
      log.warn('the certificate in use is kept', { ...fieldsOf(failureOf(error)), nextTryMs: Math.round(pause) });
      return pause;
    }
  };
}

function about(leaf: Leaf): { readonly serial: string; readonly notBefore: string; readonly notAfter: string } {
  return { serial: leaf.serialNumber, notBefore: leaf.notBefore.toISOString(), notAfter: leaf.notAfter.toISOString() };
}
