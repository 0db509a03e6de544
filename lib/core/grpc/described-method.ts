import type { DescField, DescMethod } from '@bufbuild/protobuf';
import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import type { HttpRule } from './http-rule';
import { rulesIn } from './http-rule';

/** A method with the one binding that its descriptor has. */
export interface DescribedMethod {
  readonly method: DescMethod;
  readonly rule: HttpRule;
}

/**
 * @param descriptor as `descriptorOf` makes it
 * @param name `package.Service/Method`
 */
export function describedMethod(descriptor: string, name: string): DescribedMethod | undefined {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, Buffer.from(descriptor, 'base64')));
  const [service = '', methodName] = name.split('/');
  const method = registry.getService(service)?.methods.find((each) => each.name === methodName);
  const [rule] = method === undefined ? [] : rulesIn(method.proto.options);
  return method === undefined || rule === undefined ? undefined : { method, rule };
}

/** The fields that the path of a binding sets, as the .proto file writes them: `page.size`. */
export function fieldsOfPath({ path }: Pick<HttpRule, 'path'>): readonly string[] {
  return [...path.matchAll(/\{([^=}]+)/g)].map(([, field = '']) => field);
}

/** Of a descriptor that does not say it, the one that protobuf makes of the name. */
export function jsonNameOf({ jsonName, name }: Pick<DescField, 'jsonName' | 'name'>): string {
  return jsonName === '' ? name.replace(/_+(.?)/g, (_, next: string) => next.toUpperCase()) : jsonName;
}
