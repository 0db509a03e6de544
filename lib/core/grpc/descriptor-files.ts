import type { FileDescriptorProto } from '@bufbuild/protobuf/wkt';
import {
  file_google_protobuf_any,
  file_google_protobuf_api,
  file_google_protobuf_descriptor,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_field_mask,
  file_google_protobuf_source_context,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_type,
  file_google_protobuf_wrappers,
} from '@bufbuild/protobuf/wkt';
import type { ProtoProblem } from './proto-problem';

/** The well-known types, by the names of their files, which every compiler knows. */
export const WELL_KNOWN_FILES: ReadonlyMap<string, FileDescriptorProto> = new Map(
  [
    file_google_protobuf_any,
    file_google_protobuf_api,
    file_google_protobuf_descriptor,
    file_google_protobuf_duration,
    file_google_protobuf_empty,
    file_google_protobuf_field_mask,
    file_google_protobuf_source_context,
    file_google_protobuf_struct,
    file_google_protobuf_timestamp,
    file_google_protobuf_type,
    file_google_protobuf_wrappers,
  ].map(({ proto }) => [proto.name, proto]),
);

const ADD_IMPORTS = 'add the folder in which the name of the import begins to importPaths; protoc needs --include_imports';

/** Each file after those that it imports, which is how descriptors are read. */
export function inOrder(files: readonly FileDescriptorProto[], report: (problem: ProtoProblem) => void): readonly FileDescriptorProto[] {
  const byName = new Map(files.map((file) => [file.name, file]));
  const done = new Map<string, 'open' | 'closed'>();
  const sorted: FileDescriptorProto[] = [];
  const visit = (file: FileDescriptorProto): void => {
    if (done.has(file.name)) return;
    done.set(file.name, 'open');
    for (const name of file.dependency) {
      const imported = byName.get(name);
      if (imported === undefined) report({ file: file.name, message: `imports "${name}", which is not there`, fix: ADD_IMPORTS });
      else if (done.get(name) === 'open') report({ file: file.name, message: `imports "${name}", which imports it in turn` });
      else visit(imported);
    }
    done.set(file.name, 'closed');
    sorted.push(file);
  };
  for (const file of files) visit(file);
  return sorted;
}
