import { GATEWAY_PORT } from '../model/constants';
import { DEFAULT_EDGE } from '../model/edge-names';
import type { EdgeTopology, Topology, Warning } from '../model/topology';
import type { EdgePlan } from '../plan/edge-plan';
import type { Reader } from '../reading/reader';
import { authorizerOf } from './authorizer-of';
import type { EdgeKind } from './kind';
import { KINDS } from './kinds';
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
  return {
    name,
    constructId: isDefault ? 'Edge' : `Edge-${name}`,
    kind: kind.id,
    gateway: { workload: gatewayName, port: GATEWAY_PORT },
    apiName: isDefault ? topology.name : `${topology.name}-${name}`,
    description: isDefault ? `The edge of the mesh ${topology.name}` : `The edge "${name}" of the mesh ${topology.name}`,
    routes: edge.routes.map((route) => ({
      key: route.key,
      method: route.method,
      path: route.path,
      authorizer: authorizerOf(edge, route).kind,
    })),
    api: kind.plan(topology, edge),
  };
}

/** What deploys, but does not do what one might think. */
export function edgeWarnings({ edges, services }: Topology): readonly Warning[] {
  return edges.flatMap((edge) => warnOfLimits(edge, kindById(edge.kind), services));
}

function kindById(id: string): EdgeKind {
  const kind = KINDS.find((each) => each.id === id);
  if (kind === undefined) throw new Error(`bug: there is no kind of edge "${id}"`);
  return kind;
}
