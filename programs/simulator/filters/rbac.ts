import type { Exchange } from '../exchange';
import { answer } from '../exchange';
import { matchesHeader, matchesString, matchesUrlPath } from '../matchers';
import { Message, Unknown } from '../message';
import type { HttpFilter, Verdict } from './index';
import { configured } from './override';

const RBAC = { reads: ['rules'], ignores: ['shadow_rules', 'shadow_rules_stat_prefix', 'rules_stat_prefix'] };

/** https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/rbac_filter */
export const authorize: HttpFilter = (filter, override, exchange) => {
  const config = configured(filter, override, 'envoy.extensions.filters.http.rbac.v3.RBACPerRoute');
  if (config === undefined) return undefined;
  const own = config.ofRoute
    ? Message.of(config.config, config.at, { reads: ['rbac'] }).maybe('rbac', RBAC)
    : Message.of(config.config, config.at, RBAC);
  // Without rules everything is allowed; a route without a configuration turns the filter off.
  const rules = own?.maybe('rules', { reads: ['action', 'policies'] });
  return rules === undefined ? undefined : decide(rules, exchange, filter.name);
};

function decide(rules: Message, exchange: Exchange, filter: string): Verdict {
  const policies = rules
    .entries('policies')
    .map(([name, value, at]) => ({ name, policy: Message.of(value, at, { reads: ['permissions', 'principals'] }) }));
  // All of them are looked at, so that something unknown is found whatever is asked for.
  const fitting = policies.filter(({ policy }) => {
    const permitted = policy.list('permissions').map(([value, at]) => permits(value, at, exchange));
    const meant = policy.list('principals').map(([value, at]) => isPrincipal(value, at, exchange));
    return permitted.includes(true) && meant.includes(true);
  });
  const action = rules.text('action', 'ALLOW');
  if (action !== 'ALLOW' && action !== 'DENY') throw new Unknown(rules.at, `the action "${action}"`);
  const [first] = fitting;
  if ((first !== undefined) === (action === 'ALLOW')) {
    exchange.notes?.push({ kind: 'allowed', filter, ...(first === undefined ? {} : { policy: first.name }) });
    return undefined;
  }
  return answer(exchange, 403, `rbac_access_denied_matched_policy[${first?.name ?? 'none'}]`);
}

/** https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/rbac/v3/rbac.proto#config-rbac-v3-permission */
function permits(value: unknown, at: string, exchange: Exchange): boolean {
  const permission = Message.of(value, at, { reads: ['any', 'header', 'url_path', 'and_rules', 'or_rules', 'not_rule'] });
  const kind = permission.oneOf('any', 'header', 'url_path', 'and_rules', 'or_rules', 'not_rule');
  const all = (rules: string): readonly boolean[] =>
    permission
      .child(rules, { reads: ['rules'] })
      .list('rules')
      .map(([rule, place]) => permits(rule, place, exchange));
  switch (kind) {
    case 'and_rules':
      return !all(kind).includes(false);
    case 'or_rules':
      return all(kind).includes(true);
    case 'not_rule':
      return !permits(permission.raw(kind), permission.place(kind), exchange);
    default:
      return common(permission, kind, exchange);
  }
}

/** https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/rbac/v3/rbac.proto#config-rbac-v3-principal */
function isPrincipal(value: unknown, at: string, exchange: Exchange): boolean {
  const principal = Message.of(value, at, { reads: ['any', 'header', 'url_path', 'and_ids', 'or_ids', 'not_id', 'authenticated'] });
  const kind = principal.oneOf('any', 'header', 'url_path', 'and_ids', 'or_ids', 'not_id', 'authenticated');
  const all = (ids: string): readonly boolean[] =>
    principal
      .child(ids, { reads: ['ids'] })
      .list('ids')
      .map(([id, place]) => isPrincipal(id, place, exchange));
  switch (kind) {
    case 'and_ids':
      return !all(kind).includes(false);
    case 'or_ids':
      return all(kind).includes(true);
    case 'not_id':
      return !isPrincipal(principal.raw(kind), principal.place(kind), exchange);
    case 'authenticated':
      return isAuthenticated(principal.child(kind, { reads: ['principal_name'] }), exchange);
    default:
      return common(principal, kind, exchange);
  }
}

function isAuthenticated(authenticated: Message, { connection: { tls, peer } }: Exchange): boolean {
  if (!tls) return false;
  return (
    !authenticated.has('principal_name') ||
    matchesString(authenticated.raw('principal_name'), authenticated.place('principal_name'), peer ?? '')
  );
}

function common(message: Message, kind: string | undefined, { headers }: Exchange): boolean {
  switch (kind) {
    case 'any':
      return message.flag(kind);
    case 'header':
      return matchesHeader(message.raw(kind), message.place(kind), headers);
    case 'url_path':
      return matchesUrlPath(message.raw(kind), message.place(kind), headers);
    default:
      throw new Unknown(message.at, 'a rule without a kind');
  }
}
