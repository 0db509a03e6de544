import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { rulesIn } from '../../../lib/core/grpc/http-rule';
import { answer } from '../exchange';
import { withoutQuery } from '../header-map';
import { Message, Unknown } from '../message';
import type { HttpFilter } from './index';
import { configured } from './override';

const TRANSCODER = 'envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder';

/**
 * The method and the path that a request has from here on; bodies and query strings are not simulated.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/grpc_json_transcoder_filter
 */
export const transcode: HttpFilter = (filter, override, exchange) => {
  const config = configured(filter, override, TRANSCODER);
  if (config === undefined) return undefined;
  const transcoder = Message.of(config.config, config.at, {
    reads: ['proto_descriptor_bin', 'services', 'match_incoming_request_route', 'request_validation_options'],
    ignores: ['convert_grpc_status', 'max_request_body_size', 'max_response_body_size', 'print_options'],
  });
  const { headers } = exchange;
  const strict = transcoder.maybe('request_validation_options', {
    reads: ['reject_unknown_method'],
    ignores: ['reject_unknown_query_parameters', 'reject_binding_body_field_collisions'],
  });
  if (!transcoder.flag('match_incoming_request_route') || strict?.flag('reject_unknown_method') !== true)
    throw new Unknown(transcoder.at, 'a request that is routed anew, or passed on as it came');
  const bytes = Buffer.from(transcoder.text('proto_descriptor_bin'), 'base64');
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes));
  const methods = transcoder.list('services').flatMap(([name]) => registry.getService(String(name))?.methods ?? []);
  const path = withoutQuery(headers.path);
  const method = methods.find(({ proto }) =>
    rulesIn(proto.options).some((rule) => rule.method === headers.method && patternOf(rule.path).test(path)),
  );
  if (method === undefined) return answer(exchange, 404, 'early_grpc_json_transcode_failure');
  headers.set('x-envoy-original-path', headers.path);
  headers.set('x-envoy-original-method', headers.method);
  headers.set(':method', 'POST');
  headers.set(':path', `/${method.parent.typeName}/${method.name}`);
  headers.set('content-type', 'application/grpc');
  headers.set('te', 'trailers');
  headers.remove('content-length');
  return undefined;
};

/** Of templates whose parameters are whole segments. */
function patternOf(template: string): RegExp {
  const parts = template.split(/(\{[^}]+\})/).map((part) => {
    if (!part.startsWith('{')) return part.replaceAll(/[^A-Za-z0-9/_-]/g, '\\$&');
    return part.endsWith('**}') ? '.+' : '[^/]+';
  });
  return new RegExp(`^${parts.join('')}$`);
}

/** https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/grpc_web_filter */
export const takeGrpcWeb: HttpFilter = (filter, override, { headers }) => {
  const config = configured(filter, override, filter.type);
  if (config === undefined) return undefined;
  Message.of(config.config, config.at, { reads: [] });
  if (!/^application\/grpc-web/.test(headers.get('content-type') ?? '')) return undefined;
  headers.set('content-type', 'application/grpc');
  headers.set('te', 'trailers');
  headers.set('grpc-accept-encoding', 'identity,deflate,gzip');
  return undefined;
};
