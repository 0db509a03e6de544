import type { DescExtension, DescMessage, JsonValue } from '@bufbuild/protobuf';
import { create, createFileRegistry, fromJson, getExtension, hasExtension, setExtension, toJson } from '@bufbuild/protobuf';
import type { MethodOptions } from '@bufbuild/protobuf/wkt';
import {
  FieldDescriptorProtoSchema,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  MethodOptionsSchema,
} from '@bufbuild/protobuf/wkt';
import { WELL_KNOWN_FILES } from './descriptor-files';
import { googleFile } from './google-files';
import { defined } from '../defined';

/** One binding of `google.api.http`. https://github.com/googleapis/googleapis/blob/master/google/api/http.proto */
export interface HttpRule {
  /** Of HTTP; `*` for every one. */
  readonly method: string;
  /** A template, such as `/v1/{name=shelves/*}`. */
  readonly path: string;
  /** `*`, the name of a field, or nothing. */
  readonly body?: string;
  readonly responseBody?: string;
}

const PATTERNS = ['get', 'put', 'post', 'delete', 'patch'] as const;

/** As protobuf writes it in JSON. */
type HttpRuleJson = Readonly<
  Partial<Record<(typeof PATTERNS)[number] | 'body' | 'responseBody', string>> & {
    custom?: { kind?: string; path?: string };
    additionalBindings?: readonly HttpRuleJson[];
  }
>;

/** The annotation as a .proto file has it, in text format, where a repeated field with one value is no list. */
export interface WrittenRule {
  readonly [field: string]: unknown;
}

/** @throws Error if it is no annotation; says why */
export function writtenRules(written: WrittenRule): readonly HttpRule[] {
  const schema = schemas().rule;
  return rulesOf(toJson(schema, fromJson(schema, asJson(written))) as HttpRuleJson);
}

function asJson({ additional_bindings: more, ...rule }: WrittenRule): { readonly [field: string]: JsonValue } {
  const bindings = more === undefined ? [] : Array.isArray(more) ? more : [more];
  return {
    ...(rule as { readonly [field: string]: JsonValue }),
    ...(bindings.length === 0
      ? {}
      : { additional_bindings: bindings.map((each) => (isObject(each) ? bindingAsJson(each) : (each as JsonValue))) }),
  };
}

/** "Nested bindings must not contain an `additional_bindings` field themselves (that is, the nesting may only be one level deep)." */
function bindingAsJson(binding: WrittenRule): { readonly [field: string]: JsonValue } {
  if (binding['additional_bindings'] !== undefined) throw new Error('additional_bindings cannot have additional_bindings of their own');
  return asJson(binding);
}

function isObject(value: unknown): value is WrittenRule {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Those of a method in a descriptor. */
export function rulesIn(options: MethodOptions | undefined): readonly HttpRule[] {
  const { rule, http } = schemas();
  if (options === undefined || !hasExtension(options, http)) return [];
  return rulesOf(toJson(rule, getExtension(options, http) as never) as HttpRuleJson);
}

/** The options of a method with this rule alone. */
export function optionsWith({ method, path, body }: HttpRule): MethodOptions {
  const { rule, http } = schemas();
  const known = PATTERNS.find((pattern) => pattern.toUpperCase() === method);
  const options = create(MethodOptionsSchema);
  const pattern: { [field: string]: JsonValue } = known === undefined ? { custom: { kind: method, path } } : { [known]: path };
  setExtension(options, http, fromJson(rule, { ...pattern, ...(body === undefined ? {} : { body }) }));
  return options;
}

/** One with no pattern stays, to be complained of. */
function rulesOf({ additionalBindings = [], custom, body, responseBody, ...patterns }: HttpRuleJson): readonly HttpRule[] {
  const pattern = PATTERNS.find((each) => patterns[each] !== undefined);
  return [
    {
      method: pattern?.toUpperCase() ?? custom?.kind ?? '',
      path: (pattern === undefined ? custom?.path : patterns[pattern]) ?? '',
      ...defined({ body, responseBody }),
    },
    ...additionalBindings.flatMap(rulesOf),
  ];
}

let known: { readonly rule: DescMessage; readonly http: DescExtension } | undefined;

/** Of the annotation, and of the option that holds it. https://github.com/googleapis/googleapis/blob/master/google/api/annotations.proto */
function schemas(): NonNullable<typeof known> {
  if (known !== undefined) return known;
  const annotations = create(FileDescriptorProtoSchema, {
    ...googleFile('google/api/annotations.proto'),
    extension: [
      create(FieldDescriptorProtoSchema, {
        name: 'http',
        number: 72295728,
        type: FieldDescriptorProto_Type.MESSAGE,
        label: FieldDescriptorProto_Label.OPTIONAL,
        typeName: '.google.api.HttpRule',
        extendee: '.google.protobuf.MethodOptions',
        jsonName: 'http',
      }),
    ],
  });
  const file = [WELL_KNOWN_FILES.get('google/protobuf/descriptor.proto'), googleFile('google/api/http.proto'), annotations];
  const registry = createFileRegistry(create(FileDescriptorSetSchema, { file: file.flatMap((each) => each ?? []) }));
  const rule = registry.getMessage('google.api.HttpRule');
  const http = registry.getExtension('google.api.http');
  if (rule === undefined || http === undefined) throw new Error('google.api.http is not in google/api/annotations.proto');
  known = { rule, http };
  return known;
}
