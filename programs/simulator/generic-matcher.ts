import type { HeaderMap } from './header-map';
import { matchesString } from './matchers';
import { extensionAt, Message, Unknown } from './message';

/** What a matcher leads to: the routes of a list, or nothing. */
export type Choice<T> = (headers: HeaderMap) => T | undefined;

const MATCHER = { reads: ['matcher_list', 'matcher_tree', 'on_no_match'] };
const ON_MATCH = { reads: ['matcher', 'action'] };

/**
 * Envoy's generic matching, of headers. The first condition that holds decides, and nothing behind it is tried, also if it leads
 * to nothing. https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/advanced/matching/matching_api
 *
 * @param action reads what a match ends in
 */
export function readMatcher<T>(value: unknown, at: string, action: (type: string, config: unknown, at: string) => T): Choice<T> {
  const matcher = Message.of(value, at, MATCHER);
  const onMatch = (match: Message): Choice<T> => {
    if (match.oneOf('matcher', 'action') === 'matcher') return readMatcher(match.raw('matcher'), match.place('matcher'), action);
    const { type, config, at: place } = extensionAt(match.raw('action'), match.place('action'));
    const read = action(type, config, place);
    return () => read;
  };
  const otherwise: Choice<T> = matcher.has('on_no_match') ? onMatch(matcher.child('on_no_match', ON_MATCH)) : () => undefined;
  if (matcher.oneOf('matcher_list', 'matcher_tree') === 'matcher_tree') {
    const tree = matcher.child('matcher_tree', { reads: ['input', 'exact_match_map'] });
    const input = readInput(tree.raw('input'), tree.place('input'));
    const map = tree.child('exact_match_map', { reads: ['map'] });
    const branches = new Map(map.entries('map').map(([key, branch, place]) => [key, onMatch(Message.of(branch, place, ON_MATCH))]));
    return (headers) => (branches.get(input(headers) ?? '') ?? otherwise)(headers);
  }
  const branches = matcher
    .child('matcher_list', { reads: ['matchers'] })
    .messages('matchers', { reads: ['predicate', 'on_match'] })
    .map((branch) => ({
      when: readPredicate(branch.raw('predicate'), branch.place('predicate')),
      then: onMatch(branch.child('on_match', ON_MATCH)),
    }));
  return (headers) => (branches.find(({ when }) => when(headers))?.then ?? otherwise)(headers);
}

function readPredicate(value: unknown, at: string): (headers: HeaderMap) => boolean {
  const predicate = Message.of(value, at, { reads: ['single_predicate', 'or_matcher', 'not_matcher'] });
  const kind = predicate.oneOf('single_predicate', 'or_matcher', 'not_matcher');
  if (kind === undefined) throw new Unknown(at, 'a condition without a kind');
  if (kind === 'not_matcher') {
    const inverted = readPredicate(predicate.raw(kind), predicate.place(kind));
    return (headers) => !inverted(headers);
  }
  if (kind !== 'single_predicate') {
    const parts = predicate
      .child(kind, { reads: ['predicate'] })
      .list('predicate')
      .map(([part, place]) => readPredicate(part, place));
    return (headers) => parts.some((part) => part(headers));
  }
  const single = predicate.child(kind, { reads: ['input', 'value_match'] });
  const input = readInput(single.raw('input'), single.place('input'));
  return (headers) => {
    const text = input(headers);
    return text !== undefined && matchesString(single.raw('value_match'), single.place('value_match'), text);
  };
}

/** All values of a header, with commas between them. */
function readInput(value: unknown, at: string): (headers: HeaderMap) => string | undefined {
  const { type, config, at: place } = extensionAt(value, at);
  if (type !== 'envoy.type.matcher.v3.HttpRequestHeaderMatchInput') throw new Unknown(place, `the input ${type}`);
  const name = Message.of(config, place, { reads: ['header_name'] }).text('header_name');
  return (headers) => headers.get(name);
}
