import type { MessageInitShape } from '@bufbuild/protobuf';
import { create } from '@bufbuild/protobuf';
import type {
  DescriptorProto,
  MethodDescriptorProtoSchema,
  EnumDescriptorProto,
  FeatureSet,
  FieldDescriptorProto,
  FileDescriptorProto,
  FieldDescriptorProtoSchema,
} from '@bufbuild/protobuf/wkt';
import {
  DescriptorProtoSchema,
  Edition,
  EnumDescriptorProtoSchema,
  FeatureSetSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as FieldType,
  FileDescriptorProtoSchema,
} from '@bufbuild/protobuf/wkt';
import type { Enum, Field, MapField, Method, Type } from 'protobufjs';
import { defined } from '../defined';
import type { Declared, Features, ParsedProto } from './parse-proto';
import { declaredIn, isMap } from './parse-proto';
import type { ProtoProblem } from './proto-problem';
import type { SymbolKind, Symbols } from './symbols';
import { inScope, packagesOf, resolveName } from './symbols';

export function symbolsDeclared({ package: packageName, declared }: ParsedProto): readonly (readonly [string, SymbolKind])[] {
  return [...packagesOf(packageName), ...symbolsIn(declared, packageName)];
}

function symbolsIn({ messages, enums }: Declared, scope: string): readonly (readonly [string, SymbolKind])[] {
  return [
    ...enums.map(({ name }) => [inScope(scope, name), 'enum'] as const),
    ...messages.flatMap((message): readonly (readonly [string, SymbolKind])[] => [
      [inScope(scope, message.name), 'message'],
      ...symbolsIn(declaredIn(message), inScope(scope, message.name)),
    ]),
  ];
}

/**
 * The descriptor that protoc makes of a file, but for what JSON and gRPC do not depend on: options of languages, comments, extensions and
 * what is reserved.
 *
 * @param symbols of all files
 */
export function toDescriptor(parsed: ParsedProto, symbols: Symbols, report: (problem: ProtoProblem) => void): FileDescriptorProto {
  return new Converter(parsed, symbols, report).file();
}

type Options = Readonly<Record<string, unknown>> | undefined;
type FieldInit = Exclude<MessageInitShape<typeof FieldDescriptorProtoSchema>, FieldDescriptorProto>;

class Converter {
  constructor(
    private readonly parsed: ParsedProto,
    private readonly symbols: Symbols,
    private readonly report: (problem: ProtoProblem) => void,
  ) {}

  file(): FileDescriptorProto {
    const { name, package: packageName, outline, declared, features: written } = this.parsed;
    const features = featuresOf({ features: written });
    return create(FileDescriptorProtoSchema, {
      name,
      package: packageName,
      ...syntaxOf(outline.syntax),
      ...(features === undefined ? {} : { options: { features } }),
      dependency: [...new Set(outline.imports.map((each) => each.name))],
      messageType: declared.messages.map((message) => this.message(message, packageName)),
      enumType: declared.enums.map((each) => enumOf(each, written)),
      service: declared.services.map((service) => ({
        name: service.name,
        method: service.methodsArray.map((method) => this.method(method, inScope(packageName, service.name))),
      })),
    });
  }

  private message(type: Type, scope: string): DescriptorProto {
    const own = inScope(scope, type.name);
    const { messages, enums } = declaredIn(type);
    // protobufjs adds extensions to the message that they extend, by their full names.
    const fields = type.fieldsArray.filter(({ name }) => !name.includes('.'));
    // Those that a single "optional" field makes come last.
    const oneofs = [...type.oneofsArray].sort((a, b) => Number(isSynthetic(a.fieldsArray)) - Number(isSynthetic(b.fieldsArray)));
    // protobufjs hands those of the file on to what stands at its top level.
    const features = featuresOf(type.options, scope === this.parsed.package ? this.parsed.features : undefined);
    return create(DescriptorProtoSchema, {
      name: type.name,
      field: fields.map((field) => {
        const index = field.partOf === null ? -1 : oneofs.indexOf(field.partOf);
        return { ...this.field(field, own), ...(index === -1 ? {} : { oneofIndex: index }) };
      }),
      nestedType: this.inFileOrder(own, [
        ...messages.map((nested) => ({ name: nested.name, type: this.message(nested, own) })),
        ...(fields as readonly (Field | MapField)[])
          .filter(isMap)
          .map((field) => ({ name: field.name, type: this.mapEntry(field.name, field.keyType, field.type, own) })),
      ]),
      enumType: enums.map((each) => enumOf(each)),
      oneofDecl: oneofs.map(({ name }) => ({ name })),
      ...(features === undefined ? {} : { options: { features } }),
    });
  }

  /** As protoc has them: the entries of a map where its field stands. */
  private inFileOrder(scope: string, types: readonly { readonly name: string; readonly type: DescriptorProto }[]): DescriptorProto[] {
    const lineOf = (name: string): number => this.parsed.outline.lines.get(inScope(scope, name)) ?? 0;
    return [...types].sort((a, b) => lineOf(a.name) - lineOf(b.name)).map(({ type }) => type);
  }

  private field(field: Field, scope: string): FieldInit {
    // As protoc writes it.
    const name = isGroup(field) ? field.type.toLowerCase() : field.name;
    const number = field.id;
    const options: Options = field.options;
    const line = this.parsed.outline.lines.get(inScope(scope, name));
    const type = isMap(field)
      ? { type: FieldType.MESSAGE, typeName: `.${inScope(scope, entryName(name))}` }
      : this.typeOf(field.type, scope, line, inScope(scope, name), isGroup(field));
    const packed = options?.['packed'] === true || options?.['packed'] === false ? options.packed : undefined;
    const features = featuresOf(options);
    const standard = options?.['default'];
    return {
      name,
      number,
      ...type,
      label: isMap(field) || field.rule === 'repeated' ? Label.REPEATED : field.rule === 'required' ? Label.REQUIRED : Label.OPTIONAL,
      jsonName: typeof options?.['json_name'] === 'string' ? options.json_name : jsonNameOf(name),
      ...(options?.['proto3_optional'] === true ? { proto3Optional: true } : {}),
      ...(standard === undefined ? {} : { defaultValue: defaultText(standard, field.type === 'bytes') }),
      ...(packed === undefined && features === undefined ? {} : { options: defined({ packed, features }) }),
    };
  }

  private mapEntry(field: string, keyType: string, valueType: string, scope: string): DescriptorProto {
    const line = this.parsed.outline.lines.get(inScope(scope, field));
    return create(DescriptorProtoSchema, {
      name: entryName(field),
      field: [
        { name: 'key', number: 1, label: Label.OPTIONAL, jsonName: 'key', ...this.typeOf(keyType, scope, line, field) },
        { name: 'value', number: 2, label: Label.OPTIONAL, jsonName: 'value', ...this.typeOf(valueType, scope, line, field) },
      ],
      options: { mapEntry: true },
    });
  }

  private typeOf(
    written: string,
    scope: string,
    line: number | undefined,
    what: string,
    group = false,
  ): { type: FieldType; typeName?: string } {
    const scalar = SCALARS[written];
    if (scalar !== undefined) return { type: scalar };
    const name = this.resolve(written, scope, line, what);
    if (name === undefined) return { type: FieldType.BYTES };
    return { type: this.symbols.get(name) === 'enum' ? FieldType.ENUM : group ? FieldType.GROUP : FieldType.MESSAGE, typeName: `.${name}` };
  }

  private resolve(written: string, scope: string, line: number | undefined, what: string): string | undefined {
    const name = resolveName(written, scope, this.symbols);
    if (name === undefined) this.problem(line, `"${what}" names the type "${written}", which is not there`);
    return name;
  }

  private method(method: Method, service: string): MessageInitShape<typeof MethodDescriptorProtoSchema> {
    const line = this.parsed.outline.lines.get(inScope(service, method.name));
    const type = (written: string): string => {
      const name = this.resolve(written, service, line, inScope(service, method.name));
      if (name !== undefined && this.symbols.get(name) !== 'message') this.problem(line, `"${written}" is no message`);
      return `.${name ?? 'google.protobuf.Empty'}`;
    };
    return {
      name: method.name,
      inputType: type(method.requestType),
      outputType: type(method.responseType),
      ...(method.requestStream === true ? { clientStreaming: true } : {}),
      ...(method.responseStream === true ? { serverStreaming: true } : {}),
    };
  }

  private problem(line: number | undefined, message: string): void {
    this.report({ file: this.parsed.path, message, ...defined({ line }) });
  }
}

function isSynthetic(fields: readonly Field[]): boolean {
  return fields.some(({ options }: { readonly options?: Options }) => options?.['proto3_optional'] === true);
}

function syntaxOf(syntax: string): { readonly syntax?: string; readonly edition?: Edition } {
  if (syntax === 'proto2') return {};
  if (syntax === 'proto3') return { syntax };
  return { syntax: 'editions', edition: syntax === '2023' ? Edition.EDITION_2023 : Edition.EDITION_2024 };
}

/** @param around features of the file, where it stands at its top level */
function enumOf(type: Enum, around?: Features): EnumDescriptorProto {
  const features = featuresOf(type.options, around);
  const allowAlias = type.options?.allow_alias === true ? true : undefined;
  return create(EnumDescriptorProtoSchema, {
    name: type.name,
    value: Object.entries(type.values).map(([name, number]) => ({ name, number })),
    ...(features === undefined && allowAlias === undefined ? {} : { options: defined({ allowAlias, features }) }),
  });
}

/**
 * `features.field_presence` and others of editions. https://protobuf.dev/editions/features/
 *
 * @param around features that it has from its file
 */
function featuresOf(options: Options, around?: Features): FeatureSet | undefined {
  const features = options?.['features'] as Features;
  const chosen = FeatureSetSchema.fields.flatMap((field): [string, number][] => {
    const written = features?.[field.name];
    const value = field.fieldKind === 'enum' ? field.enum.values.find(({ name }) => name === written) : undefined;
    return value === undefined || written === around?.[field.name] ? [] : [[field.localName, value.number]];
  });
  return chosen.length === 0 ? undefined : create(FeatureSetSchema, Object.fromEntries(chosen));
}

/** A field of proto2 whose message is declared with it. */
function isGroup({ parent, type }: Field): boolean {
  return declaredIn(parent).messages.some((message) => message.name === type && (message as { readonly group?: unknown }).group === true);
}

/** As descriptors write it. https://github.com/protocolbuffers/protobuf/blob/main/src/google/protobuf/descriptor.proto */
function defaultText(value: unknown, bytes: boolean): string {
  if (typeof value === 'number' && !Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  const text = String(value);
  if (!bytes) return text;
  return [...Buffer.from(text, 'latin1')]
    .map((byte) => (byte >= 32 && byte < 127 && byte !== 92 ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`))
    .join('');
}

/** The name of a field in JSON, unless it has one of its own. */
export function jsonNameOf(name: string): string {
  return name.replace(/_+([^_]?)/g, (_match, next: string) => next.toUpperCase());
}

/** The message of a map's entries, by the name of its field. */
function entryName(field: string): string {
  const camel = jsonNameOf(field);
  return `${camel.charAt(0).toUpperCase()}${camel.slice(1)}Entry`;
}

const SCALARS: Readonly<Record<string, FieldType>> = {
  double: FieldType.DOUBLE,
  float: FieldType.FLOAT,
  int64: FieldType.INT64,
  uint64: FieldType.UINT64,
  int32: FieldType.INT32,
  fixed64: FieldType.FIXED64,
  fixed32: FieldType.FIXED32,
  bool: FieldType.BOOL,
  string: FieldType.STRING,
  bytes: FieldType.BYTES,
  uint32: FieldType.UINT32,
  sfixed32: FieldType.SFIXED32,
  sfixed64: FieldType.SFIXED64,
  sint32: FieldType.SINT32,
  sint64: FieldType.SINT64,
};
