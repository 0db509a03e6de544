import { Opaque } from '../../../../lib/core/reading/input';
import type { Raw } from '../../../support/parsing';
import { firelens, issuesOf, mesh, service, topologyOf } from '../../../support/parsing';

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

describe('a shift compares what callers of the service report', () => {
  const versions = { v1: { weight: 100 }, v2: { weight: 0 } };
  const orders = service({ versions, shift: { kind: 'linear' } });
  const problems = (services: Raw, more: Raw = {}): readonly string[] =>
    issuesOf(mesh(services, { ...PROVED, ...more })).map(({ path }) => path);

  test('fails if all of them log elsewhere and it has no alarms, whoever says so', () => {
    const ui = service({ calls: ['orders'], sidecarLogging: firelens });
    expect(problems({ ui, orders })).toEqual(['services.orders.shift']);
    expect(problems({ ui: service({ calls: ['orders'] }), orders }, { logs: { driver: firelens } })).toEqual(['services.orders.shift']);
  });

  test('it is enough that one of them logs to CloudWatch Logs, and the warning names the shift', () => {
    const services = {
      ui: service({ calls: ['orders'], sidecarLogging: firelens }),
      admin: service({ calls: ['orders'], sidecarLogging: cloudWatch }),
      orders,
    };
    expect(problems(services, { logs: { driver: firelens } })).toEqual([]);
    expect(warningsOf(services, { certificates: { kind: 'none' } })).toEqual(['services.ui.sidecarLogging: the shift of "orders"']);
  });
});

test('a port of a service beside its first one is no service of its own to a log driver', () => {
  const scaled = service({
    scaling: { minCapacity: 1, maxCapacity: 4, requestsPerTask: 600 },
    ports: { grpc: { port: 9090, protocol: 'grpc' } },
  });
  expect(warningsOf({ api: scaled }, { logs: { driver: firelens }, certificates: { kind: 'none' } })).toEqual([
    'logs.driver: requestsPerTask of "api"',
  ]);
});
