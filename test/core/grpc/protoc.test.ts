import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GrpcApi } from '../../../lib/core/grpc/grpc-api';
import { apiOfDescriptorSet, apiOfProtos, methodName } from '../../../lib/core/grpc/grpc-api';
import { descriptorOf } from '../../../lib/core/grpc/strip';
import { descriptorText } from '../../support/descriptor-text';
import { DEMO_PROTO } from '../../support/grpc';

/**
 * Made by protoc of grpcio-tools 1.85.1, with the files of googleapis-common-protos 1.76.0:
 * `protoc --include_imports --descriptor_set_out=protoc.binpb kinds3.proto kinds2.proto kinds2023.proto demo.proto`
 */
const PROTOC = join(__dirname, 'protos/protoc.binpb');

const NAMED = ['kinds3.proto', 'kinds2.proto', 'kinds2023.proto', 'demo.proto'];

function read(name: string): { readonly name: string; readonly path: string; readonly text: string } {
  return { name, path: name, text: readFileSync(name === 'demo.proto' ? DEMO_PROTO : join(__dirname, 'protos', name), 'utf8') };
}

function succeed(api: (report: (problem: unknown) => void) => GrpcApi | undefined): GrpcApi {
  const problems: unknown[] = [];
  const found = api((problem) => problems.push(problem));
  expect(problems).toEqual([]);
  return found!;
}

const ours = succeed((report) => apiOfProtos([...NAMED, 'shared.proto', 'deep/down.proto'].map(read), NAMED, report));
const protocs = succeed((report) => apiOfDescriptorSet('protoc.binpb', readFileSync(PROTOC), report));
const methods = protocs.services.flatMap((service) => service.methods.map(methodName));

test('the descriptors of a system with Online Boutique and every kind of field have the services of protoc', () => {
  expect(methods).toHaveLength(15 + 2 + 1 + 1);
  expect(ours.services.flatMap((service) => service.methods.map(methodName)).sort()).toEqual([...methods].sort());
});

test.each(methods)('%s: .proto files give the descriptor that the set of protoc gives', (name) => {
  const rule = { method: 'POST', path: '/a', body: '*' };
  const [own, theirs] = [ours, protocs].map((api) => descriptorText(descriptorOf(api, api.method(name)!, rule)));
  expect(own).toEqual(theirs);
  expect(ours.rulesOf(ours.method(name)!)).toEqual(protocs.rulesOf(protocs.method(name)!));
});

test('bindings of google.api.http, one after the other', () => {
  expect(protocs.rulesOf(protocs.method('kinds.three.Kinds/Get')!)).toEqual([
    { method: 'GET', path: '/v1/{name=shelves/*/books/*}' },
    { method: 'POST', path: '/v1/books:search', body: '*' },
    { method: 'HEAD', path: '/v1/books/{id}' },
  ]);
});
