import type { FileDescriptorProto } from '@bufbuild/protobuf/wkt';
import { WELL_KNOWN_FILES } from './descriptor-files';
import { GOOGLE_PROTOS } from './google-protos';
import { parseProto } from './parse-proto';
import type { ProtoProblem } from './proto-problem';
import { symbolsOf } from './symbols';
import { symbolsDeclared, toDescriptor } from './to-descriptor';

let files: ReadonlyMap<string, FileDescriptorProto> | undefined;

/** Files of `google/` that users need not have: those that every compiler knows, and those of `google-protos.ts`. */
export function googleFiles(): ReadonlyMap<string, FileDescriptorProto> {
  if (files !== undefined) return files;
  const parsed = Object.entries(GOOGLE_PROTOS).flatMap(([name, text]) => parseProto({ name, path: name, text }, refuse) ?? []);
  const symbols = new Map([...[...WELL_KNOWN_FILES.values()].flatMap(symbolsOf), ...parsed.flatMap(symbolsDeclared)]);
  files = new Map([...WELL_KNOWN_FILES, ...parsed.map((each) => [each.name, toDescriptor(each, symbols, refuse)] as const)]);
  return files;
}

/** @throws Error if there is none */
export function googleFile(name: string): FileDescriptorProto {
  const file = googleFiles().get(name);
  if (file === undefined) throw new Error(`no ${name}`);
  return file;
}

function refuse({ file, message }: ProtoProblem): never {
  throw new Error(`${file}: ${message}`);
}
