import type { DescriptorProto, FileDescriptorProto } from '@bufbuild/protobuf/wkt';

export type SymbolKind = 'message' | 'enum' | 'package';

/** Full names of what field types can name, and of packages. */
export type Symbols = ReadonlyMap<string, SymbolKind>;

export function packagesOf(name: string): readonly (readonly [string, SymbolKind])[] {
  const parts = name === '' ? [] : name.split('.');
  return parts.map((_, index) => [parts.slice(0, index + 1).join('.'), 'package'] as const);
}

export function symbolsOf(file: FileDescriptorProto): readonly (readonly [string, SymbolKind])[] {
  return [
    ...packagesOf(file.package),
    ...file.enumType.map(({ name }) => [inScope(file.package, name), 'enum'] as const),
    ...file.messageType.flatMap((message) => symbolsIn(message, file.package)),
  ];
}

function symbolsIn(message: DescriptorProto, scope: string): readonly (readonly [string, SymbolKind])[] {
  const own = inScope(scope, message.name);
  return [
    [own, 'message'],
    ...message.enumType.map(({ name }) => [inScope(own, name), 'enum'] as const),
    ...message.nestedType.flatMap((nested) => symbolsIn(nested, own)),
  ];
}

export function inScope(scope: string, name: string): string {
  return scope === '' ? name : `${scope}.${name}`;
}

/**
 * What a name means in a scope, as C++ and protoc read it: the innermost scope that has its first part decides.
 * https://protobuf.dev/programming-guides/proto3/#name-resolution
 */
export function resolveName(written: string, scope: string, symbols: Symbols): string | undefined {
  const known = (name: string): string | undefined => {
    const kind = symbols.get(name);
    return kind === 'message' || kind === 'enum' ? name : undefined;
  };
  if (written.startsWith('.')) return known(written.slice(1));
  const [first = '', ...rest] = written.split('.');
  for (let around: string | undefined = scope; around !== undefined; around = outer(around)) {
    const head = symbols.get(inScope(around, first));
    // A type with a single name, or something that can hold the rest of it.
    if (head === undefined || (rest.length === 0 ? head === 'package' : head === 'enum')) continue;
    return known(inScope(around, written));
  }
  return undefined;
}

function outer(scope: string): string | undefined {
  if (scope === '') return undefined;
  const dot = scope.lastIndexOf('.');
  return dot === -1 ? '' : scope.slice(0, dot);
}
