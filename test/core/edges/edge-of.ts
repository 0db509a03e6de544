import { Tracing } from '../../../lib/props/observability/tracing';
import { readProps } from '../../../lib/props/read-props';
import type { Edge } from '../../../lib/props/edge/edge';
import { IssueList } from '../../../lib/core/reading/issues';
import type { EdgeTopology, Topology } from '../../../lib/core/model/topology';
import { parseTopology } from '../../../lib/core/parse/parse';

/** What the topology makes of an edge, in a system that has the services "catalog" and "checkout". */
export function edgeOf(edge: Edge): EdgeTopology {
  return systemWith(edge).edge;
}

export function systemWith(
  edge: Edge,
  { traced = true }: { readonly traced?: boolean } = {},
): { readonly topology: Topology; readonly edge: EdgeTopology } {
  const service = { image: {}, port: 8080 };
  const issues = new IssueList();
  const tracing = traced ? Tracing.xray() : Tracing.none();
  const topology = parseTopology(
    { props: readProps({ services: { catalog: service, checkout: service }, tracing, edge }), defaultName: 'shop' },
    issues,
  );
  const relevant = issues.all.filter((issue) => issue.path.startsWith('edge'));
  const [parsed] = topology.edges;
  if (relevant.length > 0 || parsed === undefined) throw new Error(JSON.stringify(relevant));
  return { topology, edge: parsed };
}
