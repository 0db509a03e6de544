import type { ProtocolId } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import { DEFAULT_OUTLIER_DETECTION } from '../../model/defaults';
import type { OutlierDetection } from '../../model/traffic-policy';
import { defined } from '../../defined';

export const OUTLIER_DETECTION_FIELDS = [
  'consecutiveGatewayErrors',
  'consecutiveServerErrors',
  'interval',
  'baseEjection',
  'maxEjectionPercent',
] as const;
const IN_A_ROW = { min: 1, max: 1000 };

/** `outlierDetection` of a called service, or of what a caller overrides; undefined if it says nothing. */
export function parseOutlierDetection(at: Reader, protocol: ProtocolId): OutlierDetection | 'none' | undefined {
  if (
    !at.checkFactory('OutlierDetection', 'OutlierDetection.of() or OutlierDetection.none()') ||
    !at.checkFields(OUTLIER_DETECTION_FIELDS, 'kind')
  )
    return undefined;
  if (at.field('kind').value === 'none') return 'none';
  const standard = DEFAULT_OUTLIER_DETECTION;
  const serverErrors = at.field('consecutiveServerErrors');
  if (protocol === 'tcp' && !serverErrors.absent)
    serverErrors.fail('UNSUPPORTED_BY_PROTOCOL', 'a TCP service has no statuses', {
      got: null,
      fix: 'remove it: failed connections count as gateway errors',
    });
  const consecutiveGatewayErrors = at.field('consecutiveGatewayErrors').number(IN_A_ROW) ?? standard.consecutiveGatewayErrors;
  const consecutiveServerErrors = serverErrors.number(IN_A_ROW);
  return {
    ...defined({ consecutiveGatewayErrors, consecutiveServerErrors }),
    intervalSeconds: at.field('interval').seconds({ min: 0.1, max: 3600, integer: false }) ?? standard.intervalSeconds,
    baseEjectionSeconds: at.field('baseEjection').seconds({ min: 0.1, max: 86_400, integer: false }) ?? standard.baseEjectionSeconds,
    // Not 100: somebody has to be left.
    maxEjectionPercent:
      at.field('maxEjectionPercent').number({
        min: 1,
        max: 99,
        unit: 'percent',
        fix: 'at least one task is never ejected; to eject none, use OutlierDetection.none()',
      }) ?? standard.maxEjectionPercent,
  };
}
