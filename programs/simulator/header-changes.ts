import type { Exchange } from './exchange';
import type { HeaderMap } from './header-map';
import type { Message } from './message';
import { Message as Read, Unknown } from './message';
import { matchesString } from './matchers';

/** Of messages that change the headers of requests; those of responses change nothing of a request. */
export const HEADER_CHANGES = {
  reads: ['request_headers_to_add', 'request_headers_to_remove'],
  ignores: ['response_headers_to_add', 'response_headers_to_remove'],
} as const;

/**
 * Removes, then overwrites, then adds; the values are made of the headers as they are before.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#custom-request-response-headers
 */
export function changeHeaders(message: Message, exchange: Exchange): void {
  const { headers } = exchange;
  headers.remove(...message.texts('request_headers_to_remove'));
  const changes = message.list('request_headers_to_add').flatMap(([value, at]) => headerChange(value, at, exchange));
  for (const { name, value } of changes.filter(({ overwrites }) => overwrites)) headers.set(name, value);
  for (const { name, value } of changes.filter(({ overwrites }) => !overwrites)) headers.add(name, value);
}

interface Change {
  readonly name: string;
  readonly value: string;
  readonly overwrites: boolean;
}

/** https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/base.proto#config-core-v3-headervalueoption */
function headerChange(option: unknown, at: string, exchange: Exchange): readonly Change[] {
  const message = Read.of(option, at, { reads: ['header', 'append_action', 'keep_empty_value'] });
  const header = message.child('header', { reads: ['key', 'value'] });
  const name = header.text('key');
  const value = format(header.text('value', ''), exchange, header.at);
  if (value === '' && !message.flag('keep_empty_value')) return [];
  const exists = exchange.headers.has(name);
  const action = message.text('append_action', 'APPEND_IF_EXISTS_OR_ADD');
  switch (action) {
    case 'APPEND_IF_EXISTS_OR_ADD':
      return [{ name, value, overwrites: false }];
    case 'ADD_IF_ABSENT':
      return exists ? [] : [{ name, value, overwrites: false }];
    case 'OVERWRITE_IF_EXISTS':
      return exists ? [{ name, value, overwrites: true }] : [];
    case 'OVERWRITE_IF_EXISTS_OR_ADD':
      return [{ name, value, overwrites: true }];
    default:
      throw new Unknown(at, `the action "${action}"`);
  }
}

/**
 * One after the other, in their order.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/common/mutation_rules/v3/mutation_rules.proto#config-common-mutation-rules-v3-headermutation
 */
export function mutateHeaders(mutations: readonly (readonly [unknown, string])[], exchange: Exchange): void {
  for (const [value, at] of mutations) {
    const mutation = Read.of(value, at, { reads: ['append', 'remove', 'remove_on_match'] });
    const kind = mutation.oneOf('append', 'remove', 'remove_on_match');
    if (kind === 'remove') {
      exchange.headers.remove(mutation.text('remove'));
    } else if (kind === 'remove_on_match') {
      const matcher = mutation.child('remove_on_match', { reads: ['key_matcher'] });
      exchange.headers.removeWhere(
        (name) => !name.startsWith(':') && matchesString(matcher.raw('key_matcher'), matcher.place('key_matcher'), name),
      );
    } else {
      for (const change of headerChange(mutation.raw('append'), mutation.place('append'), exchange)) {
        if (change.overwrites) exchange.headers.set(change.name, change.value);
        else exchange.headers.add(change.name, change.value);
      }
    }
  }
}

const EXTRACT = /^%CEL\(re\.extract\(request\.headers\["([^"]+)"\], ("[^"]*"), ("[^"]*")\)\)%$/;

/** https://github.com/google/cel-cpp/blob/master/extensions/regex_functions.cc: nothing where the expression finds nothing. */
function extract(text: string, headers: HeaderMap): string | undefined {
  const [, name, regex, rewrite] = EXTRACT.exec(text) ?? [];
  if (name === undefined || regex === undefined || rewrite === undefined) return undefined;
  const found = new RegExp(JSON.parse(regex) as string).exec(headers.get(name) ?? '');
  return found === null ? '' : (JSON.parse(rewrite) as string).replaceAll(/\\(\d)/g, (_group, index: string) => found[Number(index)] ?? '');
}

/**
 * Of the operators of a format those that stand for a header of the request: its first value, or by CEL all of them as one text;
 * what is missing is nothing. And of a header what a regular expression finds in it, rewritten.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/advanced/substitution_formatter
 */
export function format(text: string, { headers }: Exchange, at: string): string {
  const extracted = extract(text, headers);
  if (extracted !== undefined) return extracted;
  return text.replaceAll(
    /%%|%CEL\(request\.headers\["([^"]+)"\]\)%|%REQ\(([^)?]+)(?:\?([^)]+))?\)%|%/g,
    (operator: string, all?: string, name?: string, other?: string) => {
      if (operator === '%%') return '%';
      if (all !== undefined) return headers.get(all) ?? '';
      if (name === undefined) throw new Unknown(at, `an operator in "${text}"`);
      return headers.first(name) ?? (other === undefined ? undefined : headers.first(other)) ?? '';
    },
  );
}
