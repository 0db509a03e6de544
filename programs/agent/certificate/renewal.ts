import { RENEWAL_SPREAD } from '../../../lib/core/contract/issuing';
import type { Leaf } from '../../shared/svid';
import type { Clock } from '../clock';
import { failureOf, fieldsOf } from '../failure';
import type { Log } from '../../shared/log';
import type { Step } from '../loop';
import type { Random } from '../backoff';
import { Backoff, jittered } from '../backoff';
import type { CertificateFiles } from './certificate-files';
import { heldAuthorities } from './held-authorities';
import type { SvidSource } from './issuing';
import { nextCertificate } from './next-certificate';

export interface RenewalParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly source: SvidSource;
  readonly certificate: CertificateFiles;
  /** The age at which a certificate is replaced, or up to a fifth later. */
  readonly renewMs: number;
  /** How often the source is asked whether the authorities have changed. */
  readonly checkMs: number;
  readonly tellLifeLeft: () => Promise<void>;
  /** The authorities that the task has are those of the source. */
  readonly confirmed: (now: number) => void;
}

const MAX_WAIT_MS = 300_000;

/**
 * Right after a deployment, some instances of the function still have the authorities of before. Beyond that, to ask again would
 * change nothing.
 */
const RENEWALS_FOR_THE_SAME_AUTHORITIES = 5;

/** Why a new certificate is wanted. */
type Due = 'age' | 'authorities' | 'bad';

/** Replaces the certificate when it is old, or when the authorities have changed; a bad one never takes the place of a good one. */
export function renewal(parts: RenewalParts): Step {
  const { clock, random, log, source, certificate, renewMs, checkMs, tellLifeLeft, confirmed } = parts;
  const next = nextCertificate(parts);
  // The first error is tried again sooner than the next turn would come.
  const backoff = new Backoff({ firstMs: Math.min(checkMs, 2000), maxMs: MAX_WAIT_MS }, random);
  const ageMs = renewMs * (1 + RENEWAL_SPREAD * random());
  let announced = { digest: '', renewals: 0 };

  const dueFor = async (): Promise<Due | undefined> => {
    const now = clock.now();
    const current = await certificate.current(new Date(now));
    if (current?.ok !== true) return 'bad';
    if (now >= current.leaf.notBefore.getTime() + ageMs) return 'age';
    const digest = await source.authorities();
    if (digest === heldAuthorities(current.svid)) {
      confirmed(now);
      return undefined;
    }
    if (digest !== announced.digest) announced = { digest, renewals: 0 };
    return announced.renewals < RENEWALS_FOR_THE_SAME_AUTHORITIES ? 'authorities' : undefined;
  };

  return async () => {
    try {
      const due = await dueFor();
      if (due !== undefined) {
        const { leaf, changed, replaced } = await next();
        // Not before: what failed has changed nothing, and is tried again.
        if (due === 'authorities') announced.renewals += 1;
        confirmed(clock.now());
        log.info('the certificate was renewed', { due, changed, ...about(leaf), replacedSerial: replaced?.serialNumber });
        await tellLifeLeft();
      }
      backoff.reset();
      return jittered(Math.min(checkMs, renewMs), random);
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
