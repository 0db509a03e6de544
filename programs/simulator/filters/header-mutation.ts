import { mutateHeaders } from '../header-changes';
import { Message } from '../message';
import type { HttpFilter } from './index';
import { configured } from './override';

/** https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/header_mutation_filter */
export const changeByFilter: HttpFilter = (filter, override, exchange) => {
  const own = Message.of(filter.config, filter.at, { reads: ['mutations'], ignores: ['most_specific_header_mutations_wins'] });
  const configs = [own];
  const config = configured(filter, override, 'envoy.extensions.filters.http.header_mutation.v3.HeaderMutationPerRoute');
  if (config?.ofRoute === true) configs.push(Message.of(config.config, config.at, { reads: ['mutations'] }));
  for (const each of configs) {
    const mutations = each.maybe('mutations', {
      reads: ['request_mutations'],
      ignores: ['response_mutations', 'request_trailers_mutations'],
    });
    if (mutations !== undefined) mutateHeaders(mutations.list('request_mutations'), exchange);
  }
  return undefined;
};
