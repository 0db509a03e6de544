import type { Answer, Exchange } from '../exchange';
import { answer } from '../exchange';
import { FRACTION, happens, matchesHeaders } from '../matchers';
import { Message, Unknown } from '../message';
import type { HttpFilter } from './index';
import { configured } from './override';

const FAULT = { reads: ['delay', 'abort', 'headers'], ignores: ['max_active_faults'] };
const TYPE = 'envoy.extensions.filters.http.fault.v3.HTTPFault';

/** https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/fault_filter */
export const injectFault: HttpFilter = (filter, override, exchange) => {
  const config = configured(filter, override, TYPE);
  if (config === undefined) return undefined;
  const fault = Message.of(config.config, config.at, FAULT);
  if (!matchesHeaders(fault.list('headers'), exchange.headers)) return undefined;
  // The delay comes first, and the abortion after it.
  const delayed = delay(fault, exchange);
  const aborted = abort(fault, exchange);
  return aborted === undefined ? delayed : { ...aborted, ...(delayed === undefined ? {} : { delaySeconds: delayed.seconds }) };
};

function abort(fault: Message, exchange: Exchange): Answer | undefined {
  const abortion = fault.maybe('abort', { reads: ['http_status', 'grpc_status', 'percentage'] });
  if (abortion === undefined || !happens(abortion.maybe('percentage', FRACTION), exchange.chance, false)) return undefined;
  const kind = abortion.oneOf('http_status', 'grpc_status');
  if (kind === undefined) throw new Unknown(abortion.at, 'an abortion without a status');
  return kind === 'grpc_status'
    ? answer(exchange, 200, 'fault_filter_abort', abortion.number(kind))
    : answer(exchange, abortion.number(kind), 'fault_filter_abort');
}

function delay(fault: Message, { chance }: Exchange): { readonly kind: 'delayed'; readonly seconds: number } | undefined {
  const wait = fault.maybe('delay', { reads: ['fixed_delay', 'percentage'] });
  if (wait === undefined || !happens(wait.maybe('percentage', FRACTION), chance, false)) return undefined;
  return { kind: 'delayed', seconds: wait.seconds('fixed_delay') ?? 0 };
}
