import type { Clock } from '../clock';
import { failureOf, fieldsOf } from '../failure';
import type { Log } from '../../shared/log';
import type { Random } from '../backoff';
import { Backoff } from '../backoff';
import type { CertificateFiles } from './certificate-files';
import type { SvidSource } from './issuing';
import { nextCertificate } from './next-certificate';

export interface WaitParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly source: SvidSource;
  readonly certificate: CertificateFiles;
  readonly waitMs: number;
}

const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 15_000;

/** Resolves to whether the certificate is on the disk: before that, Envoy must not start. */
export async function waitForCertificate({ clock, random, log, source, certificate, waitMs }: WaitParts): Promise<boolean> {
  const backoff = new Backoff({ firstMs: FIRST_WAIT_MS, maxMs: MAX_WAIT_MS }, random);
  const next = nextCertificate({ clock, source, certificate });
  const start = clock.now();
  for (;;) {
    try {
      const { leaf } = await next();
      log.info('the certificate is there', {
        serial: leaf.serialNumber,
        notAfter: leaf.notAfter.toISOString(),
        waitedMs: clock.now() - start,
      });
      return true;
    } catch (error) {
      const failure = failureOf(error);
      const left = start + waitMs - clock.now();
      if (left <= 0) {
        log.error('gave up waiting for the certificate', { ...fieldsOf(failure), waitedMs: clock.now() - start });
        return false;
      }
      const pause = Math.min(left, backoff.next());
      log.warn('waiting for the certificate', { ...fieldsOf(failure), nextTryMs: Math.round(pause), giveUpInMs: left });
      await clock.sleep(pause);
    }
  }
}
