import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Authorizer, Certificates, Edge, Protocol, Shift } from '../../../lib';
import type { MicroservicesProps, ObservabilityProps } from '../../../lib';
import { renderDashboard } from '../../../lib/cdk/observability/dashboard';
import { MeshMetrics } from '../../../lib/cdk/observability/mesh-metrics';
import { planObservability } from '../../../lib/core/plan/observability/plan-observability';
import { image, mesh, service as rawService, topologyOf } from '../../support/parsing';
import { build, resourcesOf, service, taskConfigOf } from '../../support/stack';
import type { Built, Resource } from '../../support/stack';

const observed = (observability?: ObservabilityProps, more: Partial<MicroservicesProps> = {}): Built =>
  build({
    services: {
      ui: service({ calls: ['orders', 'db', 'payments'] }),
      orders: service({ calls: ['db'], versions: { v1: { weight: 90 }, v2: { weight: 10 } } }),
      db: service({ protocol: Protocol.TCP, port: 6379 }),
      worker: { image: service().image, calls: ['orders'] },
    },
    external: { payments: { host: 'pay.example.com', port: 443 } },
    edge: Edge.httpApi({ authorizer: Authorizer.none(), routes: { 'ANY /{proxy+}': { service: 'ui' } } }),
    ...(observability === undefined ? {} : { observability }),
    ...more,
  });

const ofType = ({ template }: Pick<Built, 'template'>, type: string): readonly (readonly [string, Resource])[] =>
  Object.entries(resourcesOf(template)).filter(([, { Type }]) => Type === type);
const alarmsOf = (built: Built): readonly Readonly<Record<string, unknown>>[] =>
  ofType(built, 'AWS::CloudWatch::Alarm').map(([, { Properties = {} }]) => Properties);
/** Their bodies, in which tokens are `*`. */
const dashboardsOf = (built: Built): readonly Body[] =>
  ofType(built, 'AWS::CloudWatch::Dashboard').map(([, { Properties }]) => widgetsOf(Properties?.['DashboardBody']));

function widgetsOf(body: unknown): Body {
  const { 'Fn::Join': [, parts] = ['', []] } = body as { readonly 'Fn::Join'?: [string, readonly unknown[]] };
  return JSON.parse(parts.map((part) => (typeof part === 'string' ? part : '*')).join('')) as Body;
}

interface Body {
  readonly widgets: readonly Widget[];
}
interface Widget {
  readonly type: string;
  readonly width: number;
  readonly properties: { readonly title?: string; readonly markdown?: string; readonly metrics?: readonly unknown[] };
}

const metricsSetting = (built: Built, name: string): unknown => {
  const { MESH_METRICS } = taskConfigOf(built.template, name).variables;
  return MESH_METRICS === undefined ? undefined : JSON.parse(MESH_METRICS);
};

describe('without metrics', () => {
  test('there is no resource, and no byte in a template', () => {
    const plain = JSON.stringify(observed().template.toJSON());
    for (const off of [{}, { metrics: false }]) expect(JSON.stringify(observed(off).template.toJSON())).toBe(plain);
    expect(plain).not.toContain('Observability');
    expect(metricsSetting(observed(), 'ui')).toBeUndefined();
  });

  test('fails if a dashboard or alarms are to show them', () => {
    expect(() => observed({ dashboard: {}, alarms: {} })).toThrow(
      /observability\.dashboard: needs metrics, which are off \[MISSING\]\s+fix: +set observability.metrics to true[^]*observability\.alarms: needs metrics/,
    );
  });

  test.each(['metricRequests', 'metricErrorRate', 'metricLatency'] as const)('fails if %s() is asked for', (method) => {
    expect(() => observed().system.service('ui')[method]()).toThrow(
      `${method}(): tasks report no metrics [MISSING]\n     fix:     set observability: { metrics: true }`,
    );
  });
});

describe('with metrics alone', () => {
  const built = observed({ metrics: true });

  test('each task knows what to report, and nothing else is made', () => {
    expect(metricsSetting(built, 'ui')).toEqual({
      name: 'ui',
      serves: ['ui'],
      calls: [
        { service: 'db', tcp: true },
        {
          service: 'orders',
          versions: [
            { name: 'v1', cluster: 'orders-v1' },
            { name: 'v2', cluster: 'orders-v2' },
          ],
        },
        { service: 'payments' },
      ],
    });
    expect(metricsSetting(built, 'ordersv2')).toEqual({
      name: 'orders',
      version: 'v2',
      serves: ['orders'],
      calls: [{ service: 'db', tcp: true }],
    });
    expect(metricsSetting(built, 'db')).toEqual({ name: 'db', serves: ['db'] });
    expect(metricsSetting(built, 'worker')).toMatchObject({ name: 'worker', calls: [{ service: 'orders' }] });
    expect(metricsSetting(built, 'gateway')).toEqual({ name: 'gateway', serves: ['gateway'], calls: [{ service: 'ui' }] });
    expect(ofType(built, 'AWS::CloudWatch::Dashboard')).toEqual([]);
    expect(alarmsOf(built)).toHaveLength(1);
  });

  test('agents know their mesh where there are no certificates, too', () => {
    const plain = observed({ metrics: true }, { certificates: Certificates.none() });
    expect(JSON.stringify(plain.template.toJSON())).toContain('"Name":"MESH_SCOPE"');
  });

  test('handles return them', () => {
    const resolved = (metric: { toMetricConfig: () => unknown }): unknown => built.stack.resolve(metric.toMetricConfig());
    const mesh = { name: 'Mesh', value: { 'Fn::Join': ['', ['shop.internal/', expect.anything()]] } };
    const orders = built.system.service('orders');
    expect(resolved(orders.metricRequests({ period: Duration.minutes(1) }))).toMatchObject({
      metricStat: {
        ...{ namespace: 'CdkEcsMicroservices', metricName: 'Requests', statistic: 'Sum', period: { amount: 1 } },
        dimensions: [mesh, { name: 'Service', value: 'orders' }],
      },
    });
    expect(resolved(orders.workload('v2').metricLatency({ statistic: Stats.percentile(50) }))).toMatchObject({
      metricStat: {
        ...{ metricName: 'Latency', statistic: 'p50' },
        dimensions: [mesh, { name: 'Service', value: 'orders' }, { name: 'Version', value: 'v2' }],
      },
    });
    expect(resolved(orders.metricLatency({ caller: 'ui' }))).toMatchObject({
      metricStat: {
        ...{ metricName: 'CallLatency', statistic: 'p99' },
        dimensions: [{ name: 'Caller', value: 'ui' }, mesh, { name: 'Service', value: 'orders' }],
      },
    });
    expect(resolved(built.system.service('ui').metricErrorRate({ caller: 'gateway' }))).toMatchObject({
      mathExpression: {
        expression: '100 * errors_uiCgateway / requests_uiCgateway',
        usingMetrics: { errors_uiCgateway: { metricName: 'CallServerErrors' }, requests_uiCgateway: { metricName: 'CallRequests' } },
      },
    });
  });

  test.each<[string, () => unknown, RegExp]>([
    [
      'a caller is none',
      () => built.system.service('orders').metricRequests({ caller: 'db' }),
      /"db" does not call "orders" \[UNKNOWN_SERVICE\]/,
    ],
    ['nobody may call it', () => built.system.service('worker').metricRequests(), /"worker" takes no requests.*\[NO_PORT\]/],
    ['it speaks TCP', () => built.system.service('db').metricLatency(), /"db" speaks TCP.*\[UNSUPPORTED_BY_PROTOCOL\]/],
    [
      'a version is asked for its caller',
      () => (built.system.service('orders').workload('v2').metricRequests as (options: unknown) => unknown)({ caller: 'ui' }),
      /metrics of a caller are of all versions of its callee together \[CONFLICT\]/,
    ],
  ])('fails if %s', (_, metric, message) => {
    expect(metric).toThrow(message);
  });
});

describe('a dashboard', () => {
  const [dashboard] = dashboardsOf(observed({ metrics: true, dashboard: { dashboardName: 'shop' } }));
  const texts = (dashboard?.widgets ?? []).flatMap(({ properties: { markdown } }) => markdown ?? []);

  test('begins with who calls whom', () => {
    expect(texts[0]).toBe(
      [
        '# shop',
        '```',
        '[gateway]',
        '└─ ui',
        '   ├─ db',
        '   ├─ orders',
        '   │  └─ db',
        '   └─ (payments)',
        'worker',
        '└─ orders …',
        '```',
      ].join('\n'),
    );
  });

  test('has a row for the gateway, each service that is called, and what is outside', () => {
    expect(texts.slice(1)).toEqual(['## gateway', '## db', '## orders', '## ui', '## payments']);
    const graphs = (dashboard?.widgets ?? []).filter(({ type }) => type === 'metric');
    expect(graphs.map(({ properties: { title } }) => title)).toEqual([
      'Certificates: life left',
      ...['Requests a minute', 'Server errors, percent', 'Latency, milliseconds', 'Running tasks'],
      ...['Requests a minute', 'Server errors, percent', 'Retries, ejections, refusals', 'Running tasks'],
      ...['Requests a minute', 'Server errors, percent', 'Latency, milliseconds', 'Retries, ejections, refusals', 'Running tasks'],
      ...['Requests a minute', 'Server errors, percent', 'Latency, milliseconds', 'Retries, ejections, refusals', 'Running tasks'],
      ...['Requests a minute', 'Server errors, percent', 'Latency, milliseconds', 'Retries, ejections, refusals'],
    ]);
  });

  test('fails if its name is none', () => {
    expect(() => observed({ metrics: true, dashboard: { dashboardName: 'my shop' } })).toThrow(
      /dashboardName: is no name of a dashboard \[INVALID_NAME\]/,
    );
  });
});

describe('a service whose versions shift', () => {
  const built = observed(
    { metrics: true, dashboard: {} },
    {
      services: {
        ui: service({ calls: ['orders'] }),
        orders: service({ versions: { v1: { weight: 90 }, v2: { weight: 10 } }, shift: Shift.linear({ step: 10 }) }),
      },
      external: {},
    },
  );
  const widgets = dashboardsOf(built)[0]?.widgets ?? [];
  const titled = (title: string): Widget | undefined => widgets.find(({ properties }) => properties.title === title);

  test('has the share of calls that each version gets, of all callers', () => {
    const metrics = JSON.stringify(titled('Share of calls by version, percent')?.properties.metrics);
    expect(metrics).toContain('100 * FILL(calls_ordersVv2, 0) / (FILL(calls_ordersVv1, 0) + FILL(calls_ordersVv2, 0))');
    expect(metrics).toMatch(/"CallRequests","Mesh","[^"]+","Service","orders","Version","v1"/);
  });

  test('has the number of shifts that were taken back', () => {
    expect(titled('Shifts taken back')).toMatchObject({
      type: 'metric',
      properties: {
        metrics: [['CdkEcsMicroservices', 'ShiftsTakenBack', 'Mesh', expect.anything(), 'Service', 'orders', expect.anything()]],
      },
    });
    expect(widgets.filter(({ properties }) => properties.title === 'Shifts taken back')).toHaveLength(1);
  });
});

describe('a service with very many callers and versions', () => {
  const callers = Array.from({ length: 300 }, (_, index) => `c${String(index).padStart(3, '0')}`);
  const many = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [`v${String(index).padStart(2, '0')}`, { weight: index < 40 ? 2 : 1 }]),
  );
  const plan = planObservability(
    topologyOf(
      mesh(
        {
          ...Object.fromEntries(callers.map((name) => [name, { image, calls: ['orders'] }])),
          orders: rawService({ versions: many, shift: { kind: 'linear' } }),
        },
        { observability: { metrics: true, dashboard: {}, alarms: {} } },
      ),
    ),
  );
  const stack = new Stack(new App(), 'Large');
  for (const dashboard of plan?.dashboards ?? []) renderDashboard(stack, dashboard, new MeshMetrics('shop.internal/Z1'), () => undefined);
  const [body] = Object.values(resourcesOf(Template.fromStack(stack))).map(({ Properties }) => widgetsOf(Properties?.['DashboardBody']));
  const widgets = body?.widgets ?? [];

  test('has graphs within the limits of CloudWatch, and a sentence that says who is not in them', () => {
    const counts = widgets.map(({ properties }) => properties.metrics?.length ?? 0);
    expect(Math.max(...counts)).toBeLessThanOrEqual(500);
    expect(counts.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(2500);
    expect(widgets.map(({ properties: { markdown } }) => markdown)).toContain(
      [
        '## orders',
        'Of its 300 callers, these graphs show the first 100 by name, to c099. ' +
          'Of its 60 versions, these graphs show the first 50 by name, ' +
          'to v49. CloudWatch has the metrics of the others under the same names.',
      ].join('\n'),
    );
  });

  test('has alarms that look at all callers', () => {
    expect(plan?.measured?.find(({ name }) => name === 'orders')?.callers).toHaveLength(300);
    expect(plan?.alarms?.filter(({ service: name }) => name === 'orders').map(({ countedBy }) => countedBy)).toEqual([
      'callers',
      'callers',
    ]);
  });
});

describe('a large system', () => {
  const names = Array.from({ length: 150 }, (_, index) => `s${index}`);
  const plan = planObservability(
    topologyOf(
      mesh(Object.fromEntries(names.map((name, index) => [name, rawService({ calls: names.slice(index + 1, index + 6) })])), {
        observability: { metrics: true, dashboard: { dashboardName: 'large' } },
      }),
    ),
  );
  const stack = new Stack(new App(), 'Large');
  const noTasks = (): undefined => undefined;
  for (const dashboard of plan?.dashboards ?? []) renderDashboard(stack, dashboard, new MeshMetrics('large.internal/Z1'), noTasks);
  const resources = Object.values(resourcesOf(Template.fromStack(stack)));
  const dashboards = resources.map(({ Properties }) => widgetsOf(Properties?.['DashboardBody']));

  test('has as many dashboards as it needs, each within the limits of CloudWatch, and a row for each service', () => {
    expect(dashboards.length).toBeGreaterThan(1);
    for (const { widgets } of dashboards) {
      expect(widgets.length).toBeLessThanOrEqual(500);
      const metrics = widgets.map(({ properties }) => properties.metrics?.length ?? 0);
      expect(Math.max(...metrics)).toBeLessThanOrEqual(500);
      expect(metrics.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(2500);
    }
    expect(dashboards.flatMap(({ widgets }) => widgets.filter(({ properties }) => properties.markdown?.startsWith('## ')))).toHaveLength(
      150,
    );
    expect(resources.map(({ Properties }) => Properties?.['DashboardName'])).toEqual(
      dashboards.map((_, index) => (index === 0 ? 'large' : `large-${index + 1}`)),
    );
  });

  test('has a picture of many lines, of which each service is drawn whole once', () => {
    const [first] = plan?.dashboards ?? [];
    for (const name of names.slice(0, -1)) expect(first?.picture?.markdown.match(new RegExp(`(^|[ ─])${name}$`, 'gm'))).toHaveLength(1);
  });
});

describe('alarms', () => {
  const built = build((stack) => ({
    services: {
      ui: service({ calls: ['orders', 'reports'] }),
      orders: service(),
      reports: service(),
    },
    edge: Edge.httpApi({ authorizer: Authorizer.none(), routes: { 'ANY /{proxy+}': { service: 'ui' } } }),
    observability: {
      metrics: true,
      alarms: {
        actions: [new SnsAction(new Topic(stack, 'OnCall'))],
        okActions: [new SnsAction(new Topic(stack, 'Well'))],
        errorPercent: 2,
        services: { orders: { latency: Duration.millis(800), minRequests: 100 }, reports: { enabled: false } },
      },
    },
  }));

  test('are those of the gateway and of each service that is called, unless one has none, and have the same actions', () => {
    expect(ofType(built, 'AWS::CloudWatch::Alarm').map(([id]) => id.replace(/[0-9A-F]{8}$/, ''))).toEqual([
      'ShopCertificatesAlarm',
      ...['gatewayErrors', 'gatewayUnavailable', 'ordersErrors', 'ordersUnavailable', 'ordersLatency', 'uiErrors', 'uiUnavailable'].map(
        (name) => `ShopObservabilityAlarms${name}`,
      ),
    ]);
    for (const alarm of alarmsOf(built))
      expect(alarm).toMatchObject({
        AlarmActions: [{ Ref: expect.stringMatching(/^OnCall/) }],
        OKActions: [{ Ref: expect.stringMatching(/^Well/) }],
        TreatMissingData: 'notBreaching',
      });
  });

  test('fire at thresholds of their own', () => {
    const [, , , errors, , latency] = alarmsOf(built);
    expect(errors).toMatchObject({ Threshold: 2, EvaluationPeriods: 5, DatapointsToAlarm: 3 });
    expect(JSON.stringify(errors)).toContain('IF(requests >= 100, 100 * errors / requests, 0)');
    expect(latency).toMatchObject({ Threshold: 800, EvaluationPeriods: 5, DatapointsToAlarm: 3 });
  });

  test('look at sums of all callers, which agents report then', () => {
    expect(metricsSetting(built, 'ui')).toMatchObject({ totals: true });
  });

  test.each<[string, ObservabilityProps, RegExp]>([
    [
      'they are of nobody',
      { metrics: true, alarms: { services: { order: {} } } },
      /there is no service or gateway "order" \[UNKNOWN_SERVICE\][^]*did you mean "orders"/,
    ],
    ['more than all fail', { metrics: true, alarms: { errorPercent: 100 } }, /alarms.errorPercent: 100 is out of range \[OUT_OF_RANGE\]/],
    ['no request is enough', { metrics: true, alarms: { minRequests: 0 } }, /alarms.minRequests: 0 is out of range/],
    ['an action is none', { metrics: true, alarms: { actions: ['arn' as never] } }, /alarms.actions\[0\]: must be an IAlarmAction/],
  ])('fails if %s', (_, observability, message) => {
    expect(() => observed(observability)).toThrow(message);
  });
});
