/** Envoy configuration: JSON of its v3 API. https://www.envoyproxy.io/docs/envoy/latest/api-v3/api */
export type Json = string | number | boolean | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** An extension's configuration with its type. */
export function typed(type: string, config: JsonObject = {}): JsonObject {
  return { '@type': `type.googleapis.com/${type}`, ...config };
}

/** An extension with its typed configuration. Envoy finds it by its type; the name is a label, and the type's last part is a short one. */
export function extension(type: string, config: JsonObject = {}): JsonObject {
  return { name: labelOf(type), typed_config: typed(type, config) };
}

/** The label of an extension, by which a route refers to a filter. */
export function labelOf(type: string): string {
  return type.slice(type.lastIndexOf('.') + 1);
}

export function socketAddress(address: string, port: number): JsonObject {
  return { socket_address: { address, port_value: port } };
}

export function duration(seconds: number): string {
  return `${Number(seconds.toFixed(9))}s`;
}
