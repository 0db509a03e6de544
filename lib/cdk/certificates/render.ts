import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { CertificatePlan } from '../../core/plan/system-plan';
import { renderAuthorities } from './authorities';
import { certificateAlarm } from './certificate-alarm';
import type { Issuer } from './issuer';
import { renderIssuer } from './issuer';

export interface CertificatesContext {
  readonly plan: CertificatePlan;
  /** Of the mesh: see lib/core/contract/scope.ts. */
  readonly meshScope: string;
  readonly logGroup: logs.ILogGroup;
}

export interface RenderedCertificates {
  readonly alarm: cloudwatch.Alarm;
  readonly issuer: Issuer;
}

/** Everything that issues certificates to tasks. It is the same for any number of services. */
export function renderCertificates(scope: Construct, { plan, meshScope, logGroup }: CertificatesContext): RenderedCertificates {
  const own = new Construct(scope, 'Certificates');
  const authorities = renderAuthorities(own, { meshName: plan.meshName, plan, logGroup });
  return {
    alarm: certificateAlarm(own, 'Alarm', meshScope),
    issuer: renderIssuer(own, { plan, meshScope, authorities, logGroup }),
  };
}
