import { AUTHORITIES_AGE_METRIC, LIFE_LEFT_METRIC, MESH_DIMENSION, REPORT_SECONDS } from '../../../lib/core/contract/metric';
import type { Leaf } from '../../shared/svid';
import type { Clock } from '../clock';
import { embeddedMetric } from '../../shared/embedded-metric';
import type { Log, LogFields } from '../../shared/log';
import type { Identity } from '../settings';
import type { CertificateFiles } from './certificate-files';

export const REPORT_EVERY_MS = REPORT_SECONDS * 1000;

/** 1 when a certificate was just issued, 0 when it expired. */
function lifeLeft({ notBefore, notAfter }: Pick<Leaf, 'notBefore' | 'notAfter'>, now: number): number {
  const left = (notAfter.getTime() - now) / (notAfter.getTime() - notBefore.getTime());
  return Math.max(0, Math.min(1, Number(left.toFixed(4))));
}

/**
 * Reports how much life the certificate on the disk has left, 0 if there is no valid one, and for how long nobody has said that its
 * authorities are still right.
 */
export function lifeLeftReporter({
  clock,
  log,
  certificate,
  identity,
  scope,
  confirmedAt,
}: {
  readonly clock: Clock;
  readonly log: Log;
  readonly certificate: CertificateFiles;
  readonly identity: Identity;
  /** Of the mesh: see lib/core/contract/scope.ts. */
  readonly scope: string;
  /** When the issuing function last said so; undefined: not since the agent runs. */
  readonly confirmedAt: () => number | undefined;
}): () => Promise<void> {
  const startedAt = clock.now();
  const about = { [MESH_DIMENSION]: scope, Service: identity.service };
  return async () => {
    const now = clock.now();
    const current = await certificate.current(new Date(now)).catch(() => undefined);
    log.raw(
      current?.ok === true
        ? metric(about, lifeLeft(current.leaf, now), now, {
            ...authoritiesAge(confirmedAt() ?? (now - startedAt < REPORT_EVERY_MS / 2 ? undefined : current.leaf.notBefore.getTime()), now),
            serial: current.leaf.serialNumber,
            notAfter: current.leaf.notAfter.toISOString(),
          })
        : metric(about, 0, now, { why: current?.refusal.message ?? 'there is no certificate' }),
    );
  };
}

/**
 * Undefined: the agent has only just asked. If there is no answer until the next report, the certificate itself is the last word: its
 * authorities were right when it was issued.
 */
function authoritiesAge(confirmedAt: number | undefined, now: number): LogFields {
  return confirmedAt === undefined ? {} : { [AUTHORITIES_AGE_METRIC]: Math.max(0, Math.round((now - confirmedAt) / 1000)) };
}

/** Two metrics a mesh, since their extremes are what is looked at; which service it was is in the line. */
function metric(about: LogFields, value: number, now: number, more: LogFields): LogFields {
  return {
    ...embeddedMetric(now, {
      dimensionSets: [[MESH_DIMENSION]],
      metrics: [
        { Name: LIFE_LEFT_METRIC, Unit: 'None' },
        ...(AUTHORITIES_AGE_METRIC in more ? [{ Name: AUTHORITIES_AGE_METRIC, Unit: 'Seconds' as const }] : []),
      ],
    }),
    ...about,
    [LIFE_LEFT_METRIC]: value,
    ...more,
  };
}
