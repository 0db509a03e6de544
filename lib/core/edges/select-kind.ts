import { defined } from '../defined';
import { API_GATEWAY } from '../limits/api-gateway';
import type { LimitUse } from '../limits/use';
import { GATEWAY_PORT } from '../model/constants';
import { DEFAULT_EDGE } from '../model/edge-names';
import type { EdgeTopology, Topology, Warning } from '../model/topology';
import type { EdgePlan } from '../plan/edge-plan';
import type { Reader } from '../reading/reader';
import { authorizerOf } from './authorizer-of';
import type { EdgeKind } from './kind';
import { openApiDocument } from '../openapi/document';
import { KINDS } from './kinds';
import { ofClients, usagePlans } from './clients';
import { warnOfLimits } from './limits';

/** How users write an edge of any kind. */
export function edgeFactories(): string {
  return KINDS.map(({ factory }) => factory).join(' or ');
}

/** The kind of the edge that stands there; undefined, with an issue, if there is none. */
export function parseKind(at: Reader): EdgeKind | undefined {
  if (!at.checkFactory('Edge', edgeFactories())) return undefined;
  const id = at
    .field('kind')
    .required('the kind of edge', `use ${edgeFactories()}`)
    .oneOf(
      KINDS.map((kind) => kind.id),
      'an Edge',
      KINDS.map(({ factory }) => factory),
    );
  return KINDS.find((kind) => kind.id === id);
}

export function planEdge(topology: Topology, edge: EdgeTopology): EdgePlan {
  const { name, gatewayName } = edge;
  const kind = kindById(edge.kind);
  const isDefault = name === DEFAULT_EDGE;
  const title = isDefault ? topology.name : `${topology.name}-${name}`;
  const description = isDefault ? `The edge of the mesh ${topology.name}` : `The edge "${name}" of the mesh ${topology.name}`;
  return {
    name,
    constructId: isDefault ? 'Edge' : `Edge-${name}`,
    ...defined({ group: edge.group }),
    kind: kind.id,
    gateway: { workload: gatewayName, port: GATEWAY_PORT },
    apiName: title,
    description,
    routes: edge.routes.map((route) => ({
      key: route.key,
      method: route.method,
      path: route.path,
      authorizer: authorizerOf(edge, route).kind,
    })),
    ...defined({ nestable: kind.nestable?.(edge) }),
    api: kind.plan(topology, edge),
    ...(kind.undocumented === undefined
      ? { openApi: openApiDocument(edge, kind, { title, description }) }
      : { undocumented: kind.undocumented }),
  };
}

/** What deploys, but does not do what one might think. */
export function edgeWarnings({ edges, services }: Topology): readonly Warning[] {
  return edges.flatMap((edge) => [
    ...warnOfLimits(edge, kindById(edge.kind), services),
    ...ofClients(edge),
    ...(edge.openApiWarnings ?? []),
  ]);
}

/** What the APIs take of what AWS gives them. */
export function edgeUses({ edges }: Topology): readonly LimitUse[] {
  const apis = edges.filter(({ api }) => api.ports === undefined);
  const linked = apis.filter((edge) => kindById(edge.kind).linkVersion1 === undefined).length;
  const links: LimitUse = {
    limit: API_GATEWAY.vpcLinks,
    used: linked,
    path: 'edges',
    subject: `there are ${linked} edges, each with a VPC link`,
    advice: 'use fewer edges',
  };
  return [links, usagePlans(edges), ...edges.flatMap((edge) => kindById(edge.kind).uses(edge)), ...apis.flatMap(throttled)];
}

/** A throttle above what all APIs of the account get together is not what holds. */
function throttled({ path, throttle, routes, clients = [] }: EdgeTopology): readonly LimitUse[] {
  const rates = [
    { at: path, rate: throttle?.rateLimit ?? 0 },
    ...routes.map((route) => ({ at: `${path}.routes[${JSON.stringify(route.key)}]`, rate: route.throttle?.rateLimit ?? 0 })),
    ...clients.map((client) => ({ at: `${path}.clients.${client.name}`, rate: client.throttle?.rateLimit ?? 0 })),
  ];
  return rates.map(({ at, rate }) => ({
    limit: API_GATEWAY.requests,
    used: rate,
    path: `${at}.throttle.rateLimit`,
    subject: `the throttle lets ${rate} requests a second through`,
    advice: 'lower it to what really gets through',
  }));
}

function kindById(id: string): EdgeKind {
  const kind = KINDS.find((each) => each.id === id);
  if (kind === undefined) throw new Error(`bug: there is no kind of edge "${id}"`);
  return kind;
}
