import type { JsonSchema } from 'aws-cdk-lib/aws-apigateway';
import type { GrpcApi } from '../service/grpc-api';
import { fileContent, jsonContent } from './file-content';

/**
 * JSON Schema, draft 4, which the bodies of requests must match. Messages of `.proto` files have one, too.
 *
 * @example
 * const order = BodySchema.of({
 *   type: JsonSchemaType.OBJECT,
 *   required: ['sku', 'count'],
 *   properties: { sku: { type: JsonSchemaType.STRING }, count: { type: JsonSchemaType.INTEGER, minimum: 1 } },
 *   additionalProperties: false,
 * });
 * const address = BodySchema.fromFile('schemas/address.json');
 * const product = BodySchema.ofMessage(GrpcApi.fromProtoFiles(['protos/demo.proto']), 'hipstershop.Product');
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
 */
export class BodySchema {
  /** Takes a schema as the AWS CDK writes it: `ref` is `$ref`, and `schema` is `$schema`. */
  public static of(schema: JsonSchema): BodySchema {
    return new BodySchema(() => ({ kind: 'inline', ...jsonContent(schema) }));
  }

  /**
   * Reads a schema when the app is synthesized.
   *
   * @param file path of a JSON file, from the folder in which the app is synthesized; it may refer to what stands in itself, such as
   * `#/definitions/address`, but to no other file
   */
  public static fromFile(file: string): BodySchema {
    return new BodySchema(() => ({ kind: 'file', path: file, ...fileContent(file) }));
  }

  /**
   * Makes a schema of the request of the gRPC method that the route calls, or of that field of it which the body is. It accepts all that
   * the gateway service translates: proto3 JSON, with fields by their names in JSON or in the `.proto` file, enums by name or number, and
   * numbers as numbers or texts. Fields that the message does not have it accepts where `GrpcUnknownFields.IGNORE` does. Only on routes
   * with `grpc`, and in `grpcRoutes`.
   *
   * @see https://protobuf.dev/programming-guides/json/
   */
  public static ofMethod(): BodySchema {
    return new BodySchema(() => ({ kind: 'method' }));
  }

  /**
   * Makes a schema of a message, for routes to services that read its JSON themselves: all that proto3 JSON accepts, and fields that the
   * message has not.
   *
   * @param api `.proto` files or a descriptor set that has the message
   * @param message its full name, such as `shop.Order`
   * @see https://protobuf.dev/programming-guides/json/
   */
  public static ofMessage(api: GrpcApi, message: string): BodySchema {
    return new BodySchema(() => ({ kind: 'message', api, message }));
  }

  /** @internal */
  public readonly _type = 'BodySchema';

  private constructor(private readonly content: () => object) {}

  /** @internal */
  public _input(): unknown {
    return this.content();
  }
}
