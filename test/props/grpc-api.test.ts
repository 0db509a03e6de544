import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { IssueList } from '../../lib/core/reading/issues';
import { Reader } from '../../lib/core/reading/reader';
import { parseGrpcApi } from '../../lib/core/parse/service/parse-grpc-api';
import { GrpcApi } from '../../lib/props/service/grpc-api';
import { readProps } from '../../lib/props/read-props';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'protos-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** Names of services, or texts of issues. */
function read(api: unknown): readonly string[] {
  const issues = new IssueList();
  const parsed = parseGrpcApi(
    new Reader(issues, 'grpcApi', readProps({ api }) === undefined ? undefined : (readProps({ api }) as { api: unknown }).api),
    'grpc',
  );
  if (issues.all.length > 0) return issues.all.map(({ path, message }) => `${path}: ${message.replaceAll(folder, '')}`);
  return parsed?.services.map(({ typeName }) => typeName) ?? [];
}

const MESSAGE = 'syntax = "proto3"; package common; message M { string id = 1; }';
const using = (imported: string, name = 'S'): string =>
  `syntax = "proto3"; package shop; import "${imported}"; service ${name} { rpc Get(common.M) returns (common.M); }`;

test('files and their imports, from the folders of the files', () => {
  write('common/m.proto', MESSAGE);
  expect(read(GrpcApi.fromProtoFiles([write('a.proto', using('common/m.proto'))]))).toEqual(['shop.S']);
});

test('imports of imports, from the given folders, in their order', () => {
  write('one/m.proto', 'syntax = "proto3"; import "n.proto";');
  write('two/m.proto', 'not read');
  write('two/n.proto', MESSAGE);
  const file = write('two/shop/a.proto', `${using('m.proto')} import "n.proto";`);
  expect(read(GrpcApi.fromProtoFiles([file], { importPaths: [join(folder, 'one'), join(folder, 'two')] }))).toEqual(['shop.S']);
});

test('a file that others import has its services only if it is named', () => {
  const other = write('b.proto', `${MESSAGE} service Other { rpc Get(M) returns (M); }`);
  const file = write('a.proto', using('b.proto'));
  expect(read(GrpcApi.fromProtoFiles([file]))).toEqual(['shop.S']);
  expect(read(GrpcApi.fromProtoFiles([file, other]))).toEqual(['shop.S', 'common.Other']);
});

test('fails if a file or an import is not there, naming it', () => {
  expect(read(GrpcApi.fromProtoFiles([join(folder, 'none.proto')]))).toEqual([
    'grpcApi.files[0]: "/none.proto" cannot be read: there is no such file',
  ]);
  expect(read(GrpcApi.fromProtoFiles([folder]))).toEqual(['grpcApi.files[0]: "" cannot be read: it is a folder']);
  expect(read(GrpcApi.fromProtoFiles([write('a.proto', using('common/m.proto'))]))).toEqual([
    'grpcApi: /a.proto:1: imports "common/m.proto", which is not there',
  ]);
});

test('fails if an import leads out of its folder', () => {
  write('m.proto', MESSAGE);
  const file = write('in/a.proto', using('../m.proto'));
  expect(read(GrpcApi.fromProtoFiles([file]))).toContain('grpcApi: /in/a.proto:1: imports "../m.proto", which is not there');
});

test('fails if a descriptor set is not there, or is none', () => {
  expect(read(GrpcApi.fromDescriptorSet(join(folder, 'none.binpb')))).toEqual([
    'grpcApi.file: "/none.binpb" cannot be read: there is no such file',
  ]);
  expect(read(GrpcApi.fromDescriptorSet(write('a.binpb', MESSAGE)))[0]).toMatch(/is no FileDescriptorSet/);
});

test('what TypeScript would not let through is an issue, and throws nothing', () => {
  const junk = [null, 5, 'a.proto', [5], [null], [undefined], {}];
  for (const files of junk) expect(read(GrpcApi.fromProtoFiles(files as never))).not.toEqual([]);
  for (const options of [5, 'protos', { importPaths: 'protos' }, { importPaths: [5] }, { paths: [] }])
    expect(read(GrpcApi.fromProtoFiles([write('a.proto', MESSAGE)], options as never))).not.toEqual([]);
  for (const file of junk) expect(read(GrpcApi.fromDescriptorSet(file as never))).not.toEqual([]);
});
