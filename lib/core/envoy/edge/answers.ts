import type { Route } from '../api/route';
import type { HeaderMatcher } from '../api/route-components';
import type { StringMatcher } from '../api/type';
import { message } from '../syntax/messages';

/** What is no request of a route. */
export interface Refusal {
  readonly status: number;
  readonly headers: readonly HeaderMatcher[];
  readonly text: string;
}

/** A route that answers itself. */
export function answer(status: number, headers: readonly HeaderMatcher[] = [], text?: string): Route {
  return {
    match: message({ prefix: '/', headers: headers.length === 0 ? undefined : headers }),
    direct_response: message({ status, body: text === undefined ? undefined : { inline_string: text } }),
  };
}

export function header(name: string, match: StringMatcher): HeaderMatcher {
  return { name, string_match: match };
}

/** Path and query string fit a regular expression. */
export function path(regex: string): HeaderMatcher {
  return header(':path', { safe_regex: { regex } });
}
