import type { JsonSchema } from 'aws-cdk-lib/aws-apigateway';
import { fileContent, jsonContent } from './file-content';

/**
 * JSON Schema, draft 4, which the bodies of requests must match.
 *
 * @example
 * const order = BodySchema.of({
 *   type: JsonSchemaType.OBJECT,
 *   required: ['sku', 'count'],
 *   properties: { sku: { type: JsonSchemaType.STRING }, count: { type: JsonSchemaType.INTEGER, minimum: 1 } },
 *   additionalProperties: false,
 * });
 * const address = BodySchema.fromFile('schemas/address.json');
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

  /** @internal */
  public readonly _type = 'BodySchema';

  private constructor(private readonly content: () => object) {}

  /** @internal */
  public _input(): unknown {
    return this.content();
  }
}
