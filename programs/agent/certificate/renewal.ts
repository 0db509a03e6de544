import type { Leaf, X509Svid } from '../../shared/svid';
import { isIssuedBy, readPemCertificates } from '../../shared/svid';
import { authoritiesDigest } from '../../shared/x509/authorities';
import type { Clock } from '../clock';
import { failureOf, fieldsOf } from '../failure';
import type { Log } from '../../shared/log';
import type { Step } from '../loop';
import type { Random } from '../backoff';
import { Backoff, jittered } from '../backoff';
import type { CertificateFiles } from './certificate-files';
import type { SvidSource } from './issuing';

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
}

const MAX_WAIT_MS = 300_000;

/** So that tasks which started together do not renew together. */
const RENEWAL_SPREAD = 0.2;

/**
 * Right after a deployment, some instances of the function still have the authorities of before. Beyond that, to ask again would
 * change nothing.
 */
const RENEWALS_FOR_THE_SAME_AUTHORITIES = 5;

/** Why a new certificate is wanted. */
type Due = 'age' | 'authorities' | 'bad';

/** Replaces the certificate when it is old, or when the authorities have changed; a bad one never takes the place of a good one. */
export function renewal(parts: RenewalParts): Step {
  const { clock, random, log, source, certificate, renewMs, checkMs, tellLifeLeft } = parts;
  // The first error is tried again sooner than the next turn would come.
  const backoff = new Backoff({ firstMs: Math.min(checkMs, 2000), maxMs: MAX_WAIT_MS }, random);
  const ageMs = renewMs * (1 + RENEWAL_SPREAD * random());
  let told = { digest: '', renewals: 0 };

  const dueFor = async (): Promise<Due | undefined> => {
    const now = clock.now();
    const current = await certificate.current(new Date(now));
    if (current?.ok !== true) return 'bad';
    if (now >= current.leaf.notBefore.getTime() + ageMs) return 'age';
    const digest = await source.authorities();
    if (digest === digestOf(current.svid)) return undefined;
    if (digest !== told.digest) told = { digest, renewals: 0 };
    return told.renewals < RENEWALS_FOR_THE_SAME_AUTHORITIES ? 'authorities' : undefined;
  };

  return async () => {
    try {
      const due = await dueFor();
      if (due !== undefined) {
        const { leaf, changed, replaced } = await certificate.install(await source.issue(), new Date(clock.now()));
        // Not before: what failed has changed nothing, and is tried again.
        if (due === 'authorities') told.renewals += 1;
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

/** Of the authorities that the certificate comes from and the task trusts. */
function digestOf({ certificateChain, trustBundle }: X509Svid): string {
  const roots = readPemCertificates(trustBundle) ?? [];
  const last = readPemCertificates(certificateChain)?.at(-1);
  const issuer = last === undefined ? undefined : roots.find((root) => isIssuedBy(last, root));
  return issuer === undefined ? '' : authoritiesDigest(issuer, roots);
}

function about(leaf: Leaf): { readonly serial: string; readonly notBefore: string; readonly notAfter: string } {
  return { serial: leaf.serialNumber, notBefore: leaf.notBefore.toISOString(), notAfter: leaf.notAfter.toISOString() };
}
