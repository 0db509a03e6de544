import { DEFAULT_EDGE, gatewayNameOf } from '../../model/edge-names';
import type { EdgeTopology } from '../../model/topology';
import { LABEL, checkLabel } from '../../reading/check-label';
import type { Reader } from '../../reading/reader';
import type { EdgeSurroundings } from './parse-edge';
import { parseEdge } from './parse-edge';

/** A DNS label has at most 63 characters, and that of a gateway service is `gateway-<edge>`. */
const MAX_NAME = 63 - gatewayNameOf('').length;

/** The edges of a system: `edges`, or `edge`, which is the short form of one that is called `default`. */
export function parseEdges(root: Reader, surroundings: EdgeSurroundings): readonly EdgeTopology[] {
  const one = root.field('edge');
  const several = root.field('edges');
  if (!one.absent && !several.absent)
    several.fail('CONFLICT', `edge is the short form of edges: { ${DEFAULT_EDGE}: … }, so there can be only one of the two`, {
      got: null,
      fix: `move it: edges: { ${DEFAULT_EDGE}: … } keeps its resources and its URL`,
    });
  if (several.empty) several.fail('MISSING', 'there is no edge in it', { fix: 'leave edges out, or add one' });
  const entries = [...several.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
  const named = entries.map(([name, at]) => {
    checkName(name, at);
    return [name, at.required('an edge', 'remove the entry, or use Edge.httpApi() or Edge.restApi()')] as const;
  });
  return [...(one.absent ? [] : [[DEFAULT_EDGE, one] as const]), ...named].flatMap(([name, at]) => parseEdge(name, at, surroundings) ?? []);
}

function checkName(name: string, at: Reader): void {
  checkLabel(name, at, 'an edge');
  if (LABEL.test(name) && name.length > MAX_NAME)
    at.fail('INVALID_NAME', `the name of its gateway service, "${gatewayNameOf(name)}", would be longer than a DNS label`, {
      got: null,
      allowed: `at most ${MAX_NAME} characters`,
    });
}
