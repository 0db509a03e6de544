import type { DescMessage, DescMethod, DescService, FileRegistry } from '@bufbuild/protobuf';
import { create, createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import type { FileDescriptorProto, FileDescriptorSet } from '@bufbuild/protobuf/wkt';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { inOrder, missingImport } from './descriptor-files';
import { googleFiles } from './google-files';
import type { HttpRule, WrittenRule } from './http-rule';
import { rulesIn, writtenRules } from './http-rule';
import type { ParsedProto, ProtoText } from './parse-proto';
import { parseProto } from './parse-proto';
import type { ProtoProblem } from './proto-problem';
import { placeText } from './proto-problem';
import { inScope, symbolsOf } from './symbols';
import { symbolsDeclared, toDescriptor } from './to-descriptor';
import { defined } from '../defined';

/** What the .proto files of a service say. */
export interface GrpcApi {
  /** Of the files that the user named, and of a descriptor set all. */
  readonly services: readonly DescService[];
  /** All files, each after those that it imports. */
  readonly files: readonly FileDescriptorProto[];
  /** By `package.Service/Method`. */
  method(name: string): DescMethod | undefined;
  /** By its full name. */
  message(name: string): DescMessage | undefined;
  /** Full names of all messages. */
  messages(): readonly string[];
  /** The bindings of `google.api.http`. */
  rulesOf(method: DescMethod): readonly HttpRule[];
  /** Where something is declared, by its full name, and where in a method a text stands: `protos/shop.proto:12`. */
  placeOf(name: string, text?: string): string | undefined;
}

type Report = (problem: ProtoProblem) => void;

/** `package.Service/Method` */
export function methodName({ parent, name }: DescMethod): string {
  return `${parent.typeName}/${name}`;
}

/**
 * @param texts what the user named, and what that imports, as far as it is found
 * @param named the names of the files that the user named
 */
export function apiOfProtos(texts: readonly ProtoText[], named: readonly string[], report: Report): GrpcApi | undefined {
  const problems: ProtoProblem[] = [];
  const add = (problem: ProtoProblem): void => {
    // An input and an output can name one type that is not there.
    if (problems.some(({ file, line, message }) => file === problem.file && line === problem.line && message === problem.message)) return;
    problems.push(problem);
    report(problem);
  };
  const parsed = texts.flatMap((text) => parseProto(text, add) ?? []);
  const own = new Set(parsed.map(({ name }) => name));
  for (const { path, outline } of parsed)
    for (const { name, line } of outline.imports) if (!own.has(name) && !googleFiles().has(name)) add(missingImport(path, name, line));
  // Types that are not there would follow from a file that is not there.
  if (problems.length > 0) return undefined;
  // A file of the user's takes the place of one that the library has.
  const google = [...googleFiles()].flatMap(([name, file]) => (own.has(name) ? [] : [file]));
  const symbols = new Map([...google.flatMap(symbolsOf), ...parsed.flatMap(symbolsDeclared)]);
  const files = parsed.map((each) => toDescriptor(each, symbols, add));
  const rules = new Map(parsed.flatMap((each) => annotations(each, add)));
  const byName = new Map(parsed.map((each) => [each.name, each]));
  const sorted = inOrder([...files, ...neededOf(files, google)], ({ file, ...problem }) => {
    const line = byName.get(file)?.outline.imports.find(({ name }) => problem.message.includes(`"${name}"`))?.line;
    add({ ...problem, file: byName.get(file)?.path ?? file, ...defined({ line }) });
  });
  if (problems.length > 0) return undefined;
  const registry = registryOf(sorted, add);
  if (registry === undefined) return undefined;
  return apiWith(
    sorted,
    named.flatMap((name) => registry.getFile(name)?.services ?? []),
    registry,
    (method) => rules.get(fullName(method)) ?? [],
    (name, text) => {
      for (const { path: file, outline } of parsed) {
        const line = (text === undefined ? undefined : outline.texts.get(name)?.get(text)) ?? outline.lines.get(name);
        if (line !== undefined) return placeText({ file, line });
      }
      return undefined;
    },
  );
}

/** @param name of the file, for reports */
export function apiOfDescriptorSet(name: string, bytes: Uint8Array, report: Report): GrpcApi | undefined {
  let set: FileDescriptorSet;
  try {
    set = fromBinary(FileDescriptorSetSchema, bytes);
  } catch (error) {
    report({ file: name, message: `is no FileDescriptorSet: ${error instanceof Error ? error.message : String(error)}` });
    return undefined;
  }
  if (set.file.length === 0) {
    report({ file: name, message: 'is no FileDescriptorSet: there is no file in it' });
    return undefined;
  }
  const own = new Set(set.file.map((file) => file.name));
  const google = [...googleFiles()].flatMap(([file, descriptor]) => (own.has(file) ? [] : [descriptor]));
  let complete = true;
  const sorted = inOrder([...set.file, ...neededOf(set.file, google)], ({ file, ...problem }) => {
    complete = false;
    report({ ...problem, file: name, message: `"${file}" ${problem.message}` });
  });
  const registry = complete
    ? registryOf(sorted, (problem) => {
        report({ ...problem, file: name });
      })
    : undefined;
  if (registry === undefined) return undefined;
  return apiWith(
    sorted,
    set.file.flatMap((file) => registry.getFile(file.name)?.services ?? []),
    registry,
    (method) => rulesIn(method.proto.options),
    () => undefined,
  );
}

function apiWith(
  files: readonly FileDescriptorProto[],
  services: readonly DescService[],
  registry: FileRegistry,
  rulesOf: GrpcApi['rulesOf'],
  placeOf: GrpcApi['placeOf'],
): GrpcApi {
  return {
    files,
    services,
    method: (name) => {
      const [service = '', method] = name.split('/');
      return registry.getService(service)?.methods.find((each) => each.name === method);
    },
    message: (name) => registry.getMessage(name),
    messages: () => [...registry].flatMap((type) => (type.kind === 'message' ? [type.typeName] : [])),
    rulesOf,
    placeOf,
  };
}

function fullName(method: DescMethod): string {
  return `${method.parent.typeName}.${method.name}`;
}

/** Files of the library's that others import, directly or not. */
function neededOf(files: readonly FileDescriptorProto[], available: readonly FileDescriptorProto[]): readonly FileDescriptorProto[] {
  const names = new Set(files.flatMap(({ dependency }) => dependency));
  const found = available.filter(({ name }) => names.has(name));
  const rest = available.filter(({ name }) => !names.has(name));
  return found.length === 0 ? [] : [...found, ...neededOf(found, rest)];
}

function registryOf(files: readonly FileDescriptorProto[], report: Report): FileRegistry | undefined {
  try {
    return createFileRegistry(create(FileDescriptorSetSchema, { file: [...files] }));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const file = files.find(({ name }) => text.startsWith(`${name}: `)) ?? files.at(-1);
    report({ file: file?.name ?? '', message: text.replace(`${file?.name ?? ''}: `, '') });
    return undefined;
  }
}

const ANNOTATION = /^\(\.?google\.api\.http\)$/;

function annotations(parsed: ParsedProto, report: Report): readonly (readonly [string, readonly HttpRule[]])[] {
  return parsed.declared.services.flatMap((service) =>
    service.methodsArray.flatMap((method) => {
      const name = inScope(inScope(parsed.package, service.name), method.name);
      const options = (method.parsedOptions ?? []) as readonly Readonly<Record<string, WrittenRule>>[];
      const written = options.flatMap((option) => Object.entries(option).flatMap(([key, value]) => (ANNOTATION.test(key) ? [value] : [])));
      try {
        return written.length === 0 ? [] : [[name, written.flatMap(writtenRules)] as const];
      } catch (error) {
        const line = parsed.outline.lines.get(name);
        const reason = (error instanceof Error ? error.message : String(error)).replace(/^cannot decode message [\w.]+ from JSON: /, '');
        report({
          file: parsed.path,
          message: `the option google.api.http of "${method.name}" cannot be read: ${reason}`,
          ...defined({ line }),
        });
        return [];
      }
    }),
  );
}
