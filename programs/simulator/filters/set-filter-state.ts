import { Message } from '../message';
import type { HttpFilter } from './index';

/** Values that only Envoy's own answers read. https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/set_filter_state */
export const keepFilterState: HttpFilter = (filter) => {
  const config = Message.of(filter.config, filter.at, { reads: ['on_request_headers'] });
  config.messages('on_request_headers', { reads: [], ignores: ['object_key', 'factory_key', 'format_string'] });
  return undefined;
};
