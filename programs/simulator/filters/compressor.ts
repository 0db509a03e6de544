import type { HttpFilter } from './index';
import { extensionAt, Message, Unknown } from '../message';
import { configured } from './override';

const COMMON = ['min_content_length', 'content_type_matcher'];
const RESPONSE = ['weaken_etag_on_compress', 'uncompressible_response_codes', 'remove_accept_encoding_header'];
const INPUTS = ['HttpRequestHeaderMatchInput', 'HttpResponseHeaderMatchInput'].map((name) => `envoy.type.matcher.v3.${name}`);

/**
 * Changes responses alone, of which nothing is simulated: so it lets every request pass, and may not change any.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/compressor_filter
 */
export const passCompressor: HttpFilter = (filter, override) => {
  const config = configured(filter, override, filter.type);
  if (config === undefined) return undefined;
  const wrapper = Message.of(config.config, config.at, { reads: ['extension_config', 'xds_matcher'] });
  const inner = extensionAt(wrapper.raw('extension_config'), wrapper.place('extension_config'));
  if (inner.type !== 'envoy.extensions.filters.http.compressor.v3.Compressor') throw new Unknown(inner.at, `the filter ${inner.type}`);
  const compressor = Message.of(inner.config, inner.at, {
    reads: ['response_direction_config', 'compressor_library'],
    ignores: ['choose_first'],
  });
  const response = compressor.child('response_direction_config', { reads: ['common_config', ...RESPONSE] });
  response.inspect('common_config', COMMON);
  // The application would see another request.
  if (response.flag('remove_accept_encoding_header')) throw new Unknown(response.at, 'what it removes');
  const library = extensionAt(compressor.raw('compressor_library'), compressor.place('compressor_library'));
  if (!/^envoy\.extensions\.compression\.(brotli|gzip)\.compressor\.v3\./.test(library.type)) throw new Unknown(library.at, library.type);
  checkMatcher(wrapper.child('xds_matcher', { reads: ['matcher_list'] }));
  return undefined;
};

function checkMatcher(matcher: Message): void {
  const list = matcher.child('matcher_list', { reads: ['matchers'] });
  for (const branch of list.messages('matchers', { reads: ['predicate', 'on_match'] })) {
    const action = branch.child('on_match', { reads: ['action'] });
    const { type, at } = extensionAt(action.raw('action'), action.place('action'));
    if (type !== 'envoy.extensions.filters.common.matcher.action.v3.SkipFilter') throw new Unknown(at, type);
    checkPredicate(branch.raw('predicate'), branch.place('predicate'));
  }
}

function checkPredicate(value: unknown, at: string): void {
  const predicate = Message.of(value, at, { reads: ['single_predicate', 'or_matcher', 'not_matcher'] });
  const kind = predicate.oneOf('single_predicate', 'or_matcher', 'not_matcher');
  if (kind === 'not_matcher') checkPredicate(predicate.raw(kind), predicate.place(kind));
  if (kind === 'or_matcher')
    for (const [part, place] of predicate.child(kind, { reads: ['predicate'] }).list('predicate')) checkPredicate(part, place);
  if (kind !== 'single_predicate') return;
  const { type, at: place } = extensionAt(predicate.child(kind, { reads: ['input'], ignores: ['value_match'] }).raw('input'), at);
  if (!INPUTS.includes(type)) throw new Unknown(place, `the input ${type}`);
}
