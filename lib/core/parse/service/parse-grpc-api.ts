import type { GrpcApi } from '../../grpc/grpc-api';
import { apiOfDescriptorSet, apiOfProtos } from '../../grpc/grpc-api';
import type { ProtoText } from '../../grpc/parse-proto';
import type { ProtoProblem } from '../../grpc/proto-problem';
import { placeText } from '../../grpc/proto-problem';
import type { ProtocolId } from '../../model/topology';
import type { Reader } from '../../reading/reader';

const FACTORIES = 'GrpcApi.fromProtoFiles() or GrpcApi.fromDescriptorSet()';

const WRITE_A_SET = 'write it with protoc --include_imports --descriptor_set_out, or with buf build -o';

/** What the .proto files of a service say. What is wrong in them are issues of this prop. */
export function parseGrpcApi(at: Reader, protocol: ProtocolId): GrpcApi | undefined {
  if (!at.checkFactory('GrpcApi', FACTORIES) || !at.checkFields(['files', 'texts', 'importPaths', 'file'], 'kind')) return undefined;
  if (protocol !== 'grpc')
    return at.fail('UNSUPPORTED_BY_PROTOCOL', 'only a gRPC service has an API of this kind', {
      fix: 'set protocol to Protocol.GRPC, or remove it',
    });
  const kind = at.field('kind').required('the kind of description', `use ${FACTORIES}`).oneOf(['protoFiles', 'descriptorSet'], 'a GrpcApi');
  const report = (problem: ProtoProblem): void => {
    at.fail('GRPC_API', `${placeText(problem)}: ${problem.message}`, {
      got: null,
      fix: problem.fix ?? (kind === 'descriptorSet' ? WRITE_A_SET : `correct ${problem.file}`),
    });
  };
  if (kind === 'descriptorSet') return ofDescriptorSet(at.field('file'), report);
  return kind === 'protoFiles' ? ofProtoFiles(at, report) : undefined;
}

function ofProtoFiles(at: Reader, report: (problem: ProtoProblem) => void): GrpcApi | undefined {
  const importPaths = at.field('importPaths').items('a list of folders');
  for (const each of importPaths) each.required('a folder', 'remove the entry, or name a folder').string();
  const named = at.field('files').required('the files', "such as ['protos/shop.proto']").items('a list of files');
  if (named.length === 0 && Array.isArray(at.field('files').value))
    at.fail('MISSING', 'an API needs at least one .proto file', { got: null, fix: "name one, such as 'protos/shop.proto'" });
  const names = named.flatMap((file) => nameOf(file) ?? []);
  if (names.length < named.length || named.length === 0) return undefined;
  const texts = at
    .field('texts')
    .items()
    .flatMap((text): readonly ProtoText[] => {
      const [name, path, content] = [text.field('name').string(), text.field('path').string(), text.field('text').string()];
      return name === undefined || path === undefined || content === undefined ? [] : [{ name, path, text: content }];
    });
  return apiOfProtos(texts, names, report);
}

function nameOf(file: Reader): string | undefined {
  const path = file.field('path').required('the path of a file', 'remove the entry, or name a file').string();
  const error = file.field('error').string();
  if (path === undefined) return undefined;
  if (error === undefined) return file.field('name').string();
  reportUnreadable(file, path, error);
  return undefined;
}

function reportUnreadable(at: Reader, path: string, error: string): void {
  at.fail('GRPC_API', `"${path}" cannot be read: ${error}`, {
    got: null,
    fix: 'correct the path, which begins in the folder in which the app is synthesized, or write path.join(__dirname, …)',
  });
}

function ofDescriptorSet(file: Reader, report: (problem: ProtoProblem) => void): GrpcApi | undefined {
  const path = file.field('path').required('the path of a descriptor set', "such as 'protos/shop.binpb'").string();
  const error = file.field('error').string();
  const text = file.field('text').string();
  if (path === undefined) return undefined;
  if (error !== undefined) reportUnreadable(file, path, error);
  return text === undefined ? undefined : apiOfDescriptorSet(path, Buffer.from(text, 'base64'), report);
}
