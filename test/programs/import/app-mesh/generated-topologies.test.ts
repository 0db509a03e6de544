import fc from 'fast-check';
import { readTemplate } from '../../../../programs/import/app-mesh/read-template';
import { toMeshView } from '../../../../programs/import/app-mesh/to-mesh-view';
import { viewOfTopology } from '../../../../programs/import/app-mesh/view-of-topology';
import { readProps } from '../../../../lib/props/read-props';
import { IssueList } from '../../../../lib/core/reading/issues';
import type { ExternalService, Service, Topology } from '../../../../lib/core/model/topology';
import { DEFAULT_HEADER_LIMITS, defaultCallPolicy } from '../../../../lib/core/model/defaults';
import type { CallPolicy, RetryEvent, RouteMatch, ServiceRoute, ValueMatch } from '../../../../lib/core/model/traffic-policy';
import { build, validProps } from '../../../props/generated-props';
import { parse } from '../../../support/parsing';
import { differences } from './behaviour';
import { simplestTemplate } from './simplest-writer';
import { runs } from '../../../support/runs';

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
const defined = <T extends object>(record: T): T =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T;

const EVENTS: readonly RetryEvent[] = ['client-error', 'connection-error', 'gateway-error', 'server-error', 'stream-error'];
const retry = fc
  .record({ maxRetries: fc.nat({ max: 5 }), on: maybe(fc.subarray([...EVENTS], { minLength: 1 })), anyMethod: fc.boolean() })
  .map((made) => defined({ ...made, budgetPercent: 25, minConcurrency: 10 }));
const timeouts = fc
  .record({
    requestSeconds: maybe(fc.integer({ min: 1, max: 100 })),
    perTrySeconds: maybe(fc.integer({ min: 1, max: 100 })),
    idleSeconds: maybe(fc.integer({ min: 1, max: 100 })),
  })
  .map(defined);

const value: fc.Arbitrary<ValueMatch> = fc.oneof(
  fc.record({
    name: fc.constantFrom('x-a', 'x-b'),
    kind: fc.constantFrom('exact' as const, 'prefix' as const, 'suffix' as const),
    text: fc.constantFrom('1', 'ab', 'b'),
    invert: fc.boolean(),
  }),
  fc.record({
    name: fc.constantFrom('x-a', 'x-b'),
    kind: fc.constant('range' as const),
    start: fc.constantFrom(0, 5),
    end: fc.constantFrom(6, 9),
    invert: fc.boolean(),
  }),
  fc.record({ name: fc.constantFrom('x-a', 'x-b'), kind: fc.constant('present' as const), invert: fc.boolean() }),
);
const match: fc.Arbitrary<RouteMatch> = fc
  .record({
    path: maybe(
      fc.record({
        kind: fc.constantFrom('exact' as const, 'prefix' as const, 'regex' as const),
        text: fc.constantFrom('/a', '/a/', '/a/b/', '/a/b'),
      }),
    ),
    methods: maybe(fc.subarray(['DELETE', 'GET', 'PATCH', 'POST'], { minLength: 1 })),
    headers: fc.array(value, { maxLength: 2 }),
    queryParameters: fc.array(
      fc.record({
        name: fc.constant('q'),
        kind: fc.constant('exact' as const),
        text: fc.constantFrom('1', '2'),
        invert: fc.constant(false),
      }),
      { maxLength: 1 },
    ),
  })
  .map(defined);

const route: fc.Arbitrary<Omit<ServiceRoute, 'name'>> = fc
  .record({ match, pinned: fc.boolean(), retry: maybe(retry), timeouts: maybe(timeouts) })
  .map(({ pinned, ...made }) => defined({ ...made, versions: pinned ? { v2: 1 } : undefined }));

interface Extras {
  readonly routes: readonly Omit<ServiceRoute, 'name'>[];
  readonly versioned: boolean;
  readonly weight: number;
  readonly policy: Partial<CallPolicy>;
  readonly external: boolean;
}
const extras: fc.Arbitrary<Extras> = fc.record({
  routes: fc.array(route, { maxLength: 3 }),
  versioned: fc.boolean(),
  weight: fc.integer({ min: 0, max: 99 }),
  policy: fc
    .record({
      timeouts: maybe(timeouts),
      retry: maybe(retry),
      outlierDetection: maybe(
        fc.record({
          consecutiveServerErrors: fc.integer({ min: 1, max: 9 }),
          intervalSeconds: fc.integer({ min: 1, max: 9 }),
          baseEjectionSeconds: fc.integer({ min: 1, max: 9 }),
          maxEjectionPercent: fc.nat({ max: 100 }),
        }),
      ),
      activeHealthCheck: maybe(
        fc.record({
          path: fc.constantFrom('/', '/health'),
          intervalSeconds: fc.integer({ min: 5, max: 9 }),
          timeoutSeconds: fc.integer({ min: 2, max: 9 }),
          healthyThreshold: fc.integer({ min: 2, max: 9 }),
          unhealthyThreshold: fc.integer({ min: 2, max: 9 }),
        }),
      ),
    })
    .map(defined),
  external: fc.boolean(),
});

/** App Mesh asks tasks less often, and waits longer, than props may say. */
function withinLimits(policy: CallPolicy): CallPolicy {
  const health = policy.activeHealthCheck;
  if (health === undefined) return policy;
  const { timeoutSeconds, healthyThreshold, unhealthyThreshold } = health;
  return {
    ...policy,
    activeHealthCheck: {
      ...health,
      timeoutSeconds: Math.max(2, timeoutSeconds),
      healthyThreshold: Math.max(2, healthyThreshold),
      unhealthyThreshold: Math.max(2, unhealthyThreshold),
    },
  };
}

/** A parsed topology with more of the model than props can say today. */
function withExtras(topology: Topology, all: readonly Extras[]): Topology {
  const services = topology.services.map((service, index): Service => {
    const { routes, versioned, weight, policy, external } = all[index % all.length];
    const plain = defined({ ...service, versions: undefined });
    const version = (name: string, share: number): NonNullable<Service['versions']>[number] => ({
      ...plain,
      name,
      workloadName: `${service.name}-${name}`,
      weight: share,
      discoveryHost: `${name}.${service.discoveryHost}`,
    });
    return {
      ...plain,
      ...(versioned ? { versions: [version('v1', 100 - weight), version('v2', weight)] } : {}),
      callsExternal: external ? ['stripe'] : [],
      callPolicy: {
        ...withinLimits(service.callPolicy),
        ...policy,
        circuitBreaker: service.protocol === 'http' ? { maxPendingRequests: weight + 1 } : { maxRequests: weight + 1 },
      },
      policy: {
        ...service.policy,
        routes: routes.map(({ versions, ...made }, at) => ({
          ...made,
          name: `r${at}`,
          ...(versions === undefined || !versioned ? {} : { versions }),
        })),
      },
    };
  });
  const stripe: ExternalService = {
    name: 'stripe',
    host: 'api.stripe.com',
    headerLimits: DEFAULT_HEADER_LIMITS,
    port: 443,
    protocol: 'http',
    tls: true,
    virtualPort: 15_080,
    address: '127.64.0.9',
    virtualHost: `stripe.${topology.domain}`,
    callers: services.filter(({ callsExternal }) => callsExternal.length > 0).map(({ name }) => name),
    callPolicy: defaultCallPolicy('http'),
  };
  return { ...topology, services, external: stripe.callers.length === 0 ? [] : [stripe] };
}

test('a topology and the simplest template that says the same are equal when read', () => {
  fc.assert(
    fc.property(validProps, fc.array(extras, { minLength: 1, maxLength: 4 }), (props, more) => {
      const topology = withExtras(parse(readProps(build(props))).topology, more);
      const wanted = viewOfTopology(topology);
      const issues = new IssueList();
      const [mesh] = readTemplate(simplestTemplate(wanted), {}, issues).meshes;
      expect(mesh === undefined ? 'no mesh' : differences(toMeshView(mesh, issues), wanted)).toEqual([]);
      // The writer does not look whether a route can be reached.
      expect(issues.all.filter(({ code }) => code !== 'OVERLAPPING_ROUTES')).toEqual([]);
    }),
    { numRuns: runs(20) },
  );
});
