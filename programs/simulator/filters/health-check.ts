import { answer } from '../exchange';
import { matchesHeaders } from '../matchers';
import { Message, Unknown } from '../message';
import type { HttpFilter } from './index';

/** https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/health_check_filter */
export const answerHealthCheck: HttpFilter = ({ config, at }, override, exchange) => {
  if (override !== undefined) throw new Unknown(override.at, 'an override of the health check filter');
  const check = Message.of(config, at, { reads: ['pass_through_mode', 'headers'] });
  if (check.flag('pass_through_mode')) throw new Unknown(at, 'checks that pass through');
  return matchesHeaders(check.list('headers'), exchange.headers) ? answer(exchange, 200, 'health_check_ok') : undefined;
};
