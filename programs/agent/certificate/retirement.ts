import type { Clock } from '../clock';
import type { Log } from '../../shared/log';
import type { Step } from '../loop';
import type { Random } from '../backoff';
import type { CertificateFiles } from './certificate-files';
import { heldAuthorities } from './held-authorities';

export interface RetirementParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly certificate: CertificateFiles;
  /** Ends the task in good order, so that ECS starts another one. */
  readonly retire: () => void;
}

const LOOK_EVERY_MS = 60_000;

/** Between half and three quarters of a certificate's life, so that the tasks of a service do not go at once. */
const EARLIEST = 0.5;
const SPREAD = 0.25;

/** Authorities have changed: before others present certificates of a new one, and not all tasks at once. */
const TRUST_SPREAD_MS = 600_000;

/**
 * Envoy reads a PEM file once. So a task goes before the certificate that its Envoy holds is too old, or after the authorities have
 * changed that its Envoy trusts or has its certificate from; but only if a newer certificate is there, or a new task would be no
 * better.
 */
export function retirement({ clock, random, log, certificate, retire }: RetirementParts): Step {
  // What is there now is what Envoy has read: it started before the agent did.
  const first = certificate.current(new Date(clock.now())).catch(() => undefined);
  const share = EARLIEST + SPREAD * random();
  let authoritiesChanged: number | undefined;
  return async () => {
    const [loaded, current] = [await first, await certificate.current(new Date(clock.now()))];
    if (loaded?.ok !== true || current?.ok !== true) return LOOK_EVERY_MS;
    const now = clock.now();
    const { notBefore, notAfter, serialNumber } = loaded.leaf;
    // Who issues counts too: before the old authority goes, nobody may present a certificate of it any more.
    if (heldAuthorities(current.svid) !== heldAuthorities(loaded.svid)) authoritiesChanged ??= now;
    const old =
      current.leaf.serialNumber !== serialNumber && now >= notBefore.getTime() + share * (notAfter.getTime() - notBefore.getTime());
    const outdated = authoritiesChanged !== undefined && now >= authoritiesChanged + ((share - EARLIEST) / SPREAD) * TRUST_SPREAD_MS;
    if (!old && !outdated) return LOOK_EVERY_MS;
    log.info('the task makes way for one with a newer certificate', {
      why: outdated ? 'the authorities have changed' : "Envoy's certificate is old",
      serial: serialNumber,
      notAfter: notAfter.toISOString(),
    });
    retire();
    return LOOK_EVERY_MS;
  };
}
