import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { outlineOf } from '../../core/grpc/proto-outline';

/**
 * Options of `GrpcApi.fromProtoFiles()`.
 *
 * @example
 * const options: GrpcApiOptions = { importPaths: ['protos', 'third_party/googleapis'] };
 */
export interface GrpcApiOptions {
  /**
   * Folders in which imports are looked for, in order, as with `protoc --proto_path`. `google/protobuf/*.proto`,
   * `google/api/{annotations,http,httpbody}.proto` and `google/rpc/{status,error_details}.proto` are known without.
   *
   * @default - the folders of the files
   */
  readonly importPaths?: string[];
}

/**
 * The API of a gRPC service, as its `.proto` files describe it. It is read when the app is synthesized; no compiler is needed.
 *
 * @example
 * const catalog: ServiceProps = { image, port: 3550, protocol: Protocol.GRPC, grpcApi: GrpcApi.fromProtoFiles(['protos/demo.proto']) };
 *
 * @see https://protobuf.dev/programming-guides/proto3/
 */
export class GrpcApi {
  /**
   * Reads `.proto` files, and what they import: proto2, proto3, and editions 2023 and 2024.
   *
   * @param files paths of the files whose services the API has, from the folder in which the app is synthesized
   */
  public static fromProtoFiles(files: string[], options?: GrpcApiOptions): GrpcApi {
    return new GrpcApi(() =>
      // What is no object (from JavaScript) stays as it is, so that validation can name it.
      (options ?? undefined) === undefined || typeof options === 'object'
        ? { ...options, kind: 'protoFiles', ...readProtoFiles(files, options?.importPaths) }
        : options,
    );
  }

  /**
   * Reads a `FileDescriptorSet`, as `protoc --include_imports --descriptor_set_out` and `buf build -o` write it.
   *
   * @param file path of the file, from the folder in which the app is synthesized
   */
  public static fromDescriptorSet(file: string): GrpcApi {
    return new GrpcApi(() => ({ kind: 'descriptorSet', file: readFile(file, (path) => readFileSync(path).toString('base64')) }));
  }

  /** @internal */
  public readonly _type = 'GrpcApi';

  private constructor(private readonly read: () => unknown) {}

  /** @internal */
  public _input(): unknown {
    return this.read();
  }
}

/** A file that was looked for: its text, or why there is none. */
interface GivenFile {
  readonly path: unknown;
  readonly text?: string;
  readonly error?: string;
}

function readFile(path: unknown, read: (path: string) => string): GivenFile {
  if (typeof path !== 'string') return { path };
  try {
    return { path, text: read(path) };
  } catch (error) {
    const code = (error as { readonly code?: unknown }).code;
    return { path, error: code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'it is a folder' : String(error) };
  }
}

interface ProtoFiles {
  /** What the user named. Validation looks at whatever else stands in the list. */
  readonly files: unknown;
  /** All files that were found, by the names under which others import them. */
  readonly texts: readonly { readonly name: string; readonly path: string; readonly text: string }[];
}

function readProtoFiles(files: unknown, importPaths: unknown): ProtoFiles {
  if (!Array.isArray(files)) return { files, texts: [] };
  const given = files.filter((file): file is string => typeof file === 'string');
  const folders = Array.isArray(importPaths) ? importPaths.filter((each): each is string => typeof each === 'string') : given.map(dirname);
  const texts = new Map<string, { readonly name: string; readonly path: string; readonly text: string }>();
  const add = (name: string, path: string, text: string): void => {
    if (texts.has(name)) return;
    texts.set(name, { name, path, text });
    for (const { name: imported } of outlineOf(text).imports) {
      if (texts.has(imported) || escapes(imported)) continue;
      const found = folders.map((folder) => join(folder, imported)).find(isFile);
      if (found !== undefined) add(imported, found, readFileSync(found, 'utf8'));
    }
  };
  const named = files.map((file: unknown) => {
    const { path, text, error } = readFile(file, (each) => readFileSync(each, 'utf8'));
    if (text === undefined || typeof path !== 'string') return { path, ...(error === undefined ? {} : { error }) };
    const name = nameIn(folders, path);
    add(name, path, text);
    return { path, name };
  });
  return { files: named, texts: [...texts.values()] };
}

/** As others import it: from the first folder that holds it. */
function nameIn(folders: readonly string[], path: string): string {
  const names = folders.map((folder) => relative(folder, path)).filter((name) => name !== '' && !escapes(name));
  return (names[0] ?? basename(path)).replaceAll('\\', '/');
}

function escapes(name: string): boolean {
  return isAbsolute(name) || name.split(/[/\\]/).includes('..');
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
