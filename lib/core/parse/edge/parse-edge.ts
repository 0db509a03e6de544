import { defined } from '../../defined';
import { checkSupport } from '../../edges/check-support';
import type { EdgeKind } from '../../edges/kind';
import { KINDS } from '../../edges/kinds';
import { checkHeldBodies, heldBytes, withLargestResponse } from '../../edges/held-bodies';
import { parseKind } from '../../edges/select-kind';
import { API_GATEWAY } from '../../limits/api-gateway';
import { gatewayNameOf } from '../../model/edge-names';
import { EDGE_REMOVAL } from '../../model/pass-through-headers';
import type { EdgeAuthorizer, EdgeTopology, IpAddressType, Sizing } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import { parsePassThroughHeaders } from '../security/parse-pass-through-headers';
import { withoutSpot } from '../workload/parse-capacity';
import type { MeshDefaults } from '../workload/parse-sizing';
import { ROLE_FIELDS, checkRoles } from '../workload/parse-roles';
import { SIZING_FIELDS, parseSizing } from '../workload/parse-sizing';
import { checkAggregates } from './check-aggregates';
import { checkOptions } from './check-options';
import type { Reachable } from './check-reachable';
import { Authorizers } from './parse-authorizer';
import { checkCacheUsed, parseCache } from './api/parse-cache';
import { checkClientsUsed, checkKeysOfClients, parseClients } from './api/parse-clients';
import { corsOfRoutes, parseCors } from './api/parse-cors';
import { parseDomain } from './api/parse-domain';
import { parseFirewall } from './api/parse-firewall';
import { parseClientThrottle } from './parse-client-throttle';
import { parseGrpcRoutes } from './parse-grpc-routes';
import { parseOpenApi } from './parse-open-api';
import { RESPONSE_FIELDS, parseResponse } from './parse-response';
import type { Fallback } from './parse-route';
import { checkTwins, parseRoute } from './parse-route';
import { ROUTE_POLICY_FIELDS, parseRoutePolicy } from './parse-route-policy';
import { checkOpened, parseIpRanges } from './api/parse-ip-ranges';
import { openedRoutes } from '../../edges/opened-routes';
import { parseResourcePolicy } from './api/parse-resource-policy';
import { parseThrottle } from './api/parse-throttle';

const A_ROUTE = "add one, such as 'ANY /{proxy+}': { service: 'ui' }";

/** Each of them makes a resource policy, beside that of addresses. */
const POLICY_FIELDS = ['privateApi', 'resourcePolicyStatements'] as const;

const EDGE_FIELDS = [
  'authorizer',
  'routes',
  'grpcRoutes',
  'openApi',
  'securitySchemes',
  'throttle',
  'clientThrottle',
  ...RESPONSE_FIELDS,
  ...ROUTE_POLICY_FIELDS,
  'cors',
  'cache',
  'detailedErrors',
  'firewall',
  'clients',
  'apiKeyRequired',
  'stageName',
  'ipAddressType',
  'domain',
  'executeApiEndpoint',
  'allowedIpRanges',
  'nestedStackPaths',
  ...POLICY_FIELDS,
  'accessLogs',
  'passThroughHeaders',
  'gateway',
  'group',
] as const;

export const GATEWAY_FIELDS = [...SIZING_FIELDS, ...ROLE_FIELDS] as const;

/** Of every kind. */
export const EDGE_PROPS: readonly string[] = [...EDGE_FIELDS, ...KINDS.flatMap(({ options }) => Object.keys(options))];

const IP_ADDRESS_TYPES: readonly IpAddressType[] = ['ipv4', 'dualstack'];

/** Envoy alone needs little; two tasks, because every request of every client passes here. */
const GATEWAY_SIZE = { cpu: 256, memoryMiB: 512, desiredCount: 2 };

/** What an edge can lead to, and what its gateway service has by default. */
export interface EdgeSurroundings extends Reachable {
  readonly defaults: MeshDefaults;
}

export function parseEdge(name: string, at: Reader, { defaults, ...reachable }: EdgeSurroundings): EdgeTopology | undefined {
  const kind = parseKind(at);
  if (kind === undefined || !checkKnown(at, kind)) return undefined;
  const authorizers = new Authorizers(kind);
  const fallback = fallbackOf(at, kind, authorizers);
  const response = parseResponse(at, kind);
  const policy = parseRoutePolicy(at, kind);
  const routesAt = at.field('routes');
  const grpcRoutesAt = at.field('grpcRoutes');
  const grpcEntries = grpcRoutesAt.items('a list of GrpcRoutesProps');
  const noGrpcRoutes = grpcRoutesAt.absent || (Array.isArray(grpcRoutesAt.value) && grpcEntries.length === 0);
  const noOtherRoutes = noGrpcRoutes && at.field('openApi').absent;
  if (noOtherRoutes) routesAt.required('at least one route', A_ROUTE);
  // In an order of our own, so that neither the topology nor the errors depend on the order of the props.
  const entries = [...routesAt.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  const cache = kind.capabilities.cache === true ? parseCache(at.field('cache')) : undefined;
  const hasClients = kind.capabilities.clients === true;
  const context = {
    ...{ kind, reachable, authorizers, fallback, response, policy, cache },
    cors: !at.field('cors').absent,
    apiKeyRequired: hasClients && at.field('apiKeyRequired').boolean() === true,
  };
  const stageName = parseStageName(at.field('stageName'), kind);
  const openApi = parseOpenApi(at, stageName, context);
  const drafts = [
    ...entries.flatMap(([key, route]) => parseRoute(key, route, context) ?? []),
    ...grpcEntries.flatMap((entry) => parseGrpcRoutes(entry, context)),
    ...openApi.drafts,
  ];
  if (routesAt.empty && noOtherRoutes) routesAt.fail('MISSING', 'an edge needs at least one route', { fix: A_ROUTE });
  checkTwins(drafts);
  checkCacheUsed(at.field('cache'), cache, drafts);
  authorizers.checkNames();
  const clients = hasClients ? parseClients(at.field('clients')) : undefined;
  const used = authorizers.all
    .filter(({ id }) => drafts.some((draft) => draft.route.authorizer === id))
    .map((authorizer) => telling(authorizer, kind));

  checkClientsUsed(at.field('clients'), clients, drafts, used);
  checkKeysOfClients(at.field('clients'), authorizers.keys);
  checkOptions(at, kind);
  const throttle = parseThrottle(at.field('throttle'));
  const cors = corsOfRoutes(
    parseCors(at.field('cors'), kind),
    drafts.map(({ route }) => route),
  );
  kind.checkRoutes(drafts, cors, routesAt);
  const gateway = parseGateway(at.field('gateway'), defaults);
  checkHeldBodies(at, drafts, gateway, kind);
  const sorted = [...drafts].sort((a, b) => kind.compareRoutes(a, b)).map(({ route }) => route);
  const held = heldBytes(gateway, sorted);
  const routes = kind.largestBody === undefined ? sorted.map((route) => withLargestResponse(route, held)) : sorted;
  const options = kind.parse(at, routes);
  checkAggregates(drafts, (route) => kind.limits(options, route));
  const ipRanges = kind.capabilities.allowedIpRanges !== true ? undefined : parseIpRanges(at.field('allowedIpRanges'));
  const access = parseResourcePolicy(at, kind);
  const policyAt = ['allowedIpRanges', ...POLICY_FIELDS].map((field) => at.field(field)).find((field) => !field.absent);
  if (policyAt !== undefined && (ipRanges ?? access.privateApi ?? access.ownStatements) !== undefined)
    checkOpened(policyAt, openedRoutes({ routes, authorizers: used, ...defined({ cors }) }));
  return {
    name,
    path: at.path,
    gatewayName: gatewayNameOf(name),
    kind: kind.id,
    options,
    api: { ...kind.traits(routes, cors, used), ...defined({ provesContext: kind.provesContext, hosts: kind.hosts?.(options) }) },
    routes,
    authorizers: used,
    ...defined({
      throttle,
      clientThrottle: parseClientThrottle(at.field('clientThrottle'), used, kind.tellsAll),
      cors,
      cache: cache?.cache,
      ipRanges,
      detailedErrors: at.field('detailedErrors').boolean() === true ? (true as const) : undefined,
      firewall: kind.capabilities.firewall === true ? parseFirewall(at.field('firewall')) : undefined,
      clients,
      openApiWarnings: openApi.warnings.length === 0 ? undefined : openApi.warnings,
      ipAddressType: parseIpAddressType(at.field('ipAddressType'), kind),
    }),
    ...parseDomain(at, kind),
    ...access,
    stageName,
    accessLogs: at.field('accessLogs').boolean() ?? kind.capabilities.accessLogs === true,
    passThroughHeaders: parsePassThroughHeaders(at.field('passThroughHeaders'), EDGE_REMOVAL),
    gateway,
    ...defined({ group: at.field('group').string() }),
  };
}

function parseGateway(at: Reader, defaults: MeshDefaults): Sizing {
  at.checkFields(GATEWAY_FIELDS);
  checkRoles(at);
  return parseSizing(at, GATEWAY_SIZE, {
    ...defaults,
    capacityProviders: withoutSpot(defaults.capacityProviders, defaults.capacities),
  });
}

/** The authorizer of routes that have none of their own: that of the edge, or of the route by which all are entered. */
function fallbackOf(at: Reader, { routes }: EdgeKind, authorizers: Authorizers): Fallback {
  const edge = at.field('authorizer');
  const gate = routes === undefined ? undefined : at.field('routes').field(routes.gate).field('authorizer');
  const authorizer = authorizers.read(edge);
  if (gate === undefined || gate.absent) return { given: !edge.absent, authorizer };
  return { given: true, authorizer: authorizers.read(gate) };
}

/** With what the kind says of every request. */
function telling(authorizer: EdgeAuthorizer, { tells }: EdgeKind): EdgeAuthorizer {
  if (tells === undefined) return authorizer;
  const identityHeaders = [...(authorizer.identityHeaders ?? []), ...tells].sort((a, b) => (a.header < b.header ? -1 : 1));
  return { ...authorizer, identityHeaders };
}

/** An option of another kind is no unknown one. */
function checkKnown(at: Reader, kind: EdgeKind): boolean {
  const foreign = foreignOptions(kind);
  if (!at.checkFields([...EDGE_FIELDS, ...Object.keys(kind.options), ...foreign.map(({ option }) => option)], 'kind')) return false;
  for (const { option, factory, reason } of foreign) {
    const field = at.field(option);
    if (!field.absent) field.fail('UNSUPPORTED_BY_EDGE', `only ${factory} has it: ${reason}`, { fix: `remove it, or use ${factory}` });
  }
  return true;
}

/** Options that other kinds have, each once, by the first of these kinds. */
function foreignOptions(kind: EdgeKind): readonly { readonly option: string; readonly factory: string; readonly reason: string }[] {
  const all = KINDS.flatMap(({ factory, options }) => Object.entries(options).map(([option, reason]) => ({ option, factory, reason })));
  return all.filter(({ option }, index) => !(option in kind.options) && all.findIndex((each) => each.option === option) === index);
}

function parseStageName(at: Reader, kind: EdgeKind): string {
  const name = at.string() ?? kind.defaultStage;
  if (name === kind.defaultStage) return name;
  const longest = API_GATEWAY.stageName.value;
  const orDefault = kind.defaultStage.startsWith('$') ? `, or "${kind.defaultStage}"` : '';
  if (!/^[A-Za-z0-9_-]+$/.test(name) || name.length > longest)
    at.fail('INVALID_NAME', 'is not a name for a stage', { allowed: `letters, digits, "_" and "-", at most ${longest}${orDefault}` });
  return name;
}

function parseIpAddressType(at: Reader, kind: EdgeKind): IpAddressType | undefined {
  const type = at.oneOf(IP_ADDRESS_TYPES, 'an IpAddressType', ['IpAddressType.IPV4', 'IpAddressType.DUAL_STACK']);
  if (type === 'dualstack') checkSupport(at, 'dualStack', kind, KINDS);
  return type;
}
