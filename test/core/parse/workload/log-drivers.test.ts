import { Opaque } from '../../../../lib/core/reading/input';
import type { Raw } from '../../../support/parsing';
import { firelens, mesh, service, topologyOf } from '../../../support/parsing';

const cloudWatch = new Opaque({ bind: () => ({}), logDriver: 'awslogs' });
const PROVED = { certificates: undefined };

const warningsOf = (services: Raw, more: Raw = {}): readonly string[] =>
  topologyOf(mesh(services, { ...PROVED, ...more })).warnings.map(({ id, path, message }) => {
    expect(id).toBe('metrics-elsewhere');
    return `${path}: ${/elsewhere: (.*) would have no data/.exec(message)?.[1] ?? message}`;
  });

test('fails quietly no more if metrics of agents go where no metrics are made of them: a warning names what would have no data', () => {
  const scaled = service({ scaling: { minCapacity: 1, maxCapacity: 4, requestsPerTask: 600 } });
  expect(warningsOf({ ui: service(), api: scaled }, { logs: { driver: firelens }, observability: { metrics: true } })).toEqual([
    'logs.driver: the alarm on certificates, metrics, dashboard and alarms of observability, requestsPerTask of "api"',
  ]);
  expect(warningsOf({ ui: service({ sidecarLogging: firelens }), api: scaled })).toEqual([
    'services.ui.sidecarLogging: the alarm on certificates',
  ]);
});

test('what logs to CloudWatch Logs by a driver of its own, or has no metrics, has no warning', () => {
  expect(warningsOf({ ui: service() }, { logs: { driver: cloudWatch } })).toEqual([]);
  expect(warningsOf({ ui: service({ sidecarLogging: cloudWatch, logging: firelens }) })).toEqual([]);
  expect(warningsOf({ ui: service() }, { logs: { driver: firelens }, certificates: { kind: 'none' } })).toEqual([]);
});

test('the log driver of a service counts before that of the system', () => {
  const logs = { driver: firelens };
  const services = { ui: service({ sidecarLogging: cloudWatch, scaling: { minCapacity: 1, maxCapacity: 4, requestsPerTask: 600 } }) };
  expect(warningsOf(services, { logs, certificates: { kind: 'none' } })).toEqual([]);
});
