import type { ApplicationPort } from '../application-start';
import type { CertificateFiles } from '../certificate/certificate-files';
import type { Clock } from '../clock';
import { failureOf } from '../failure';
import type { HealthReport } from '../../shared/health-socket';
import type { Pulse } from './pulse';

/**
 * Healthy while Envoy has a certificate that others accept (in a mesh that has certificates), and somebody looks after it. That AWS
 * is away for a while is no illness. Not before the application is there: ECS counts a new task in once all its health checks pass.
 */
export async function healthReport({
  clock,
  certificate,
  pulse,
  application,
}: {
  readonly clock: Clock;
  readonly certificate: CertificateFiles | undefined;
  readonly pulse: Pulse;
  readonly application: Pick<ApplicationPort, 'problem'> | undefined;
}): Promise<HealthReport> {
  const problems = [
    ...(certificate === undefined ? [] : await certificateProblems(certificate, new Date(clock.now()))),
    ...pulse.late(clock.now()),
    ...(application?.problem === undefined ? [] : [application.problem]),
  ];
  return { healthy: problems.length === 0, problems };
}

async function certificateProblems(certificate: CertificateFiles, now: Date): Promise<readonly string[]> {
  try {
    const current = await certificate.current(now);
    if (current === undefined) return ['there is no certificate'];
    return current.ok ? [] : [`the certificate in use is bad: ${current.refusal.message}`];
  } catch (error) {
    return [`the certificate in use cannot be read: ${failureOf(error).message}`];
  }
}
