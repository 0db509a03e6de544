import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { LIFE_LEFT_METRIC } from '../../core/contract/metric';
import { lifeLeftMetric } from '../mesh-metric';

/** Of a certificate that is renewed in time, never less than two fifths of its life are left. */
const TOO_LITTLE_LIFE = 1 / 3;

/** @param meshScope of the mesh (lib/core/contract/scope.ts) */
export function certificateAlarm(scope: Construct, id: string, meshScope: string): cloudwatch.Alarm {
  return new cloudwatch.Alarm(scope, id, {
    alarmDescription:
      `A certificate of the mesh ${meshScope} has less than a third of its life left: its task cannot renew it. ` +
      `${LIFE_LEFT_METRIC} in the logs of mesh-agent says which task, and the lines around it say why.`,
    metric: lifeLeftMetric(meshScope, { period: Duration.minutes(15) }),
    comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
    threshold: TOO_LITTLE_LIFE,
    evaluationPeriods: 1,
    // No task, no certificate in use.
    treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
  });
}
