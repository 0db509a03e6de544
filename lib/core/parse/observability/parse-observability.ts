import { defined } from '../../defined';
import type { PrometheusSettings } from '../../model/observability/settings';
import type { AlarmSettings, DashboardSettings, ObservabilitySettings, Thresholds } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import { suggest } from '../../reading/reader';

export const OBSERVABILITY_FIELDS = ['metrics', 'dashboard', 'alarms', 'queries', 'prometheus'] as const;
const THRESHOLD_FIELDS = ['errorPercent', 'minRequests', 'latency'] as const;
const ALARM_FIELDS = [...THRESHOLD_FIELDS, 'actions', 'okActions', 'services'] as const;

const DEFAULT_THRESHOLDS: Thresholds = { errorPercent: 5, minRequests: 20 };

/**
 * `observability` of the system; undefined: it tells nothing.
 *
 * @param names of services and gateways
 * @param prometheus what it says of Prometheus, which is read before all that has ports
 */
export function parseObservability(
  at: Reader,
  names: readonly string[],
  prometheus: PrometheusSettings | undefined,
): ObservabilitySettings | undefined {
  if (!at.checkFields(OBSERVABILITY_FIELDS)) return undefined;
  const metrics = at.field('metrics').boolean() ?? false;
  const dashboard = parseDashboard(at.field('dashboard'));
  const alarms = parseAlarms(at.field('alarms'), names);
  for (const name of ['dashboard', 'alarms'] as const)
    if (!metrics && !at.field(name).absent)
      at.field(name).fail('MISSING', 'needs metrics, which are off', { got: null, fix: `set ${at.path}.metrics to true` });
  const queries = at.field('queries').boolean() ?? false;
  if (metrics) return { metrics, queries, ...defined({ dashboard, alarms, prometheus }) };
  return queries || prometheus !== undefined ? { metrics, queries, ...defined({ prometheus }) } : undefined;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html */
const DASHBOARD_NAME = /^[A-Za-z0-9_-]{1,240}$/;

function parseDashboard(at: Reader): DashboardSettings | undefined {
  if (!at.checkFields(['dashboardName'])) return undefined;
  const nameAt = at.field('dashboardName');
  const name = nameAt.string();
  if (name !== undefined && !DASHBOARD_NAME.test(name))
    nameAt.fail('INVALID_NAME', 'is no name of a dashboard', { allowed: '1 to 240 letters, digits, hyphens and underscores' });
  return defined({ name });
}

function parseAlarms(at: Reader, names: readonly string[]): AlarmSettings | undefined {
  if (!at.checkFields(ALARM_FIELDS)) return undefined;
  for (const prop of ['actions', 'okActions'])
    for (const action of at.field(prop).items('a list of alarm actions'))
      action.required('an alarm action', 'remove the entry').checkInstance('an IAlarmAction, such as new SnsAction(topic)', ['bind()']);
  const thresholds = parseThresholds(at, DEFAULT_THRESHOLDS);
  const services = at
    .field('services')
    .entries()
    .flatMap(([name, own]): (readonly [string, Thresholds | 'none'])[] => {
      if (!names.includes(name))
        own.fail('UNKNOWN_SERVICE', `there is no service or gateway "${name}"`, { got: null, ...suggest(name, names) });
      if (!own.required('the thresholds', 'remove the entry').checkFields([...THRESHOLD_FIELDS, 'enabled'])) return [];
      const enabled = own.field('enabled').boolean() ?? true;
      const parsed = parseThresholds(own, thresholds);
      return [[name, enabled ? parsed : 'none']];
    });
  return { thresholds, services: Object.fromEntries([...services].sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** @param standard what holds where it says nothing */
function parseThresholds(at: Reader, standard: Thresholds): Thresholds {
  const seconds = at.field('latency').seconds({ min: 0.001, max: 3600, integer: false });
  return {
    errorPercent: at.field('errorPercent').number({ min: 0, max: 99, unit: 'percent', integer: false }) ?? standard.errorPercent,
    minRequests: at.field('minRequests').number({ min: 1, max: 1_000_000 }) ?? standard.minRequests,
    ...defined({ latencyMilliseconds: seconds === undefined ? standard.latencyMilliseconds : Math.round(seconds * 1000) }),
  };
}
