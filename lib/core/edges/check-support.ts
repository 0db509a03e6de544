import type { Reader } from '../reading/reader';
import type { EdgeFeatureId } from './features';
import type { EdgeKind } from './kind';

type Named = Pick<EdgeKind, 'factory' | 'capabilities'>;

/** What is said of a feature that a kind cannot do. */
interface Words {
  /** In place of the value. */
  readonly allowed?: string;
  /** What to do where the kind names nothing. @default remove it */
  readonly otherwise?: string;
}

/** Law 3 (ARCHITECTURE.md): what a kind of edge cannot do is an issue that names the kinds that can. False: it cannot. */
export function checkSupport(
  at: Reader,
  feature: EdgeFeatureId,
  kind: Named,
  all: readonly Named[],
  { allowed, otherwise = 'remove it' }: Words = {},
): boolean {
  const capability = kind.capabilities[feature];
  if (capability === true) return true;
  const able = all.filter(({ capabilities }) => capabilities[feature] === true).map(({ factory }) => factory);
  at.fail('UNSUPPORTED_BY_EDGE', `${kind.factory} cannot do this: ${capability.no}`, {
    ...(allowed === undefined ? {} : { got: null, allowed }),
    fix: [capability.fix ?? otherwise, ...(able.length === 0 ? [] : [`or use ${able.join(' or ')}`])].join(', '),
  });
  return false;
}
