import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { CertificatePlan } from '../../core/plan/system-plan';
import { renderAuthorities } from './authorities';
import { certificateAlarm } from './certificate-alarm';
import { renderRotation, scheduleRotation } from './rotation';

export interface CertificatesContext {
  readonly meshName: string;
  readonly plan: CertificatePlan;
  readonly logGroup: logs.ILogGroup;
  readonly secrets: readonly secretsmanager.Secret[];
}

export interface RenderedCertificates {
  readonly alarm: cloudwatch.Alarm;
  /** After these, each secret in the same order soon holds its first certificate. */
  readonly schedules: readonly secretsmanager.CfnRotationSchedule[];
}

/** Everything that issues certificates into the secrets of the tasks. */
export function renderCertificates(scope: Construct, { meshName, plan, logGroup, secrets }: CertificatesContext): RenderedCertificates {
  const own = new Construct(scope, 'Certificates');
  const authorities = renderAuthorities(own, { meshName, plan, logGroup });
  const rotation = renderRotation(own, { meshName, plan, authorities, secrets, logGroup });
  return {
    alarm: certificateAlarm(own, 'Alarm', plan.trustDomain),
    schedules: secrets.map((secret) => scheduleRotation(secret, rotation)),
  };
}
