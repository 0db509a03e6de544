import type { DescMethod } from '@bufbuild/protobuf';
import { create, isFieldSet, toBinary } from '@bufbuild/protobuf';
import type { DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto } from '@bufbuild/protobuf/wkt';
import {
  DescriptorProtoSchema,
  EnumDescriptorProtoSchema,
  FieldDescriptorProtoSchema,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import { jsonNameOf } from './described-method';
import { inOrder } from './descriptor-files';
import { googleFiles } from './google-files';
import { ERROR_DETAILS } from './google-protos';
import type { GrpcApi } from './grpc-api';
import type { HttpRule } from './http-rule';
import { optionsWith } from './http-rule';
import { inScope } from './symbols';

const ANY = 'google.protobuf.Any';

/** A type with its file, and the messages around it. */
interface Placed {
  readonly file: FileDescriptorProto;
  readonly message?: DescriptorProto;
}

/**
 * A FileDescriptorSet with what one method uses, the types of the details of errors, and one binding of `google.api.http`, in base64.
 *
 * What all methods have comes first, so that the descriptors of a system compress well together.
 */
export function descriptorOf(api: Pick<GrpcApi, 'files'>, method: DescMethod, rule: HttpRule): string {
  const file = strippedFiles(api, method, rule);
  return Buffer.from(toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file: [...file] }))).toString('base64');
}

export function strippedFiles({ files: own }: Pick<GrpcApi, 'files'>, method: DescMethod, rule: HttpRule): readonly FileDescriptorProto[] {
  const names = new Set(own.map(({ name }) => name));
  const files = [...[...googleFiles().values()].filter(({ name }) => !names.has(name)), ...own];
  const types = new Map(files.flatMap(typesOf));
  const details = files.flatMap((file) =>
    file.name === ERROR_DETAILS ? file.messageType.map(({ name }) => inScope(file.package, name)) : [],
  );
  const used = usedFrom([...details, method.input.typeName, method.output.typeName], types, own);
  const needed = files.flatMap((file) => {
    const services = file.service.filter(
      ({ name }) => inScope(file.package, name) === method.parent.typeName && file.name === method.parent.file.proto.name,
    );
    const messageType = file.messageType.flatMap((message) => stripMessage(message, file.package, used) ?? []);
    const enumType = file.enumType.filter(({ name }) => used.has(inScope(file.package, name))).map(stripEnum);
    if (services.length + messageType.length + enumType.length === 0) return [];
    const service = services.map(({ name, method: methods }) => ({
      name,
      method: methods.filter((each) => each.name === method.name).map((each) => ({ ...each, options: optionsWith(rule) })),
    }));
    const { name, package: packageName, syntax, edition, options } = file;
    const stripped = create(FileDescriptorProtoSchema, {
      name,
      package: packageName,
      syntax,
      messageType,
      enumType,
      service,
      ...(syntax === 'editions' ? { edition } : {}),
      ...kept(options, ['features']),
    });
    stripped.dependency = dependenciesOf(stripped, types);
    return [stripped];
  });
  const first = (file: FileDescriptorProto): number => (file.name.startsWith('google/') ? 0 : 1);
  return inOrder(
    [...needed].sort((a, b) => first(a) - first(b)),
    () => undefined,
  );
}

function typesOf(file: FileDescriptorProto): readonly (readonly [string, Placed])[] {
  const inMessage = (message: DescriptorProto, scope: string): readonly (readonly [string, Placed])[] => {
    const own = inScope(scope, message.name);
    return [
      [own, { file, message }],
      ...message.enumType.map(({ name }) => [inScope(own, name), { file }] as const),
      ...message.nestedType.flatMap((nested) => inMessage(nested, own)),
    ];
  };
  return [
    ...file.enumType.map(({ name }) => [inScope(file.package, name), { file }] as const),
    ...file.messageType.flatMap((message) => inMessage(message, file.package)),
  ];
}

/** An `Any` may hold each message of the API. */
function usedFrom(roots: readonly string[], types: ReadonlyMap<string, Placed>, own: readonly FileDescriptorProto[]): ReadonlySet<string> {
  const used = new Set<string>();
  const open = [...roots];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (used.has(name)) continue;
    used.add(name);
    open.push(...(types.get(name)?.message?.field ?? []).flatMap(typeNames));
    if (name === ANY) open.push(...own.flatMap((file) => (file.name.startsWith('google/') ? [] : typesOf(file).map(([each]) => each))));
  }
  return used;
}

function typeNames({ typeName }: FieldDescriptorProto): readonly string[] {
  return typeName === '' ? [] : [typeName.slice(1)];
}

function stripMessage(message: DescriptorProto, scope: string, used: ReadonlySet<string>): DescriptorProto | undefined {
  const own = inScope(scope, message.name);
  const nestedType = message.nestedType.flatMap((nested) => stripMessage(nested, own, used) ?? []);
  const enumType = message.enumType.filter(({ name }) => used.has(inScope(own, name))).map(stripEnum);
  const { name, options } = message;
  // One that only holds others is kept for its name.
  if (!used.has(own))
    return nestedType.length + enumType.length === 0 ? undefined : create(DescriptorProtoSchema, { name, nestedType, enumType });
  return create(DescriptorProtoSchema, {
    name,
    field: message.field.map(stripField),
    nestedType,
    enumType,
    oneofDecl: message.oneofDecl.map((oneof) => ({ name: oneof.name })),
    ...kept(options, ['mapEntry', 'messageSetWireFormat', 'features']),
  });
}

function stripField(field: FieldDescriptorProto): FieldDescriptorProto {
  const { name, number, label, type, typeName, defaultValue, oneofIndex, proto3Optional, jsonName, options } = field;
  const present = (key: keyof typeof FieldDescriptorProtoSchema.field): boolean => isFieldSet(field, FieldDescriptorProtoSchema.field[key]);
  return create(FieldDescriptorProtoSchema, {
    name,
    number,
    label,
    type,
    ...(typeName === '' ? {} : { typeName }),
    ...(present('defaultValue') ? { defaultValue } : {}),
    ...(present('oneofIndex') ? { oneofIndex } : {}),
    ...(proto3Optional ? { proto3Optional } : {}),
    // Who reads the descriptor need not know how JSON spells names, but where it is the name that JSON makes of them.
    ...(jsonName === '' || (jsonName === name && jsonNameOf({ jsonName: '', name }) === name) ? {} : { jsonName }),
    ...kept(options, ['packed', 'features']),
  });
}

function stripEnum({ name, value, options }: EnumDescriptorProto): EnumDescriptorProto {
  return create(EnumDescriptorProtoSchema, {
    name,
    value: value.map((each) => ({ name: each.name, number: each.number })),
    ...kept(options, ['allowAlias', 'features']),
  });
}

/** The options that messages are read and written by. */
function kept<T extends object, K extends keyof T>(options: T | undefined, names: readonly K[]): { options?: Pick<T, K> } {
  const chosen = names.flatMap((name): [K, T[K]][] =>
    options !== undefined && Object.hasOwn(options, name) ? [[name, options[name]]] : [],
  );
  return chosen.length === 0 ? {} : { options: Object.fromEntries(chosen) as Pick<T, K> };
}

/** Only files whose types it names, so that nothing else must be there. */
function dependenciesOf(file: FileDescriptorProto, types: ReadonlyMap<string, Placed>): string[] {
  const fields = (message: DescriptorProto): readonly string[] => [
    ...message.field.flatMap(typeNames),
    ...message.nestedType.flatMap(fields),
  ];
  const methods = file.service.flatMap(({ method }) =>
    method.flatMap(({ inputType, outputType }) => [inputType.slice(1), outputType.slice(1)]),
  );
  const named = [...file.messageType.flatMap(fields), ...methods].flatMap((name) => types.get(name)?.file.name ?? []);
  return [...new Set(named)].filter((name) => name !== file.name).sort();
}
