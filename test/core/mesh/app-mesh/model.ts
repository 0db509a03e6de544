import { planSystem } from '../../../../lib/core/plan-system';
import type { AppMeshPlan } from '../../../../lib/core/mesh/app-mesh/resources';
import type { Issue } from '../../../../lib/core/reading/issues';
import { IssueList } from '../../../../lib/core/reading/issues';
import { Opaque } from '../../../../lib/core/reading/input';
import type { ExternalService, Service, Topology, Warning } from '../../../../lib/core/model/topology';
import { parseTopology } from '../../../../lib/core/parse/parse';
import { DEFAULT_HEADER_LIMITS, defaultKeepAlive, externalCallPolicy } from '../../../../lib/core/model/defaults';
import type { CallPolicy, RouteMatch, ServicePolicy, ServiceRoute } from '../../../../lib/core/model/traffic-policy';

type Props = Readonly<Record<string, unknown>>;

/** A caller and a callee, of which each test says more. */
export function topologyOf(props: Props = {}, mesh: Props = {}): Topology {
  return systemOf({ ui: { calls: ['orders'] }, orders: props }, { mesh });
}

/** Whole props, but for what every service has to say. */
export function systemOf(
  services: Readonly<Record<string, Props>>,
  { mesh = {}, ...more }: { readonly mesh?: Props } & Props = {},
): Topology {
  const issues = new IssueList();
  const image = new Opaque({ bind: () => undefined });
  const complete = Object.fromEntries(Object.entries(services).map(([name, props]) => [name, { image, port: 8080, ...props }]));
  const topology = parseTopology(
    { props: { services: complete, mesh: { provider: 'appMesh', ...mesh }, ...more }, defaultName: 'shop' },
    issues,
  );
  issues.throwIfAny('Stack/Shop');
  return topology;
}

/** What no prop says yet, or what no prop can say. */
export function withService(topology: Topology, name: string, more: Partial<Service>): Topology {
  return { ...topology, services: topology.services.map((service) => (service.name === name ? { ...service, ...more } : service)) };
}

export interface PolicyParts {
  readonly protocol?: Service['protocol'];
  readonly call?: Partial<CallPolicy>;
  readonly policy?: Partial<ServicePolicy>;
  readonly service?: Partial<Service>;
}

/** `ui` calls `orders`, which has this policy. */
export function ordersWith({ protocol = 'http', call = {}, policy = {}, service = {} }: PolicyParts): Topology {
  const base = topologyOf();
  const [orders] = base.services;
  if (orders === undefined) throw new Error('there is no service');
  return withService(base, 'orders', {
    protocol,
    callPolicy: { ...orders.callPolicy, keepAlive: defaultKeepAlive(protocol), ...call },
    policy: { ...orders.policy, ...policy },
    ...service,
  });
}

export function route(name: string, match: Partial<RouteMatch> = {}, more: Partial<ServiceRoute> = {}): ServiceRoute {
  return { name, match: { headers: [], queryParameters: [], ...match }, ...more };
}

export function withExternal(topology: Topology, external: Partial<ExternalService>): Topology {
  const [orders] = topology.services;
  if (orders === undefined) throw new Error('there is no service');
  const service: ExternalService = {
    name: 'bank',
    host: 'bank.example',
    port: 443,
    protocol: 'tcp',
    tls: false,
    virtualPort: 8443,
    address: '127.64.0.9',
    virtualHost: 'bank.shop.internal',
    callers: ['orders'],
    headerLimits: DEFAULT_HEADER_LIMITS,
    callPolicy: externalCallPolicy(external.protocol ?? 'tcp'),
    ...external,
  };
  return { ...withService(topology, 'orders', { callsExternal: ['bank'] }), external: [service] };
}

export function planOf(topology: Topology): AppMeshPlan {
  const issues = new IssueList();
  const { resources } = planSystem(topology, issues);
  issues.throwIfAny('Stack/Shop');
  return resources as AppMeshPlan;
}

export function warningsOf(topology: Topology): readonly Warning[] {
  const issues = new IssueList();
  const { warnings } = planSystem(topology, issues);
  issues.throwIfAny('Stack/Shop');
  return warnings;
}

export function issuesOf(topology: Topology): readonly Issue[] {
  const issues = new IssueList();
  planSystem(topology, issues);
  return issues.all;
}
