import type { DescMethod } from '@bufbuild/protobuf';
import type { GrpcApi } from '../../grpc/grpc-api';
import { methodName } from '../../grpc/grpc-api';
import { IssueList } from '../../reading/issues';
import { Reader } from '../../reading/reader';

/** Where a method is declared, or where in it a text stands: `protos/shop.proto:12: shop.Catalog/Get: `. A descriptor set has no lines. */
export function placeOfMethod(api: GrpcApi, method: DescMethod, text?: string): string {
  const place = api.placeOf(`${method.parent.typeName}.${method.name}`, text);
  return `${place === undefined ? '' : `${place}: `}${methodName(method)}: `;
}

/** Reads what a .proto file has led to: the issues of it begin with their place in the file. */
export function inProto<T>(at: Reader, place: string, read: (at: Reader) => T): T {
  const issues = new IssueList();
  const result = read(new Reader(issues, at.path, undefined, at.places));
  for (const issue of issues.all) at.issues.add({ ...issue, message: `${place}${issue.message}` });
  return result;
}
