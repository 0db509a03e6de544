import { DEFAULT_EDGE, gatewayNameOf } from '../../model/edge-names';
import { identityHeadersOfAll } from '../../model/identity-headers';
import type { EdgeTopology } from '../../model/topology';
import { checkLabel } from '../../reading/check-label';
import type { Reader } from '../../reading/reader';
import type { EdgeSurroundings } from './parse-edge';
import { checkTwinDomains } from './api/parse-domain';
import { parseEdge } from './parse-edge';
import { checkTwinListeners, checkTwinLoadBalancers } from '../../edges/shared-balancers';
import { edgeFactories } from '../../edges/select-kind';

/** A DNS label has at most 63 characters, and that of a gateway service is `gateway-<edge>`. */
const MAX_NAME = 63 - gatewayNameOf('').length;

export interface ParsedEdges {
  readonly edges: readonly EdgeTopology[];
  /** Gateways of edges that stand in the props, and could not be read. */
  readonly unknownGateways: readonly string[];
}

/** The edges of a system: `edges`, or `edge`, which is the short form of one that is called `default`. */
export function parseEdges(root: Reader, surroundings: EdgeSurroundings): ParsedEdges {
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
    return [name, at.required('an edge', `remove the entry, or use ${edgeFactories()}`)] as const;
  });
  const all = [...(one.absent ? [] : [[DEFAULT_EDGE, one] as const]), ...named].map(([name, at]) => ({
    gatewayName: gatewayNameOf(name),
    at,
    edge: parseEdge(name, at, surroundings),
  }));
  const identityHeaders = identityHeadersOfAll({ edges: all.flatMap(({ edge }) => edge ?? []) });
  for (const { at } of all) checkPassThrough(at.field('passThroughHeaders'), identityHeaders);
  checkTwinDomains(all);
  checkTwinLoadBalancers(all);
  checkTwinListeners(all);
  return {
    edges: all.flatMap(({ edge }) => edge ?? []),
    unknownGateways: all.filter(({ edge }) => edge === undefined).map(({ gatewayName }) => gatewayName),
  };
}

/** A header that says who a client is, and that clients can send, would say nothing. */
function checkPassThrough(at: Reader, identityHeaders: readonly string[]): void {
  for (const item of Array.isArray(at.value) ? at.items() : []) {
    if (typeof item.value !== 'string' || !identityHeaders.includes(item.value.toLowerCase())) continue;
    item.fail('CONFLICT', 'an authorizer of an edge tells services in this header who the client is, so no client can send it', {
      fix: 'remove the entry, or give the identity header another name',
    });
  }
}

function checkName(name: string, at: Reader): void {
  checkLabel(name, at, 'an edge', MAX_NAME);
}
