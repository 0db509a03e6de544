import { fromBinary } from '@bufbuild/protobuf';
import type { DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto } from '@bufbuild/protobuf/wkt';
import {
  Edition,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import { rulesIn } from '../../lib/core/grpc/http-rule';

/** What a descriptor in base64 says, for reading: a line for each thing in it, without what Google's files say. */
export function descriptorText(base64: string): readonly string[] {
  const { file } = fromBinary(FileDescriptorSetSchema, Buffer.from(base64, 'base64'));
  return file.flatMap((each) => (each.name.startsWith('google/rpc/') ? [`file ${each.name}`] : fileText(each)));
}

export function fileText({
  name,
  package: packageName,
  syntax,
  edition,
  dependency,
  messageType,
  enumType,
  service,
}: FileDescriptorProto): string[] {
  const used = edition === Edition.EDITION_UNKNOWN ? '' : ` ${edition}`;
  const imports = dependency.length === 0 ? '' : `, imports ${dependency.join(', ')}`;
  return [
    `file ${name}: package ${packageName}, ${syntax === '' ? 'proto2' : syntax}${used}${imports}`,
    ...[...enumType.flatMap(enumText), ...messageType.flatMap(messageText)].map((line) => `  ${line}`),
    ...service.flatMap((each) => [
      `  service ${each.name}`,
      ...each.method.flatMap(({ name: method, inputType, outputType, clientStreaming, serverStreaming, options }) => [
        `    ${method}(${clientStreaming ? 'stream ' : ''}${inputType}) -> ${serverStreaming ? 'stream ' : ''}${outputType}`,
        ...rulesIn(options).map((rule) => `      ${rule.method} ${rule.path}${rule.body === undefined ? '' : ` body ${rule.body}`}`),
      ]),
    ]),
  ];
}

function messageText({ name, field, nestedType, enumType, oneofDecl, options }: DescriptorProto): string[] {
  return [
    `message ${name}${optionText(options)}`,
    ...field.map(
      (each) =>
        `  ${fieldText(
          each,
          oneofDecl.map((oneof) => oneof.name),
        )}`,
    ),
    ...[...enumType.flatMap(enumText), ...nestedType.flatMap(messageText)].map((line) => `  ${line}`),
  ];
}

function fieldText(field: FieldDescriptorProto, oneofs: readonly string[]): string {
  const { name, number, label, type, typeName, jsonName, defaultValue, proto3Optional, oneofIndex, options } = field;
  const rule = label === Label.REPEATED ? 'repeated ' : label === Label.REQUIRED ? 'required ' : '';
  const oneof = Object.hasOwn(field, 'oneofIndex') ? ` in ${oneofs[oneofIndex] ?? '?'}` : '';
  const notes = [
    ...(jsonName === '' ? [] : [`json ${jsonName}`]),
    ...(defaultValue === '' ? [] : [`default ${defaultValue}`]),
    ...(proto3Optional ? ['optional'] : []),
  ];
  const noted = notes.length === 0 ? '' : ` (${notes.join(', ')})`;
  return `${number} ${rule}${Type[type].toLowerCase()}${typeName} ${name}${oneof}${noted}${optionText(options)}`;
}

function enumText({ name, value, options }: EnumDescriptorProto): string[] {
  return [`enum ${name}: ${value.map((each) => `${each.name}=${each.number}`).join(' ')}${optionText(options)}`];
}

function optionText(options: object | undefined): string {
  const named = Object.entries(options ?? {}).filter(
    ([key, value]) => !key.startsWith('$') && value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
  return named.length === 0
    ? ''
    : ` ${JSON.stringify(Object.fromEntries(named), (key, value: unknown) => (key.startsWith('$') ? undefined : value))}`;
}
