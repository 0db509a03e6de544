import { LIFE_LEFT_METRIC, MESH_DIMENSION, METRIC_NAMESPACE } from '../../../lib/core/contract/metric';
import type { Leaf } from '../../shared/svid';
import type { Clock } from '../clock';
import type { Log, LogFields } from '../../shared/log';
import type { Identity } from '../settings';
import type { CertificateFiles } from './certificate-files';

export const REPORT_EVERY_MS = 300_000;

/** 1 when a certificate was just issued, 0 when it expired. */
export function lifeLeft({ notBefore, notAfter }: Pick<Leaf, 'notBefore' | 'notAfter'>, now: number): number {
  const left = (notAfter.getTime() - now) / (notAfter.getTime() - notBefore.getTime());
  return Math.max(0, Math.min(1, Number(left.toFixed(4))));
}

/** Reports how much life the certificate on the disk has left; 0 if there is no valid one. */
export function lifeLeftReporter({
  clock,
  log,
  certificate,
  identity,
}: {
  readonly clock: Clock;
  readonly log: Log;
  readonly certificate: CertificateFiles;
  readonly identity: Identity;
}): () => Promise<void> {
  return async () => {
    const now = clock.now();
    const current = await certificate.current(new Date(now)).catch(() => undefined);
    log.raw(
      current?.ok === true
        ? metric(identity, lifeLeft(current.leaf, now), now, {
            serial: current.leaf.serialNumber,
            notAfter: current.leaf.notAfter.toISOString(),
          })
        : metric(identity, 0, now, { why: current?.refusal.message ?? 'there is no certificate' }),
    );
  };
}

/**
 * A log line that CloudWatch takes a metric from: no API call and no permission is needed. One metric a mesh, since
 * its minimum is what an alarm looks at; which service it was is in the line.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
function metric(identity: Identity, value: number, now: number, more: LogFields): LogFields {
  return {
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [
        { Namespace: METRIC_NAMESPACE, Dimensions: [[MESH_DIMENSION]], Metrics: [{ Name: LIFE_LEFT_METRIC, Unit: 'None' }] },
      ],
    },
    [MESH_DIMENSION]: identity.trustDomain,
    Service: identity.service,
    [LIFE_LEFT_METRIC]: value,
    ...more,
  };
}
