import { readProps } from '../../../lib/props/read-props';
import type { Edge } from '../../../lib/props/edge/edge';
import { IssueList } from '../../../lib/core/reading/issues';
import type { EdgeTopology } from '../../../lib/core/model/topology';
import { parseTopology } from '../../../lib/core/parse/parse';

/** What the topology makes of an edge, in a system that has the services "catalog" and "checkout". */
export function edgeOf(edge: Edge): EdgeTopology {
  const service = { image: {}, port: 8080 };
  const issues = new IssueList();
  const topology = parseTopology(
    { props: readProps({ services: { catalog: service, checkout: service }, edge }), defaultName: 'shop' },
    issues,
  );
  const relevant = issues.all.filter((issue) => issue.path.startsWith('edge'));
  if (relevant.length > 0 || topology.edge === undefined) throw new Error(JSON.stringify(relevant));
  return topology.edge;
}
