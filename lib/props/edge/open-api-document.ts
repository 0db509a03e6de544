import { factoryInput } from '../factory-input';
import { fileContent, jsonContent } from './file-content';

/**
 * Options of `OpenApiDocument`.
 *
 * @example
 * const options: OpenApiDocumentOptions = { requestValidation: false };
 */
export interface OpenApiDocumentOptions {
  /**
   * Whether API Gateway refuses requests that lack a parameter or have a body that the document does not allow. An HTTP API cannot, so
   * set this to false there if the document says of any.
   *
   * @default true
   */
  readonly requestValidation?: boolean;
}

/**
 * OpenAPI document, version 3.0 or 3.1, whose operations are routes of an edge. `x-service` of an operation, a path or the document names
 * the service that gets the requests.
 *
 * @example
 * const edge = Edge.restApi({
 *   openApi: OpenApiDocument.fromFile('api.yaml'),
 *   securitySchemes: { login: Authorizer.cognito({ userPool }) },
 * });
 *
 * @see https://spec.openapis.org/oas/v3.1.0
 */
export class OpenApiDocument {
  /**
   * Reads a document when the app is synthesized.
   *
   * @param file path of a YAML or JSON file, from the folder in which the app is synthesized; it may refer to what stands in itself, such
   * as `#/components/schemas/Order`, but to no other file
   */
  public static fromFile(file: string, options?: OpenApiDocumentOptions): OpenApiDocument {
    return new OpenApiDocument(() => factoryInput(options, { kind: 'file', path: file, ...fileContent(file) }));
  }

  /**
   * Takes a document as an object.
   *
   * @param document content of the document, as in JSON
   */
  // jsii has no other word for a value of any type.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  public static of(document: { readonly [field: string]: any }, options?: OpenApiDocumentOptions): OpenApiDocument {
    return new OpenApiDocument(() => factoryInput(options, { kind: 'inline', ...jsonContent(document) }));
  }

  /** @internal */
  public readonly _type = 'OpenApiDocument';

  private constructor(private readonly content: () => unknown) {}

  /** @internal */
  public _input(): unknown {
    return this.content();
  }
}
