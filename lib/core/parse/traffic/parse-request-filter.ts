import type { ProtocolId } from '../../model/topology';
import type { ListWords, NamedCallers } from '../security/parse-allow';
import { parseList, parseMethods, parsePaths } from '../security/parse-allow';
import type { Reader } from '../../reading/reader';
import type { RequestFilter } from '../../model/traffic-policy';
import { defined } from '../../defined';

export const REQUEST_FILTER_FIELDS = ['callers', 'methods', 'paths'] as const;

const WORDS: ListWords = {
  empty: 'an empty list matches no request',
  emptyFix: 'leave it out to mean all, or remove the whole entry',
  grpcMethod: "name it in paths, such as '/shop.Orders/Place'",
};

/** @param callers gets those that are named, who can be checked only when all services are known */
export function parseRequestFilter(at: Reader, protocol: ProtocolId, callers: NamedCallers[]): RequestFilter {
  const named = parseList(at.field('callers'), 'a caller', (name, item) => ({ at: item, name }), WORDS);
  if (named !== undefined) callers.push({ at: at.field('callers'), named });
  const methods = parseMethods(at.field('methods'), protocol, WORDS);
  const paths = parsePaths(at.field('paths'), protocol, WORDS);
  return defined({ callers: named === undefined ? undefined : [...new Set(named.map(({ name }) => name))].sort(), methods, paths });
}
