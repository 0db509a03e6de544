/** Trailers that an application may take for the headers of the same name. */
import { OVERRIDES } from './rules';

export const TRAILERS: readonly string[] = [
  'x-forwarded-client-cert',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'forwarded',
  'x-forwarded-port',
  'x-envoy-internal',
  'x-envoy-retry-on',
  'x-edge-route',
  ...OVERRIDES,
  'grpc-timeout',
  'authorization',
  'cookie',
];

/** A server may take these for an error of the protocol. */
export const OF_PROTOCOL: readonly string[] = ['host', 'content-length', 'transfer-encoding', 'te', 'connection'];
