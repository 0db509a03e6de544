import { servicesBehind } from '../../model/callers';
import type { IssueCode, IssueList } from '../../reading/issues';
import type { EdgeTopology, Service } from '../../model/topology';
import type { AppMeshSettings, AppMeshTopology } from './settings';
import { maxTasks } from '../../model/topology';
import { ROUTE_HEADER } from '../../model/edge-headers';
import { APP_MESH } from '../../limits/app-mesh';
import { CLOUD_MAP } from '../../limits/discovery';
import type { Limit } from '../../limits/limit';
import { rangeOf } from '../../limits/limit';
import { APP_MESH_EGRESS_PORT } from '../../contract/ports';
import { APP_MESH_GROUP, APP_MESH_USER } from '../../model/images';
import { defaultCallPolicy, externalCallPolicy } from '../../model/defaults';
import type { CallPolicy, RetryPolicy, ServiceRoute, Timeouts, ValueMatch } from '../../model/traffic-policy';
import { Reader } from '../../reading/reader';
import { NO_RETRY_BUDGET, NO_STREAM_TIMEOUT } from './capabilities';
import { INGRESS_PORT } from './constants';
import { isExpressible } from './duration';
import { MAX_INVERTED, mayBeMissing } from './missing-headers';
import { taskGroupsOf } from './targets';
import { acmCertificateOf } from './tls';
import { routeName } from './virtual-gateway';

interface Range {
  readonly min: number;
  readonly max: number;
}

/** Says where the user asked for what App Mesh does not have, or has within other limits. */
class Checker {
  constructor(private readonly issues: IssueList) {}

  /** Something that `Mesh.envoy()` does. */
  unsupported(path: string, why: string): void {
    this.fail('UNSUPPORTED_BY_MESH', path, `Mesh.appMesh() cannot do this: ${why}`, { fix: 'remove it, or use Mesh.envoy()' });
  }

  fail(code: IssueCode, path: string, message: string, more: { readonly allowed?: string; readonly fix?: string }): void {
    new Reader(this.issues, path, undefined).fail(code, message, more);
  }

  within(path: string, what: string, value: number | undefined, { min, max }: Range): void {
    if (value === undefined || (value >= min && value <= max)) return;
    this.fail('OUT_OF_RANGE', path, `App Mesh does not take ${value} for ${what}`, { allowed: `${min} to ${max}` });
  }

  duration(path: string, what: string, seconds: number | undefined): void {
    if (seconds === undefined || isExpressible(seconds)) return;
    this.fail('OUT_OF_RANGE', path, `App Mesh does not take ${seconds} seconds for ${what}`, { allowed: 'whole milliseconds' });
  }

  text(path: string, what: string, text: string | undefined, { value: max }: Limit): void {
    if (text === undefined || (text.length >= 1 && text.length <= max)) return;
    this.fail('OUT_OF_RANGE', path, `App Mesh does not take ${what} of ${text.length} characters`, { allowed: `1 to ${max} characters` });
  }
}

/**
 * Nothing of what the user wrote is dropped: what App Mesh has no word for is an issue. Limits are those of its API.
 * https://docs.aws.amazon.com/app-mesh/latest/APIReference/API_Types.html
 */
export function checkPolicy(topology: AppMeshTopology, mesh: AppMeshSettings, issues: IssueList): void {
  const check = new Checker(issues);
  for (const service of topology.services) {
    const at = `services.${service.name}`;
    checkCallPolicy(check, at, service);
    service.policy.routes.forEach((route, index) => {
      checkRoute(check, `${at}.routes[${index}]`, service, route);
    });
    checkVersions(check, at, service);
    checkTask(check, at, service, mesh);
    checkCalledPorts(check, at, service, topology, mesh);
  }
  checkExternal(check, topology);
  for (const edge of topology.edges) checkEdge(check, topology, edge);
}

function checkCallPolicy(check: Checker, at: string, { protocol, callPolicy }: Service): void {
  const standard = defaultCallPolicy(protocol);
  checkTimeouts(check, `${at}.timeout`, callPolicy.timeouts);
  checkRetry(check, `${at}.retry`, callPolicy.retry, protocol);
  checkCircuitBreaker(check, `${at}.circuitBreaker`, callPolicy, protocol);
  checkOutlierDetection(check, `${at}.outlierDetection`, callPolicy, standard);
  const health = callPolicy.activeHealthCheck;
  if (health === undefined) return;
  const path = `${at}.activeHealthCheck`;
  check.within(path, 'the interval in seconds', health.intervalSeconds, rangeOf(APP_MESH.healthInterval));
  check.within(path, 'the timeout in seconds', health.timeoutSeconds, rangeOf(APP_MESH.healthTimeout));
  check.within(path, 'the healthy threshold', health.healthyThreshold, rangeOf(APP_MESH.healthThreshold));
  check.within(path, 'the unhealthy threshold', health.unhealthyThreshold, rangeOf(APP_MESH.healthThreshold));
}

function checkTimeouts(check: Checker, path: string, { requestSeconds, perTrySeconds, idleSeconds }: Timeouts): void {
  check.duration(path, 'a request', requestSeconds);
  check.duration(path, 'a try', perTrySeconds);
  check.duration(path, 'silence', idleSeconds);
}

const GRPC_EVENTS: readonly string[] = ['cancelled', 'deadline-exceeded', 'internal', 'resource-exhausted', 'unavailable'];

function checkRetry(check: Checker, path: string, { on = [] }: RetryPolicy, protocol: Service['protocol']): void {
  const foreign = on.filter((event) => protocol !== 'grpc' && GRPC_EVENTS.includes(event));
  if (foreign.length > 0) check.unsupported(path, `${foreign.join(', ')}: it looks for a status of gRPC in gRPC services only`);
}

function checkCircuitBreaker(check: Checker, path: string, { circuitBreaker }: CallPolicy, protocol: Service['protocol']): void {
  const known = { http: ['maxConnections', 'maxPendingRequests'], http2: ['maxRequests'], grpc: ['maxRequests'], tcp: ['maxConnections'] }[
    protocol
  ];
  for (const [name, value] of Object.entries(circuitBreaker) as [string, number | undefined][]) {
    if (value === undefined) continue;
    if (!known.includes(name)) check.unsupported(path, `it limits ${known.join(' and ')} of a service of this protocol, not ${name}`);
    check.within(path, name, value, { min: 1, max: 2_147_483_647 });
  }
}

function checkOutlierDetection(check: Checker, path: string, { outlierDetection: settings }: CallPolicy, standard: CallPolicy): void {
  if (settings === undefined) return;
  const { consecutiveGatewayErrors, consecutiveServerErrors, intervalSeconds, baseEjectionSeconds, maxEjectionPercent } = settings;
  const changed = JSON.stringify(settings) !== JSON.stringify(standard.outlierDetection);
  if (changed && consecutiveServerErrors === undefined)
    check.unsupported(path, 'it counts every 5xx (consecutiveServerErrors), not failed connections, 502, 503 and 504 alone');
  else if (consecutiveGatewayErrors !== undefined && consecutiveGatewayErrors !== standard.outlierDetection?.consecutiveGatewayErrors)
    check.unsupported(
      path,
      'it counts every 5xx (consecutiveServerErrors), and has no count of failed connections, 502, 503 and 504 beside it',
    );
  check.within(path, 'the errors in a row', consecutiveServerErrors, { min: 1, max: Number.MAX_SAFE_INTEGER });
  check.duration(path, 'the interval', intervalSeconds);
  check.duration(path, 'an ejection', baseEjectionSeconds);
  check.within(path, 'the percentage of tasks', maxEjectionPercent, { min: 0, max: 100 });
}

/** https://docs.aws.amazon.com/app-mesh/latest/APIReference/API_HttpRouteMatch.html */
const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'];
const MAX_MATCHES = APP_MESH.matches.value;

function checkRoute(check: Checker, at: string, service: Service, route: ServiceRoute): void {
  const { match } = route;
  if (route.timeouts !== undefined) checkTimeouts(check, `${at}.timeout`, route.timeouts);
  if (route.timeouts?.streamSeconds !== undefined) check.unsupported(`${at}.timeout`, NO_STREAM_TIMEOUT.no);
  if (route.retry !== undefined) checkRouteRetry(check, `${at}.retry`, route.retry, service);
  checkPath(check, `${at}.match`, service, route);
  for (const method of (match.methods ?? []).filter((each) => !METHODS.includes(each)))
    check.unsupported(`${at}.match.methods`, `it does not know the method ${method}, only ${METHODS.join(', ')}`);
  checkHeaders(check, `${at}.match.headers`, match.headers, service.versionHeader);
  check.within(`${at}.match.queryParameters`, 'the number of query parameters', match.queryParameters.length, rangeOf(APP_MESH.matches));
  for (const { name, kind, invert, text } of match.queryParameters) {
    if (invert || (kind !== 'exact' && kind !== 'present'))
      check.unsupported(
        `${at}.match.queryParameters`,
        `of the query parameter "${name}" it compares the whole text, or looks whether it is there`,
      );
    check.text(`${at}.match.queryParameters`, 'a text', kind === 'exact' ? text : undefined, APP_MESH.matchText);
  }
  if (service.protocol === 'grpc' && match.queryParameters.length > 0)
    check.unsupported(`${at}.match.queryParameters`, 'a gRPC call has none');
  checkWeights(check, `${at}.versions`, Object.values(route.versions ?? {}));
}

/** A route that says something of retries has a budget of its own, or the default. */
function checkRouteRetry(check: Checker, path: string, retry: RetryPolicy, { protocol }: Service): void {
  const { budgetPercent, minConcurrency } = defaultCallPolicy(protocol).retry;
  checkRetry(check, path, retry, protocol);
  if (retry.backoff !== undefined || retry.budgetPercent !== budgetPercent || retry.minConcurrency !== minConcurrency)
    check.unsupported(path, NO_RETRY_BUDGET.no);
}

function checkPath(check: Checker, at: string, { protocol }: Service, { match: { path } }: ServiceRoute): void {
  if (path === undefined) return;
  if (protocol !== 'grpc') {
    check.text(at, 'a path', path.text, APP_MESH.matchText);
    return;
  }
  const [, service = '', method = ''] = path.text.split('/');
  const whole = path.kind === 'exact' ? method !== '' : path.kind === 'prefix' && path.text === (service === '' ? '/' : `/${service}/`);
  if (!whole || (path.text.split('/').length !== 3 && path.text !== '/'))
    check.unsupported(at, 'of a gRPC call it compares the whole name of the service, or of service and method');
  check.text(at, 'the name of a method', method === '' ? undefined : method, APP_MESH.methodName);
}

/** A header that chooses a version is one more condition of each route. */
function checkHeaders(check: Checker, at: string, matches: readonly ValueMatch[], versionHeader: string | undefined): void {
  check.within(at, `the number of headers${versionHeader === undefined ? '' : ` (the versionHeader is one more)`}`, matches.length, {
    min: 0,
    max: versionHeader === undefined ? MAX_MATCHES : MAX_MATCHES - 1,
  });
  const inverted = matches.filter(mayBeMissing);
  if (inverted.length > MAX_INVERTED)
    check.unsupported(
      at,
      `for each header that must not be something (${inverted.map(({ name }) => `"${name}"`).join(', ')}) it needs twice as ` +
        'many routes, one for another value and one for none, and this library makes four at most of one',
    );
  for (const { name, kind, text } of matches) {
    check.text(at, 'the name of a header', name, APP_MESH.headerName);
    check.text(at, 'a text', kind === 'present' || kind === 'range' ? undefined : (text ?? ''), APP_MESH.matchText);
  }
}

function checkVersions(check: Checker, at: string, { versions = [], versionHeader }: Service): void {
  check.text(`${at}.versionHeader`, 'the name of a header', versionHeader, APP_MESH.headerName);
  checkWeights(
    check,
    `${at}.versions`,
    versions.map(({ weight }) => weight),
  );
  check.within(`${at}.versions`, 'the number of versions', versions.length, rangeOf(APP_MESH.targets));
}

function checkWeights(check: Checker, path: string, weights: readonly number[]): void {
  for (const weight of weights)
    if (!Number.isInteger(weight) || weight > APP_MESH.weight.value)
      check.fail('OUT_OF_RANGE', path, `App Mesh does not take ${weight} for a weight`, {
        allowed: `whole numbers from 0 to ${APP_MESH.weight.value}`,
      });
}

function checkTask(check: Checker, at: string, service: Service, mesh: AppMeshSettings): void {
  for (const [port, owner] of [
    [INGRESS_PORT, 'what arrives'],
    [APP_MESH_EGRESS_PORT, 'what leaves'],
  ] as const) {
    const taken = [
      { path: `${at}.port`, port: service.port },
      ...service.extraContainers.flatMap((container) =>
        container.ports.map((each) => ({ path: `${at}.extraContainers.${container.name}.ports`, port: each })),
      ),
    ];
    for (const each of taken)
      if (each.port === port)
        check.fail('RESERVED_PORT', each.path, `port ${port} is where App Mesh's Envoy takes ${owner}`, { fix: 'choose another port' });
  }
  const containers = [
    { path: `${at}.user`, user: service.user },
    ...service.extraContainers.map(({ name, user }) => ({ path: `${at}.extraContainers.${name}.user`, user })),
  ];
  for (const { path, user } of containers) {
    const [name, group] = user?.split(':') ?? [];
    if (name === APP_MESH_USER)
      check.fail('INVALID_VALUE', path, `what user ${APP_MESH_USER} sends passes by App Mesh's Envoy`, { fix: 'choose another user' });
    else if (group === APP_MESH_GROUP)
      check.fail('INVALID_VALUE', path, `what group ${APP_MESH_GROUP} sends passes by App Mesh's Envoy`, { fix: 'choose another group' });
  }
  for (const group of taskGroupsOf(service)) {
    if (mesh.discovery === 'dns' && maxTasks(group.version ?? service) > CLOUD_MAP.dnsAnswers.value)
      check.fail(
        'CONFLICT',
        'mesh.dnsDiscovery',
        `"${group.name}" can have more tasks than the ${CLOUD_MAP.dnsAnswers.value} that DNS names`,
        {
          fix: 'leave dnsDiscovery out, or lower the number of tasks',
        },
      );
  }
}

/**
 * A TCP connection names no host, so Envoy distinguishes services by their ports alone.
 * https://docs.aws.amazon.com/app-mesh/latest/userguide/troubleshoot-connectivity.html#ts-connectivity-virtual-node-router
 */
function checkCalledPorts(
  check: Checker,
  at: string,
  caller: Service,
  { services, external }: AppMeshTopology,
  { ignoredEgressPorts }: AppMeshSettings,
): void {
  const called = [
    ...services
      .filter(({ name }) => caller.calls.includes(name))
      .map(({ name, protocol, virtualPort }) => ({ name, path: `services.${name}`, protocol, virtualPort })),
    ...external
      .filter(({ name }) => caller.callsExternal.includes(name))
      .map(({ name, protocol, virtualPort }) => ({ name, path: `external.${name}`, protocol, virtualPort })),
  ];
  for (const { name, path, virtualPort } of called) {
    if (!ignoredEgressPorts.includes(virtualPort)) continue;
    check.fail(
      'PORT_CLASH',
      `${at}.calls`,
      `"${name}" is called on port ${virtualPort}, which passes by Envoy (mesh.ignoredEgressPorts): the calls would arrive nowhere`,
      { fix: `take ${virtualPort} out of ignoredEgressPorts, or set ${path}.virtualPort to another port` },
    );
  }
  for (const [index, callee] of called.entries()) {
    const other = called
      .slice(0, index)
      .find(({ protocol, virtualPort }) => virtualPort === callee.virtualPort && (protocol === 'tcp' || callee.protocol === 'tcp'));
    if (other === undefined) continue;
    check.fail(
      'PORT_CLASH',
      `${at}.calls`,
      `"${other.name}" and "${callee.name}" are both called on port ${callee.virtualPort}, and App Mesh tells TCP services ` +
        'apart by their ports',
      { fix: `set ${callee.path}.virtualPort to another port` },
    );
  }
}

function checkExternal(check: Checker, { external }: AppMeshTopology): void {
  for (const { name, tls, protocol, callPolicy } of external) {
    const standard = externalCallPolicy(protocol);
    for (const [prop, field] of [
      ['timeout', 'timeouts'],
      ['circuitBreaker', 'circuitBreaker'],
      ['retry', 'retry'],
    ] as const) {
      if (JSON.stringify(callPolicy[field]) !== JSON.stringify(standard[field]))
        check.unsupported(`external.${name}.${prop}`, 'a host outside of the mesh gets no policy of its own');
    }
    if (!tls && protocol !== 'tcp')
      check.unsupported(
        `external.${name}`,
        'its routes do not put the name of the host in place of the virtual name. Protocol.TCP passes everything on as it is',
      );
  }
}

function checkEdgeRoute(check: Checker, edge: string, key: string): void {
  const path = `${edge}.routes[${JSON.stringify(key)}]`;
  check.text(path, `a value of ${ROUTE_HEADER}`, key, APP_MESH.matchText);
  const name = routeName(key);
  if (key.length <= APP_MESH.matchText.value && name.length > APP_MESH.name.value)
    check.fail(
      'OUT_OF_RANGE',
      path,
      `the name of its gateway route, in which all but letters, digits and hyphens is escaped, would have ${name.length} characters`,
      { allowed: `at most ${APP_MESH.name.value}`, fix: 'shorten the route' },
    );
}

function checkEdge(check: Checker, topology: AppMeshTopology, edge: EdgeTopology): void {
  if (edge.cors !== undefined)
    check.unsupported(`${edge.path}.cors`, 'a virtual gateway answers no preflight requests, and adds no headers');
  for (const { key } of edge.routes) checkEdgeRoute(check, edge.path, key);
  const routed = servicesBehind(topology, edge);
  const byAcm = routed.filter((service) => acmCertificateOf(topology, service) !== undefined);
  if (byAcm.length > 0 && byAcm.length < routed.length) {
    check.fail(
      'CONFLICT',
      'mesh.serverCertificates',
      `a virtual gateway trusts one kind of certificates: ${byAcm.map(({ name }) => `"${name}"`).join(', ')} of ACM, and ${routed
        .filter((service) => !byAcm.includes(service))
        .map(({ name }) => `"${name}"`)
        .join(', ')} of the mesh, are all routed to`,
      { fix: 'give a certificate of ACM to all services that the edge routes to, or to none' },
    );
  }
}
