/** Envoy's configuration as tests read it, and as they write what the library never does. */
export type Json = string | number | boolean | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

export function socketAddress(address: string, port: number): JsonObject {
  return { socket_address: { address, port_value: port } };
}

/** An extension of any type, with any fields. */
export function extension(type: string, config: JsonObject = {}): JsonObject {
  return { name: type.slice(type.lastIndexOf('.') + 1), typed_config: { '@type': `type.googleapis.com/${type}`, ...config } };
}
