import { servicesOf } from '../model/route-targets';
import { CLOUD_MAP } from '../limits/discovery';
import { LOAD_BALANCER_NAME } from '../model/constants';
import { displayValue } from '../reading/input';
import type { IssueList } from '../reading/issues';
import type { EdgeTopology, ExternalService, Service, Sizing, Topology, Warning } from '../model/topology';
import { isCalled, maxTasks, serviceAs } from '../model/topology';
import { ownerOf } from '../model/service-ports';
import { everyCaller } from '../model/callers';
import { checkShared } from './network/check-shared';
import { checkApex, checkHostNames, parseDomain, parseName, parseNamespace } from './network/parse-names';
import { checkZone, parseZone } from './network/parse-zone';
import { checkAllow } from './security/check-allow';
import { checkSharedAuthority } from './security/check-shared-authority';
import { failWithoutPort } from './service/check-worker';
import { environmentCheck } from './service/check-environment';
import { checkExec } from './service/check-exec';
import { apart, checkCallers, connectRules } from './security/parse-allow';
import { parseCertificates } from './security/parse-certificates';
import { parseGroups } from './parse-groups';
import { parseObservability } from './observability/parse-observability';
import { checkPrometheusPort, parsePrometheus } from './observability/parse-prometheus';
import { parseTracing } from './observability/parse-tracing';
import { FIELDS, PLACES } from './places';
import { parseEdges } from './edge/parse-edges';
import { callsOfClients, parseClients } from './clients/parse-clients';
import type { ClientGateway } from '../model/clients';
import { clientsOf } from '../model/clients';
import { parseEgress } from './network/parse-egress';
import type { DraftExternal } from './service/parse-external';
import { EXTERNAL_CALL_POLICY_FIELDS, externalWarnings, parseExternals } from './service/parse-external';
import type { DraftService } from './service/parse-service';
import { withPorts } from './service/parse-ports';
import { checkLoadBalancerName, checkWorkloadNames, workloadNamesOf } from './service/check-names';
import type { Callees } from './service/check-virtual-ports';
import { checkVirtualPorts } from './service/check-virtual-ports';
import { parseJob } from './service/parse-job';
import { parseService, unknownService } from './service/parse-service';
import type { MeshDefaults } from './workload/parse-sizing';
import { parseArchitecture } from './workload/parse-architecture';
import { parseCapacities, parseCapacityProviders } from './workload/parse-capacity';
import type { CallPolicy } from '../model/traffic-policy';
import { CALL_POLICY_FIELDS, parseCallPolicy } from './traffic/parse-call-policy';
import { warnOfMirrors } from './workload/parse-versions';
import { warnOfNoTasks } from './workload/warn-of-no-tasks';
import { warnOfFaults } from './traffic/parse-faults';
import { Reader, suggest } from '../reading/reader';
import { reportsCalls, warnOfLostMetrics } from './observability/warn-of-lost-metrics';
import { checkShiftsHaveMetrics } from './workload/parse-shift';
import { parseLogDriver } from './workload/parse-log-driver';
import { parseMesh } from '../mesh/select-provider';
import { footprintOf, footprintWithPrometheus } from '../model/task-footprint';
import { defined } from '../defined';

/** The raw input with CDK objects replaced by markers (see input.ts), and what the construct knows beside the props. */
export interface TopologyInput {
  readonly props: unknown;
  /** A valid mesh name, made from the construct's id. */
  readonly defaultName: string;
}

/**
 * Reads the topology. Adds every mistake to `issues`; the result is complete only if there is none.
 * Reading never throws, whatever the input.
 */
export function parseTopology(input: TopologyInput, issues: IssueList): Topology {
  const root = new Reader(issues, '', input.props, PLACES);
  root.checkFields(FIELDS);
  const name = parseName(root, input.defaultName);
  const zone = parseZone(root.field('zone'));
  const domain = parseDomain(root.field('domain'), zone ?? `${name}.internal`, root.field('zone'));
  const namespace = root.field('namespace');
  const discoveryDomain = parseNamespace(namespace, domain) ?? `tasks.${domain}`;
  checkShared(root);
  const { provider, settings: mesh } = parseMesh(root.field('mesh'), root.field('services'));
  const certificates = parseCertificates(root.field('certificates'));
  const tracing = parseTracing(root.field('tracing'), name);
  const { settings: logDriver, footprint: fixed } = parseLogDriver(root.field('logs'), footprintOf(provider.footprint, tracing));
  const prometheusAt = root.field('observability').field('prometheus');
  const prometheus = parsePrometheus(prometheusAt, fixed);
  const footprint = footprintWithPrometheus(prometheus, fixed);
  const capacities = parseCapacities(root.field('capacityProviders'), root.field('cluster'));
  const defaults: MeshDefaults = {
    capacities,
    architecture: parseArchitecture(root.field('cpuArchitecture')) ?? 'ARM64',
    capacityProviders: parseCapacityProviders(root.field('capacityProviderStrategies'), capacities) ?? [],
    enableExecuteCommand: root.field('enableExecuteCommand').boolean() ?? false,
  };

  const servicesAt = root
    .field('services')
    .required('at least one service', "add one, such as ui: { image, port: 8080, calls: ['catalog'] }");
  const entries = [...servicesAt.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  if (servicesAt.empty)
    servicesAt.fail('MISSING', 'a mesh needs at least one service', { fix: 'add one, such as ui: { image, port: 8080 }' });
  const jobs = [...root.field('jobs').entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  const declared = entries.map(([key]) => key);
  for (const [key, at] of jobs)
    if (declared.includes(key))
      at.fail('NAME_CLASH', `"${key}" is a service, too, and both would have one identity`, {
        got: null,
        fix: 'give one of the two another name',
      });
  const { declared: outside, drafts: externals } = parseExternals(
    root.field('external'),
    new Set([...declared, ...jobs.map(([key]) => key)]),
    [domain, discoveryDomain],
    footprint,
  );
  const egress = parseEgress(root.field('egress'));
  const parsed = entries.flatMap(([key, at]) => parseService(key, at, defaults, footprint) ?? []);
  const drafts = [
    ...parsed.flatMap((draft) => withPorts(draft, footprint)),
    ...jobs.filter(([key]) => !declared.includes(key)).flatMap(([key, at]) => parseJob(key, at, defaults, { footprint, outside }) ?? []),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
  const callees = calleesOf(drafts, externals);
  const callable = new Set([...declared, ...drafts.map(({ name }) => name), ...jobs.map(([key]) => key), ...outside]);
  for (const draft of drafts) {
    checkCalls(draft, callable, callees);
    checkOverrides(draft);
    checkVirtualPorts(draft, drafts, callees, footprint);
    checkHostNames({ ...draft, registered: workloadNamesOf(draft) }, domain, discoveryDomain, namespace);
  }
  checkLoadBalancerName(drafts);
  const { edges, unknownGateways } = parseEdges(root, { services: drafts, declared, external: outside, defaults });
  const clientGateway = parseClients(root, {
    ...{ services: drafts, external: outside, edges, defaults, domain, discoveryDomain },
    authenticated: certificates.kind !== 'none',
  });
  checkWorkloadNames(drafts, outside, { edges, clientGateway }, issues);
  checkPrometheusPort(prometheusAt, prometheus, edges);
  const groups = parseGroups(root.field('groups'), [
    ...root.field('services').values(),
    ...root.field('jobs').values(),
    ...root.field('edges').values(),
    root.field('edge'),
  ]);
  const registered = [
    ...drafts.flatMap(workloadNamesOf),
    ...edges.map(({ gatewayName }) => gatewayName),
    ...(clientGateway === undefined ? [] : [clientGateway.name]),
  ];
  for (const each of registered) checkApex(each, domain, discoveryDomain, namespace);
  checkZone(root.field('zone'), zone, { domain, discoveryDomain, registered });

  const measured = [
    ...drafts.map((draft) => draft.name),
    ...edges.map(({ gatewayName }) => gatewayName),
    ...(clientGateway === undefined ? [] : [clientGateway.name]),
  ];
  const observability = parseObservability(root.field('observability'), measured, prometheus);
  const warnings = [...checkSharedAuthority(certificates, domain, root.field('domain').absent)];
  const { services, external } = connect(drafts, externals, {
    domain,
    discoveryDomain,
    edges,
    clientGateway,
    unknownGateways,
    addresses: provider.virtualAddresses([...drafts, ...externals].map((draft) => draft.name)),
    authenticated: certificates.kind !== 'none',
  });
  const checkEnvironment = environmentCheck([...services.filter(isCalled), ...external], { domain, discoveryDomain });
  for (const service of services) {
    warnings.push(
      ...ofAllVersions(service, checkEnvironment),
      ...checkAllow(service, clientsOf({ clientGateway }, service)),
      ...ofAllVersions(service, checkExec),
      ...warnOfFaults(service.path, service.policy.faults),
      ...warnOfMirrors(service),
      ...warnOfNoTasks(service),
    );
  }
  for (const each of external) warnings.push(...externalWarnings(each));
  checkShiftsHaveMetrics(entries, (each) => reportsCalls(each, { services, ...defined({ logDriver }) }));
  warnings.push(...warnOfLostMetrics({ services, certificates, ...defined({ logDriver, observability }) }));
  return deepFreeze({
    name,
    domain,
    discoveryDomain,
    trustDomain: domain,
    mesh,
    certificates,
    ...defined({ tracing, observability, logDriver }),
    services,
    external,
    egress,
    edges,
    ...defined({ clientGateway, groups }),
    warnings,
  });
}

/** By name. Where two have one name, which is an issue, the service. */
function calleesOf(drafts: readonly DraftService[], externals: readonly DraftExternal[]): Callees {
  return new Map([...externals, ...drafts].map((draft) => [draft.name, draft]));
}

/** Of which service it is a port. */
function additionalOf(callee: DraftService | DraftExternal | undefined): string | undefined {
  return callee !== undefined && 'additionalPort' in callee ? callee.additionalPort?.service : undefined;
}

function checkCalls(draft: DraftService, declared: ReadonlySet<string>, callees: Callees): void {
  const seen = new Set<string>();
  for (const call of draft.calls) {
    if (call.name === draft.name || additionalOf(callees.get(call.name)) === draft.name)
      call.at.fail('CALLS_ITSELF', `"${draft.name}" calls itself`, { fix: 'remove it: a service reaches its own container on 127.0.0.1' });
    else if (!declared.has(call.name))
      unknownService(
        call.at,
        call.name,
        [...declared].filter((name) => name !== draft.name),
      );
    else if (seen.has(call.name)) call.at.fail('DUPLICATE', `"${call.name}" is listed twice`, { fix: 'remove one' });
    else {
      const callee = callees.get(call.name);
      if (callee !== undefined && 'path' in callee && callee.port === undefined) failWithoutPort(call.at, callee);
    }
    seen.add(call.name);
  }
}

function checkOverrides(draft: DraftService): void {
  const calls = [...new Set(draft.calls.map((call) => call.name))].sort();
  for (const { at, callee } of draft.overrides) {
    if (!calls.includes(callee))
      at.fail('UNDECLARED_CALL', `"${draft.name}" does not call ${displayValue(callee)}`, {
        got: null,
        ...(calls.length === 0 ? { fix: 'remove it, or list the service in calls' } : suggest(callee, calls)),
      });
  }
}

/** What is to be said of a service, and of a version only if it is not said of the service. */
function ofAllVersions(service: Service, check: (service: Service) => readonly Warning[]): Warning[] {
  const own = check(service);
  const known = new Set(own.map(({ path, message }) => `${path} ${message}`));
  const prefix = `${service.path}.`;
  const ofVersions = (service.versions ?? []).flatMap((version) =>
    check(serviceAs(service, version))
      .filter(({ path, message }) => !known.has(`${path} ${message}`))
      .map((warning) => ({ ...warning, path: `${prefix}versions.${version.name}.${warning.path.slice(prefix.length)}` })),
  );
  return [...own, ...ofVersions];
}

interface Surroundings {
  readonly domain: string;
  readonly discoveryDomain: string;
  readonly edges: readonly EdgeTopology[];
  readonly clientGateway: ClientGateway | undefined;
  readonly unknownGateways: readonly string[];
  /** What virtual names resolve to. */
  readonly addresses: ReadonlyMap<string, string>;
  /** Whether callers have identities. */
  readonly authenticated: boolean;
}

function connect(
  drafts: readonly DraftService[],
  externals: readonly DraftExternal[],
  surroundings: Surroundings,
): Pick<Topology, 'services' | 'external'> {
  return {
    services: connectServices(drafts, externals, surroundings),
    external: connectExternals(externals, drafts, surroundings),
  };
}

/** Of each name that is listed, those that list it, in their order. */
function listedBy(lists: readonly (readonly [owner: string, names: readonly string[]])[]): ReadonlyMap<string, readonly string[]> {
  const owners = new Map<string, string[]>();
  for (const [owner, names] of lists) {
    for (const name of new Set(names)) {
      const known = owners.get(name);
      if (known === undefined) owners.set(name, [owner]);
      else known.push(owner);
    }
  }
  return owners;
}

function connectExternals(
  externals: readonly DraftExternal[],
  drafts: readonly DraftService[],
  { domain, addresses }: Surroundings,
): readonly ExternalService[] {
  const callersOf = listedBy(drafts.map(({ name, calls }) => [name, calls.map((call) => call.name)]));
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- cursors and APIs are no plain data
  return externals.map(({ at, ...external }) => ({
    ...external,
    callers: callersOf.get(external.name) ?? [],
    address: addresses.get(external.name) ?? '',
    virtualHost: `${external.name}.${domain}`,
  }));
}

function connectServices(
  drafts: readonly DraftService[],
  externals: readonly DraftExternal[],
  { domain, discoveryDomain, edges, clientGateway, unknownGateways, addresses, authenticated }: Surroundings,
): readonly Service[] {
  const names = new Set(drafts.map((draft) => draft.name));
  const outside = new Set(externals.map((external) => external.name).filter((name) => !names.has(name)));
  const callees = calleesOf(drafts, externals);
  const callersOf = listedBy(drafts.map(({ name, calls }) => [name, calls.map((call) => call.name).filter((callee) => callee !== name)]));
  const gatewaysOf = listedBy([
    ...edges.map(({ gatewayName, routes }) => [gatewayName, routes.flatMap(servicesOf)] as const),
    ...callsOfClients(clientGateway),
  ]);
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- cursors and APIs are no plain data
  return drafts.map(({ at, grpcApi, calls, rules, namedCallers, overrides, versions: draftVersions, ...draft }) => {
    const versions = draftVersions?.map((version) => ({
      ...version,
      discoveryHost: `${version.workloadName}.${discoveryDomain}`,
      discovery: discoveryOf(version),
    }));
    const callers = callersOf.get(draft.name) ?? [];
    const gateways = gatewaysOf.get(draft.name) ?? [];
    const loadBalancer = draft.loadBalancerTarget !== undefined;
    const nameable = {
      callers: [...everyCaller({ callers, gateways }), ...(loadBalancer ? [LOAD_BALANCER_NAME] : [])],
      loadBalancer,
      clients: clientsOf({ clientGateway }, draft),
      gateways: edges.map(({ gatewayName }) => gatewayName),
      unknownGateways,
    };
    const allow = rules === undefined ? undefined : connectRules(rules, nameable, authenticated);
    for (const named of namedCallers) checkCallers(named, nameable, authenticated);
    return {
      ...draft,
      policy: {
        ...draft.policy,
        rateLimits: draft.policy.rateLimits.map((limit) => apart(limit, nameable)),
        faults: draft.policy.faults.map((fault) => apart(fault, nameable)),
      },
      calls: [...new Set(calls.map((call) => call.name))].filter((name) => names.has(name) && name !== draft.name).sort(),
      callsExternal: [...new Set(calls.map((call) => call.name))].filter((name) => outside.has(name)).sort(),
      callers,
      address: addresses.get(draft.name) ?? '',
      virtualHost: `${draft.name}.${domain}`,
      discoveryHost: `${ownerOf(draft)}.${discoveryDomain}`,
      gateways,
      callOverrides: Object.fromEntries(
        overrides.flatMap(({ at: override, callee }): [string, Partial<CallPolicy>][] => {
          const called = callees.get(callee);
          override.required('an object', 'remove it, or write what is to be another way, such as { timeout }');
          return called === undefined || !override.checkFields(outside.has(callee) ? EXTERNAL_CALL_POLICY_FIELDS : CALL_POLICY_FIELDS)
            ? []
            : [[callee, parseCallPolicy(override, called.protocol)]];
        }),
      ),
      // Of a service with versions: whether any is found that way, which is what retries look at.
      discovery:
        versions === undefined ? discoveryOf(draft) : versions.some(({ discovery }) => discovery === 'cloudMap') ? 'cloudMap' : 'dns',
      ...defined({ versions, allow }),
    };
  });
}

function discoveryOf(sizing: Sizing): Service['discovery'] {
  return maxTasks(sizing) > CLOUD_MAP.dnsAnswers.value ? 'cloudMap' : 'dns';
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  Object.freeze(value);
  for (const child of Object.values(value)) deepFreeze(child);
  return value;
}
