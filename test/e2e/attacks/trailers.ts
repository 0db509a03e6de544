/** Trailers that an application may take for the headers of the same name. */
import { OVERRIDES } from './rules';
import { spellings } from './spellings';

export const TRAILERS: readonly string[] = [
  'x-forwarded-client-cert', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'forwarded', 'x-envoy-internal', 'x-envoy-retry-on', 'x-edge-route',
  ...OVERRIDES, 'grpc-timeout', 'authorization', 'cookie', 'content-length',
].flatMap(spellings).filter((name) => name !== 'content-length');

/** A server may take these for an error of the protocol. */
export const OF_CONNECTIONS: readonly string[] = ['host', 'content-length', 'transfer-encoding', 'te', 'connection'];
