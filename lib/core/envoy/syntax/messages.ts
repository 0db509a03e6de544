import { defined } from '../../defined';
import type { Address, TypedExtensionConfig } from '../api/core';
import type { Extensions } from '../api/extensions';
import type { Any, Duration } from '../api/protobuf';

/**
 * A message of Envoy's API, without the fields that are undefined. Its type is that of the place where it stands, never that of the
 * fields, so that a misspelt field does not compile.
 */
export function message<T extends object = never>(fields: NoInfer<T>): T {
  return defined(fields) as T;
}

type Name = keyof Extensions;

/** Only a message with no field that has to be there may be left out. */
type Configuration<T extends Name> = object extends Extensions[T] ? [config?: Extensions[T]] : [config: Extensions[T]];

/** An extension's configuration with its type. */
export function typed<T extends Name>(type: T, ...[config]: Configuration<T>): Any<Extensions, T> {
  return { '@type': `type.googleapis.com/${type}`, ...config } as unknown as Any<Extensions, T>;
}

/** An extension with its typed configuration. Envoy finds it by its type; the name is a label, and the type's last part is a short one. */
export function extension<T extends Name>(type: T, ...config: Configuration<T>): TypedExtensionConfig<Extensions, T> {
  return named(labelOf(type), type, ...config);
}

/** An extension whose name others refer to. */
export function named<T extends Name>(name: string, type: T, ...config: Configuration<T>): TypedExtensionConfig<Extensions, T> {
  return { name, typed_config: typed(type, ...config) } as unknown as TypedExtensionConfig<Extensions, T>;
}

/** The label of an extension, by which a route refers to a filter. */
export function labelOf(type: Name): string {
  return type.slice(type.lastIndexOf('.') + 1);
}

export function socketAddress(address: string, port: number): Address {
  return { socket_address: { address, port_value: port } };
}

export function duration(seconds: number): Duration {
  return `${Number(seconds.toFixed(9))}s`;
}
