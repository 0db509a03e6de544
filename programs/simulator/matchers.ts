import type { Chance } from './chance';
import type { HeaderMap } from './header-map';
import { withoutQuery } from './header-map';
import { Message, Unknown } from './message';
import { fullMatch } from './regex';

const DENOMINATORS: Readonly<Record<string, number>> = { HUNDRED: 100, TEN_THOUSAND: 10_000, MILLION: 1_000_000 };

/** https://www.envoyproxy.io/docs/envoy/latest/api-v3/type/matcher/v3/string.proto */
export function matchesString(value: unknown, at: string, text: string): boolean {
  const matcher = Message.of(value, at, { reads: ['exact', 'prefix', 'suffix', 'contains', 'safe_regex', 'ignore_case'] });
  const kind = matcher.oneOf('exact', 'prefix', 'suffix', 'contains', 'safe_regex');
  if (kind === 'safe_regex') return matchesRegex(matcher.raw('safe_regex'), matcher.place('safe_regex'), text);
  if (kind === undefined) throw new Unknown(at, 'a matcher without a pattern');
  const fold = (each: string): string => (matcher.flag('ignore_case') ? each.toLowerCase() : each);
  const [subject, pattern] = [fold(text), fold(matcher.text(kind))];
  switch (kind) {
    case 'exact':
      return subject === pattern;
    case 'prefix':
      return subject.startsWith(pattern);
    case 'suffix':
      return subject.endsWith(pattern);
    default:
      return subject.includes(pattern);
  }
}

/** https://www.envoyproxy.io/docs/envoy/latest/api-v3/type/matcher/v3/regex.proto */
export function matchesRegex(value: unknown, at: string, text: string): boolean {
  return fullMatch(Message.of(value, at, { reads: ['regex'], ignores: ['google_re2'] }).text('regex'), text, at);
}

/** Of the path without the query string. https://www.envoyproxy.io/docs/envoy/latest/api-v3/type/matcher/v3/path.proto */
export function matchesUrlPath(value: unknown, at: string, headers: HeaderMap): boolean {
  const matcher = Message.of(value, at, { reads: ['path'] });
  return matchesString(matcher.raw('path'), matcher.place('path'), withoutQuery(headers.path));
}

/**
 * A header that is missing fits nothing, inverted or not, unless it is asked for as such, or counts as empty. Of one that
 * came several times any value may fit, each by itself.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-headermatcher
 */
export function matchesHeader(value: unknown, at: string, headers: HeaderMap): boolean {
  const matcher = Message.of(value, at, {
    reads: ['name', 'range_match', 'present_match', 'string_match', 'invert_match', 'treat_missing_header_as_empty'],
  });
  const kind = matcher.oneOf('range_match', 'present_match', 'string_match') ?? 'present_match';
  const invert = matcher.flag('invert_match');
  const found = headers.values(matcher.text('name'));
  const values = found.length === 0 && matcher.flag('treat_missing_header_as_empty') ? [''] : found;
  if (kind === 'present_match') return (values.length > 0 === matcher.flag('present_match', true)) !== invert;
  if (values.length === 0) return false;
  if (kind === 'string_match')
    return values.some((text) => matchesString(matcher.raw('string_match'), matcher.place('string_match'), text)) !== invert;
  const range = matcher.child('range_match', { reads: ['start', 'end'] });
  const numbers = values.map((text) => (/^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : Number.NaN));
  return numbers.some((number) => number >= range.number('start', 0) && number < range.number('end', 0)) !== invert;
}

export function matchesHeaders(list: readonly (readonly [unknown, string])[], headers: HeaderMap): boolean {
  return list.every(([value, at]) => matchesHeader(value, at, headers));
}

/**
 * The first value of a name counts, as it is written.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#config-route-v3-queryparametermatcher
 */
export function matchesQueryParameter(value: unknown, at: string, path: string): boolean {
  const matcher = Message.of(value, at, { reads: ['name', 'string_match', 'present_match'] });
  const name = matcher.text('name');
  const [, query = ''] = /^[^?]*\?(.*)$/s.exec(path) ?? [];
  const parameter = query
    .split('&')
    .map((pair) => /^([^=]*)=?(.*)$/s.exec(pair) ?? [])
    .find(([, key]) => key === name && query !== '');
  if (matcher.oneOf('string_match', 'present_match') !== 'string_match')
    return (parameter !== undefined) === matcher.flag('present_match', true);
  return parameter !== undefined && matchesString(matcher.raw('string_match'), matcher.place('string_match'), parameter[2] ?? '');
}

/**
 * Whether something that a share of the requests meets happens to this one.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/type/v3/percent.proto
 */
export function happens(fraction: Message | undefined, chance: Chance, otherwise: boolean): boolean {
  if (fraction === undefined) return otherwise;
  const numerator = fraction.number('numerator', 0);
  const denominator = DENOMINATORS[fraction.text('denominator', 'HUNDRED')];
  if (denominator === undefined) throw new Unknown(fraction.at, 'its denominator');
  return numerator >= denominator || (numerator > 0 && chance.pick([true, false]));
}

export const FRACTION = { reads: ['numerator', 'denominator'] } as const;

/** https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/base.proto#config-core-v3-runtimefractionalpercent */
export function runtimeHappens(fraction: Message | undefined, chance: Chance, otherwise: boolean): boolean {
  return happens(fraction?.maybe('default_value', FRACTION), chance, otherwise);
}

/** The runtime has no keys: nobody sets any. */
export const RUNTIME_FRACTION = { reads: ['default_value'], ignores: ['runtime_key'] } as const;
