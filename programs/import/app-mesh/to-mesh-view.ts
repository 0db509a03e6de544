import type { IssueCode, IssueList } from '../../../lib/core/reading/issues';
import type { ActiveHealthCheck, CircuitBreaker, RouteMatch } from '../../../lib/core/model/traffic-policy';
import { Reader, suggest } from '../../../lib/core/reading/reader';
import { externalNodes } from './external-nodes';
import { UNSENT } from './mesh-view';
import type {
  CallView,
  ExternalView,
  GatewayRouteView,
  GatewayView,
  MeshView,
  RouteView,
  ServiceView,
  UpstreamPolicyView,
  VersionView,
} from './mesh-view';
import type {
  AppMesh,
  Discovery,
  GatewayRoute,
  HealthCheck,
  Listener,
  Route,
  VirtualGateway,
  VirtualNode,
  VirtualRouter,
  VirtualService,
} from './model';
import { inOrder, takesEverything } from './order';
import { clientTls, serverTls } from './tls-view';
import { tightest } from './timeouts';
import { defined } from '../../../lib/core/defined';

/**
 * A mesh as a `MeshView`. What App Mesh can say and a view cannot (versions of one service that differ in more than their
 * tasks, several listeners ...) is an issue, as is what refers to nothing. Never throws.
 */
export function toMeshView(mesh: AppMesh, issues: IssueList): MeshView {
  return new View(mesh, issues).view();
}

/** A service in the making: the virtual service, if it has one, and the virtual nodes behind it. */
interface Draft {
  readonly id: string;
  readonly service?: VirtualService;
  readonly router?: VirtualRouter;
  readonly nodes: readonly VirtualNode[];
}

class View {
  private readonly nodes: ReadonlyMap<string, VirtualNode>;
  private readonly routers: ReadonlyMap<string, VirtualRouter>;
  private readonly drafts: readonly Draft[];
  /** Names of drafts, by draft and by virtual service. */
  private readonly names: ReadonlyMap<Draft, string>;

  constructor(
    private readonly mesh: AppMesh,
    private readonly issues: IssueList,
  ) {
    this.nodes = byName(mesh.virtualNodes);
    this.routers = byName(mesh.virtualRouters);
    const called = mesh.virtualServices.map((service) => this.draft(service));
    const behind = new Set(called.flatMap(({ nodes }) => nodes));
    const alone = mesh.virtualNodes.filter((node) => !behind.has(node)).map((node): Draft => ({ id: node.id ?? node.name, nodes: [node] }));
    this.drafts = [...called, ...alone];
    this.names = nameDrafts(this.drafts);
  }

  view(): MeshView {
    const external = externalNodes(this.mesh);
    const outside = this.drafts.filter(
      ({ service, nodes }) => service !== undefined && nodes.length === 1 && nodes.every((node) => external.has(node)),
    );
    const inside = this.drafts.filter((draft) => !outside.includes(draft));
    return {
      name: this.mesh.name,
      // https://docs.aws.amazon.com/app-mesh/latest/APIReference/API_EgressFilter.html
      ...(this.mesh.id === undefined ? {} : { egress: this.mesh.egressFilter === 'ALLOW_ALL' ? ('all' as const) : ('declared' as const) }),
      services: inside.map((draft) => this.serviceView(draft)).sort(byViewName),
      external: outside.flatMap((draft) => this.externalView(draft) ?? []).sort(byViewName),
      gateways: this.mesh.virtualGateways.map((gateway) => this.gatewayView(gateway)),
    };
  }

  private draft(service: VirtualService): Draft {
    const { provider } = service;
    const id = service.id ?? service.name;
    const at = `${id}.Spec.Provider`;
    if (provider === undefined) {
      this.fail(id, 'there is nothing behind this virtual service', 'give it a provider', 'MISSING');
      return { id, service, nodes: [] };
    }
    if (provider.kind === 'node') {
      const node = this.find(this.nodes, provider.name, 'virtual node', at);
      return { id, service, nodes: node === undefined ? [] : [node] };
    }
    const router = this.find(this.routers, provider.name, 'virtual router', at);
    if (router === undefined) return { id, service, nodes: [] };
    const named = [...new Set(router.routes.flatMap((route) => route.targets.map((target) => target.virtualNode)))].sort();
    const nodes = named.flatMap((name) => {
      const route = router.routes.find(({ targets }) => targets.some((target) => target.virtualNode === name));
      return this.find(this.nodes, name, 'virtual node', `${route?.id ?? router.name}.Spec`) ?? [];
    });
    return { id, service, router, nodes };
  }

  private find<T>(among: ReadonlyMap<string, T>, name: string, what: string, at: string): T | undefined {
    const found = among.get(name);
    if (found === undefined)
      new Reader(this.issues, at, name).fail('UNKNOWN_SERVICE', `this template has no ${what} "${name}"`, {
        got: null,
        ...suggest(name, [...among.keys()]),
      });
    return found;
  }

  private fail(at: string, message: string, fix?: string, code: IssueCode = 'CONFLICT'): void {
    new Reader(this.issues, at, undefined).fail(code, message, fix === undefined ? {} : { fix });
  }

  private serviceView(draft: Draft): ServiceView {
    const { service, nodes, router } = draft;
    const [first] = nodes;
    const listener = this.listenerOf(first);
    const routes = this.routesOf(draft);
    this.checkAlike(draft);
    const tls = serverTls(listener?.tls);
    const virtualPort = this.routerListener(router)?.port ?? listener?.port;
    return {
      name: this.names.get(draft) ?? draft.id,
      ...(service === undefined ? {} : { virtualHost: service.name, ...defined({ virtualPort }) }),
      ...(listener === undefined ? {} : { port: listener.port, protocol: listener.protocol }),
      ...defined({ tls }),
      calls: this.callsOf(draft),
      versions: nodes.map((node) => versionView(node, routes)),
      routes,
      ...this.upstreamPolicy(listener, first),
    };
  }

  private externalView(draft: Draft): ExternalView | undefined {
    const [node] = draft.nodes;
    const listener = this.listenerOf(node);
    if (node?.discovery?.kind !== 'dns' || listener === undefined) return undefined;
    return {
      name: this.names.get(draft) ?? draft.id,
      host: node.discovery.hostname,
      port: listener.port,
      protocol: listener.protocol,
      ...(draft.service === undefined
        ? {}
        : { virtualHost: draft.service.name, virtualPort: this.routerListener(draft.router)?.port ?? listener.port }),
      routes: this.routesOf(draft),
      ...this.upstreamPolicy(listener, node),
    };
  }

  private upstreamPolicy(listener: Listener | undefined, node: VirtualNode | undefined): UpstreamPolicyView {
    const healthCheck = this.healthCheckOf(listener, node?.id ?? node?.name ?? '');
    return {
      ...defined({ healthCheck }),
      circuitBreaker: circuitBreaker(listener?.connectionPool),
      ...(listener?.outlierDetection === undefined ? {} : { outlierDetection: listener.outlierDetection }),
    };
  }

  private healthCheckOf(listener: Listener | undefined, at: string): ActiveHealthCheck | undefined {
    const check = listener?.healthCheck;
    if (listener === undefined || check === undefined) return undefined;
    if (check.protocol !== listener.protocol)
      this.fail(
        `${at}.Spec.Listeners[0].HealthCheck.Protocol`,
        `the health check speaks ${check.protocol}, the listener ${listener.protocol}: a service says one for both`,
      );
    if (check.port !== undefined && check.port !== listener.port)
      this.fail(
        `${at}.Spec.Listeners[0].HealthCheck.Port`,
        `the health check asks port ${check.port}, not ${listener.port}, which a service cannot say`,
      );
    return activeHealthCheck(check);
  }

  /** A service listens on one port. */
  private listenerOf(
    of: { readonly id?: string; readonly name: string; readonly listeners: readonly Listener[] } | undefined,
  ): Listener | undefined {
    if (of === undefined) return undefined;
    if (of.listeners.length > 1)
      this.fail(
        `${of.id ?? of.name}.Spec.Listeners`,
        `there are ${of.listeners.length} listeners, and only the first is read`,
        'make a service of each',
      );
    return of.listeners[0];
  }

  private routerListener(router: VirtualRouter | undefined): VirtualRouter['listeners'][number] | undefined {
    if (router !== undefined && router.listeners.length > 1)
      this.fail(`${router.id ?? router.name}.Spec.Listeners`, `there are ${router.listeners.length} listeners, and only the first is read`);
    return router?.listeners[0];
  }

  /** What a topology says once for all versions must be the same in all nodes. */
  private checkAlike({ id, nodes }: Draft): void {
    const [first, ...others] = nodes;
    if (first === undefined) return;
    const facts = ({ listeners, backends, clientPolicy }: VirtualNode): Readonly<Record<string, unknown>> => ({
      ...listeners[0],
      backends,
      clientPolicy,
    });
    const wanted = facts(first);
    for (const other of others) {
      const found = facts(other);
      const differ = [...new Set([...Object.keys(wanted), ...Object.keys(found)])]
        .filter((key) => JSON.stringify(wanted[key]) !== JSON.stringify(found[key]))
        .sort();
      if (differ.length > 0)
        this.fail(
          other.id ?? other.name,
          `differs from "${first.name}" in ${differ.join(', ')}, though both are behind ${id}: versions of a service ` +
            'are alike but for their tasks',
          'make two services of them, or make them alike',
        );
    }
  }

  private callsOf({ nodes }: Draft): readonly CallView[] {
    const calls = new Map<string, CallView>();
    for (const node of nodes) {
      for (const [index, backend] of node.backends.entries()) {
        const to = this.target(backend.virtualService, `${node.id ?? node.name}.Spec.Backends[${index}]`);
        // The backend's own policy takes the place of the default one, an empty one too.
        const tls = clientTls((backend.clientPolicy ?? node.clientPolicy)?.tls);
        if (!calls.has(to)) calls.set(to, { to, ...defined({ tls }) });
      }
    }
    return [...calls.values()].sort((a, b) => (a.to < b.to ? -1 : 1));
  }

  /** The name of a called service; one that this template does not make is called by its virtual name. */
  private target(virtualService: string, at: string): string {
    const draft = this.drafts.find(({ service }) => service?.name === virtualService);
    if (draft !== undefined) return this.names.get(draft) ?? draft.id;
    this.find(byName(this.mesh.virtualServices), virtualService, 'virtual service', at);
    return virtualService;
  }

  private routesOf({ service, nodes, router }: Draft): readonly RouteView[] {
    if (service === undefined) return [];
    if (router === undefined) {
      const [node] = nodes;
      const listener = node?.listeners[0];
      return node === undefined
        ? []
        : [
            {
              match: EVERYTHING,
              targets: [{ version: node.name, weight: 1 }],
              timeouts: tightest(listener?.protocol ?? 'http', [listener?.timeouts]),
            },
          ];
    }
    const protocol = router.listeners[0]?.protocol;
    return inOrder(router.routes, this.issues).map((route) => {
      if (protocol !== undefined && protocol !== route.protocol)
        this.fail(route.id ?? route.name, `is a route for ${route.protocol}, and the router speaks ${protocol}`);
      return this.routeView(route);
    });
  }

  private routeView({ name, protocol, match, port, scheme, targets, timeouts, retry }: Route): RouteView {
    const listeners = targets.flatMap((target) => this.nodes.get(target.virtualNode)?.listeners[0] ?? []);
    const tight = tightest(protocol, [timeouts, ...listeners.map((listener) => listener.timeouts)]);
    // A limit for a try that is not below the one for all tries limits nothing.
    const perTry = retry?.perTrySeconds;
    const binds = perTry !== undefined && perTry > 0 && perTry < (tight.requestSeconds ?? Infinity);
    return {
      name,
      match,
      ...defined({ port, scheme }),
      targets: targets.map((target) => ({ version: target.virtualNode, weight: target.weight, ...defined({ port: target.port }) })),
      timeouts: { ...tight, ...(binds ? { perTrySeconds: perTry } : {}) },
      ...defined({
        retry:
          retry === undefined
            ? undefined
            : { maxRetries: retry.maxRetries, on: retry.on, unsentOnly: retry.on.every((event) => UNSENT.includes(event)) },
      }),
    };
  }

  private gatewayView(gateway: VirtualGateway): GatewayView {
    const listener = this.listenerOf(gateway);
    const tls = serverTls(listener?.tls);
    const healthCheck = this.healthCheckOf(listener, gateway.id ?? gateway.name);
    const client = clientTls(gateway.clientPolicy?.tls);
    return {
      name: gateway.name,
      ...(listener === undefined ? {} : { port: listener.port, protocol: listener.protocol }),
      ...defined({ tls, healthCheck }),
      circuitBreaker: circuitBreaker(listener?.connectionPool),
      ...defined({ clientTls: client }),
      routes: inOrder(gateway.routes, this.issues).map((route) => this.gatewayRouteView(route)),
    };
  }

  private gatewayRouteView(route: GatewayRoute): GatewayRouteView {
    const { name, match, hostname, port, virtualService } = route;
    if (route.targetPort !== undefined) {
      const target = this.drafts.find(({ service }) => service?.name === virtualService);
      const known = this.routerListener(target?.router)?.port ?? target?.nodes[0]?.listeners[0]?.port;
      if (known !== undefined && known !== route.targetPort)
        this.fail(`${route.id ?? name}.Spec`, `calls port ${route.targetPort} of "${virtualService}", which listens on ${known}`);
    }
    const rewrite = rewriteOf(route);
    return {
      name,
      match,
      ...defined({ hostname, port }),
      to: this.target(virtualService, `${route.id ?? name}.Spec`),
      ...defined({ rewrite }),
    };
  }
}

const EVERYTHING: RouteMatch = { headers: [], queryParameters: [] };

/**
 * By default, a gateway route calls the virtual service by its own name, and removes the prefix that it matched.
 * https://docs.aws.amazon.com/app-mesh/latest/userguide/gateway-routes.html
 */
function rewriteOf({ match, rewrite, protocol, virtualService }: GatewayRoute): GatewayRouteView['rewrite'] {
  const host = rewrite?.defaultHostname === 'DISABLED' ? undefined : virtualService;
  const prefix =
    protocol !== 'grpc' && match.path?.kind === 'prefix' && rewrite?.defaultPrefix !== 'DISABLED'
      ? (rewrite?.prefix ?? '/')
      : rewrite?.prefix;
  const path =
    rewrite?.exactPath !== undefined
      ? { kind: 'exact' as const, text: rewrite.exactPath }
      : prefix === undefined
        ? undefined
        : { kind: 'prefix' as const, text: prefix };
  return host === undefined && path === undefined ? undefined : defined({ path, host });
}

function versionView(node: VirtualNode, routes: readonly RouteView[]): VersionView {
  const { discovery } = node;
  const last = routes.find(takesEverything);
  const weight = last?.targets.find(({ version }) => version === node.name)?.weight;
  const attributes = discovery?.kind === 'cloudMap' && Object.keys(discovery.attributes).length > 0 ? discovery.attributes : undefined;
  return {
    name: node.name,
    ...defined({ discoveryHost: discovery === undefined ? undefined : discoveryHost(discovery), attributes, weight }),
  };
}

/** Cloud Map's service has this name in the namespace, whether or not it is asked by DNS. */
function discoveryHost(discovery: Discovery): string {
  return discovery.kind === 'dns' ? discovery.hostname : `${discovery.service}.${discovery.namespace}`;
}

/** The largest number is App Mesh's own default, and no limit. https://docs.aws.amazon.com/app-mesh/latest/userguide/envoy-defaults.html */
const NO_LIMIT = 2_147_483_647;

function circuitBreaker(pool: CircuitBreaker | undefined): CircuitBreaker {
  return Object.fromEntries(Object.entries(pool ?? {}).filter(([, limit]) => limit !== NO_LIMIT));
}

function activeHealthCheck({
  protocol,
  path,
  intervalSeconds,
  timeoutSeconds,
  healthyThreshold,
  unhealthyThreshold,
}: HealthCheck): ActiveHealthCheck {
  const asked = protocol === 'http' || protocol === 'http2' ? path : undefined;
  return { ...defined({ path: asked }), intervalSeconds, timeoutSeconds, healthyThreshold, unhealthyThreshold };
}

function byName<T extends { readonly name: string }>(all: readonly T[]): ReadonlyMap<string, T> {
  // The first of a name, as the second one has an issue.
  return new Map([...all].reverse().map((each) => [each.name, each]));
}

function byViewName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/**
 * The first label of the virtual name or, where there is none, of the name by which tasks are found; a virtual service
 * goes before a node that is not called. If that name is taken, a longer one.
 */
function nameDrafts(drafts: readonly Draft[]): ReadonlyMap<Draft, string> {
  const names = new Map<Draft, string>();
  const free = (name: string): boolean => ![...names.values()].includes(name);
  const claim = (claiming: readonly Draft[], nameOf: (draft: Draft) => string): void => {
    const wanted = claiming.filter((draft) => !names.has(draft)).map((draft) => [draft, nameOf(draft)] as const);
    for (const [draft, name] of wanted) if (free(name) && wanted.filter(([, other]) => other === name).length === 1) names.set(draft, name);
  };
  for (const group of [drafts.filter(({ service }) => service !== undefined), drafts.filter(({ service }) => service === undefined)]) {
    for (const nameOf of [
      (draft: Draft) => FIRST_LABEL.exec(fullName(draft))?.[0] ?? fullName(draft),
      fullName,
      ({ id, nodes }: Draft) => nodes[0]?.name ?? id,
    ])
      claim(group, nameOf);
  }
  return names;
}

function fullName({ id, service, nodes: [node] }: Draft): string {
  const found = service?.name ?? (node?.discovery === undefined ? undefined : discoveryHost(node.discovery));
  // A text that CloudFormation fills in is of no use to a reader.
  return found === undefined || found.startsWith('${') ? (node?.name ?? found ?? id) : found;
}

/** Up to the first dot outside of `${...}`. */
const FIRST_LABEL = /^(\$\{([^{}]|\$\{[^{}]*\})*\}|[^.])+/;
