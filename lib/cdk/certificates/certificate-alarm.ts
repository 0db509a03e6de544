import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { LIFE_LEFT_METRIC, MESH_DIMENSION, METRIC_NAMESPACE } from '../../core/contract/metric';

/** What agents write into their logs every five minutes; see programs/agent/certificate/life-left.ts. */
const METRIC = { namespace: METRIC_NAMESPACE, metricName: LIFE_LEFT_METRIC };

/** Of a certificate that is renewed in time, never less than two fifths of its life are left. */
const TOO_LITTLE_LIFE = 1 / 3;

/** @param meshScope of the mesh (lib/core/contract/scope.ts) */
export function certificateAlarm(scope: Construct, id: string, meshScope: string): cloudwatch.Alarm {
  return new cloudwatch.Alarm(scope, id, {
    alarmDescription:
      `A certificate of the mesh ${meshScope} has less than a third of its life left: its task cannot renew it. ` +
      `${LIFE_LEFT_METRIC} in the logs of mesh-agent says which task, and the lines around it say why.`,
    metric: new cloudwatch.Metric({
      ...METRIC,
      dimensionsMap: { [MESH_DIMENSION]: meshScope },
      statistic: cloudwatch.Stats.MINIMUM,
      period: Duration.minutes(15),
    }),
    comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
    threshold: TOO_LITTLE_LIFE,
    evaluationPeriods: 1,
    // No task, no certificate in use.
    treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
  });
}
