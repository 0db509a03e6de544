import { answer } from '../exchange';
import type { Message as Read } from '../message';
import { Message } from '../message';
import type { HttpFilter } from './index';
import { configured } from './override';

/** https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/buffer_filter */
export const limitBody: HttpFilter = (filter, override, exchange) => {
  const config = configured(filter, override, 'envoy.extensions.filters.http.buffer.v3.BufferPerRoute');
  if (config === undefined) return undefined;
  const perRoute = config.ofRoute ? Message.of(config.config, config.at, { reads: ['disabled', 'buffer'] }) : undefined;
  if (perRoute?.has('disabled') === true && perRoute.flag('disabled')) return undefined;
  const BUFFER = { reads: ['max_request_bytes'] };
  const buffer: Read | undefined = perRoute === undefined ? Message.of(config.config, config.at, BUFFER) : perRoute.maybe('buffer', BUFFER);
  return buffer !== undefined && exchange.bodyBytes > buffer.number('max_request_bytes')
    ? answer(exchange, 413, 'request_payload_too_large')
    : undefined;
};
