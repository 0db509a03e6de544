import type { Json, JsonObject } from '../../../support/envoy-json';
import { at, configurationOf, listener, textAt } from '../configuration';

export interface Request {
  readonly caller?: string;
  readonly method?: string;
  readonly path?: string;
}

/**
 * Whether the inbound listener of a service lets a request through. It knows of Envoy's language of policies what the
 * library uses; real Envoys are asked in test/e2e.
 */
export function lets(props: unknown, service: string): (request: Request) => boolean {
  const filters = at(
    listener(configurationOf(props, service), '_inbound'),
    'filter_chains.0.filters.0.typed_config.http_filters',
  ) as readonly JsonObject[];
  const filter = filters.find(({ name }) => name === 'RBAC');
  if (filter === undefined) return () => true;
  const policies = Object.values(at(filter, 'typed_config.rules.policies') as JsonObject) as readonly JsonObject[];
  return (request) =>
    policies.some(
      ({ permissions, principals }) =>
        listOf(permissions).some((each) => holds(each, request)) && listOf(principals).some((each) => holds(each, request)),
    );
}

function holds(condition: JsonObject, request: Request): boolean {
  const [[kind, value] = ['', false]] = Object.entries(condition);
  switch (kind) {
    case 'any':
      return true;
    case 'and_ids':
      return listOf(at(value, 'ids')).every((each) => holds(each, request));
    case 'or_ids':
      return listOf(at(value, 'ids')).some((each) => holds(each, request));
    case 'and_rules':
      return listOf(at(value, 'rules')).every((each) => holds(each, request));
    case 'or_rules':
      return listOf(at(value, 'rules')).some((each) => holds(each, request));
    case 'not_id':
    case 'not_rule':
      return !holds(value as JsonObject, request);
    case 'url_path':
      return matches(at(value, 'path'), (request.path ?? '/').replace(/\?.*/, ''));
    case 'header':
      return matches(at(value, 'string_match'), request.method ?? 'GET');
    case 'authenticated':
      return matches(at(value, 'principal_name'), request.caller ?? '');
    default:
      throw new Error(`a condition that this test does not know: ${kind}`);
  }
}

function matches(matcher: Json | undefined, text: string): boolean {
  const [[kind, value] = ['', '']] = Object.entries(matcher as JsonObject);
  switch (kind) {
    case 'exact':
      return text === value;
    case 'prefix':
      return typeof value === 'string' && text.startsWith(value);
    case 'safe_regex':
      return new RegExp(`^(?:${textAt(value, 'regex')})$`).test(text);
    default:
      throw new Error(`a matcher that this test does not know: ${kind}`);
  }
}

function listOf(value: Json | undefined): readonly JsonObject[] {
  return value as readonly JsonObject[];
}
