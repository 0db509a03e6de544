import type { Reader } from '../reading/reader';
import type { EdgeFeatureId } from './features';
import type { EdgeKind } from './kind';

type Named = Pick<EdgeKind, 'factory' | 'capabilities'>;

/** Law 3 (ARCHITECTURE.md): what a kind of edge cannot do is an issue that names the kinds that can. False: it cannot. */
export function checkSupport(at: Reader, feature: EdgeFeatureId, kind: Named, all: readonly Named[], allowed?: string): boolean {
  const capability = kind.capabilities[feature];
  if (capability === true) return true;
  const able = all.filter(({ capabilities }) => capabilities[feature] === true).map(({ factory }) => factory);
  at.fail('UNSUPPORTED_BY_EDGE', `${kind.factory} cannot do this: ${capability.no}`, {
    ...(allowed === undefined ? {} : { got: null, allowed }),
    fix: [capability.fix ?? 'remove it', ...(able.length === 0 ? [] : [`or use ${able.join(' or ')}`])].join(', '),
  });
  return false;
}
