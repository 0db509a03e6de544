/** Envoy configuration: JSON of its v3 API. https://www.envoyproxy.io/docs/envoy/latest/api-v3/api */
export type Json = string | number | boolean | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** An extension's configuration with its type. */
export function typed(type: string, config: JsonObject = {}): JsonObject {
  return { '@type': `type.googleapis.com/${type}`, ...config };
}

/** A named extension with its typed configuration. */
export function extension(name: string, type: string, config: JsonObject = {}): JsonObject {
  return { name, typed_config: typed(type, config) };
}

export function socketAddress(address: string, port: number): JsonObject {
  return { socket_address: { address, port_value: port } };
}

export function duration(seconds: number): string {
  return `${Number(seconds.toFixed(9))}s`;
}
