import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Raw } from './parsing';
import { mesh, service } from './parsing';

/** Online Boutique's. */
export const DEMO_PROTO = join(__dirname, '../../examples/protos/demo.proto');

/** Raw input of `GrpcApi.fromProtoFiles()`, with files by their names; the API has the services of the first. */
export function protoFiles(files: Readonly<Record<string, string>>): Raw {
  const texts = Object.entries(files).map(([name, text]) => ({ name, path: `protos/${name}`, text }));
  return { kind: 'protoFiles', files: texts.slice(0, 1).map(({ name, path }) => ({ name, path })), texts };
}

export function demoApi(): Raw {
  return protoFiles({ 'demo.proto': readFileSync(DEMO_PROTO, 'utf8') });
}

export function grpcService(grpcApi: unknown, more: Raw = {}): Raw {
  return service({ port: 50051, protocol: 'grpc', grpcApi, ...more });
}

/** A system with a gRPC service `catalog` behind an edge whose routes are public. */
export function grpcEdge(grpcApi: unknown, edge: Raw, kind = 'http'): Raw {
  return mesh({ catalog: grpcService(grpcApi), ui: service() }, { edge: { kind, authorizer: { kind: 'none' }, ...edge } });
}

/** A proto3 file of the package `shop`, with a service `Catalog`. */
export function catalogProto(methods: string, messages = ''): string {
  return `syntax = "proto3";
package shop;
import "google/api/annotations.proto";
service Catalog {
${methods}
}
message Empty {}
message GetRequest { string id = 1; Page page = 2; repeated string tags = 3; map<string, string> labels = 4; int32 page_size = 5; }
message Page { int32 size = 1; string token = 2; Product product = 3; }
message Product { string id = 1; string display_name = 2; }
${messages}`;
}
