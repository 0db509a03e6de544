/**
 * The parts of OpenAPI 3.1 that are written, and no others: a misspelt field does not compile.
 * https://spec.openapis.org/oas/v3.1.0
 */
export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers?: readonly ServerObject[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: Components;
  readonly 'x-limits'?: LimitsExtension;
  /** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-cors-configuration.html */
  readonly 'x-amazon-apigateway-cors'?: CorsExtension;
}

export interface ServerObject {
  readonly url: string;
  readonly description: string;
  readonly variables?: Readonly<Record<string, { readonly default: string; readonly description: string }>>;
}

export const OPERATION_METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'] as const;
export type OperationMethod = (typeof OPERATION_METHODS)[number];

export type PathItem = Readonly<Partial<Record<OperationMethod, Operation>>>;

export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: RequestBody;
  /** By status, class of statuses, or `default`. */
  readonly responses: Readonly<Record<string, Response | Reference>>;
  /** One of these is asked for; empty: nothing is. */
  readonly security: readonly SecurityRequirement[];
  /** The route as the user wrote it. */
  readonly 'x-route': string;
  /** The service that gets the requests as they are, by which `openApi` of an edge reads them. */
  readonly 'x-service'?: string;
  /** What differs from the limits of the document. */
  readonly 'x-limits'?: LimitsExtension;
  readonly 'x-cache'?: { readonly ttlSeconds: number };
}

export type SecurityRequirement = Readonly<Record<string, readonly string[]>>;

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: true;
  readonly description?: string;
  readonly schema: Schema;
  /** Of a path: whether its value may have slashes, which OpenAPI cannot say. */
  readonly 'x-greedy'?: true;
}

export interface RequestBody {
  readonly description?: string;
  readonly required?: true;
  readonly content: Content;
}

export interface Response {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { readonly description: string; readonly schema: Schema }>>;
  readonly content?: Content;
}

export type Content = Readonly<Record<string, MediaType>>;

export interface MediaType {
  readonly schema?: Schema;
  /** Of a stream: what each of its messages is, for which OpenAPI 3.1 has no word. */
  readonly 'x-item-schema'?: Schema;
}

export interface Reference {
  readonly $ref: string;
}

type Scalar = 'string' | 'number' | 'integer' | 'boolean' | 'null';

/** JSON Schema, as far as it is written. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: Scalar | 'object' | 'array' | readonly Scalar[];
  readonly description?: string;
  readonly format?: string;
  readonly contentEncoding?: 'base64';
  readonly minLength?: number;
  readonly minimum?: number;
  readonly enum?: readonly (string | number)[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema;
  readonly anyOf?: readonly Schema[];
}

export type SecurityScheme = { readonly description: string; readonly 'x-amazon-apigateway-authtype'?: string } & (
  | { readonly type: 'openIdConnect'; readonly openIdConnectUrl: string }
  | { readonly type: 'http'; readonly scheme: 'bearer'; readonly bearerFormat: 'JWT' }
  | { readonly type: 'apiKey'; readonly in: 'header' | 'query' | 'cookie'; readonly name: string }
  | { readonly type: 'mutualTLS' }
);

export interface Components {
  readonly schemas?: Readonly<Record<string, Schema>>;
  readonly responses?: Readonly<Record<string, Response>>;
  readonly securitySchemes?: Readonly<Record<string, SecurityScheme>>;
}

export interface LimitsExtension {
  readonly requestsPerSecond?: number;
  readonly burst?: number;
  /** After which clients get an error at the latest. */
  readonly timeoutSeconds?: number;
  /** Of a body. */
  readonly maxRequestBytes?: number;
  /** Of all headers together. */
  readonly maxRequestHeaderBytes?: number;
}

export interface CorsExtension {
  readonly allowOrigins?: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly maxAge?: number;
  readonly allowCredentials: boolean;
}
