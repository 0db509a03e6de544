import type { Operation, OperationMethod, Reference, Response, Schema, SecurityRequirement } from '../model/openapi-document';

/** Names under which schemas stand in the document. Those of messages begin with the name of a service and have a dot. */
export const ERROR_SCHEMA = 'Error';
export const STATUS_SCHEMA = 'google.rpc.Status';

/** `google.rpc.Status` as JSON has it. https://github.com/googleapis/googleapis/blob/master/google/rpc/status.proto */
export const STATUS: Schema = {
  type: 'object',
  properties: {
    code: { type: 'integer', description: 'Code of gRPC' },
    message: { type: 'string' },
    details: { type: 'array', items: { type: 'object', properties: { '@type': { type: 'string' } }, required: ['@type'] } },
  },
  required: ['code', 'message'],
};

export function schemaRef(name: string): Reference {
  return { $ref: `#/components/schemas/${name}` };
}

interface Refusal {
  readonly status: string;
  readonly name: string;
  readonly description: string;
  /** Whether the gateway service answers with this, too. */
  readonly byGateway: boolean;
}

const REFUSALS = {
  badRequest: { status: '400', name: 'BadRequest', description: 'The path or a parameter is refused', byGateway: true },
  unauthorized: { status: '401', name: 'Unauthorized', description: 'The request does not show who sends it', byGateway: true },
  forbidden: { status: '403', name: 'Forbidden', description: 'Whoever sends the request may not', byGateway: false },
  tooLarge: { status: '413', name: 'ContentTooLarge', description: 'The body is too large', byGateway: true },
  tooMany: { status: '429', name: 'TooManyRequests', description: 'There are more requests than the limits let through', byGateway: false },
  unavailable: { status: '503', name: 'ServiceUnavailable', description: 'Nothing takes the request at the moment', byGateway: true },
  timeout: { status: '504', name: 'GatewayTimeout', description: 'There was no response in time', byGateway: true },
} as const satisfies Readonly<Record<string, Refusal>>;

const GRPC_ERROR = 'GrpcError';
const GRPC_WEB_ERROR = 'GrpcWebError';

/** Who answers an error in which form. */
export interface ErrorForms {
  /** Whether the document has a schema of the API's own errors. */
  readonly hasError: boolean;
  /** Whether those of the gateway service have that form, too; if not, they are texts. */
  readonly shared: boolean;
}

/** Answers that operations share. */
export function sharedResponses(
  operations: readonly Pick<Operation, 'responses'>[],
  forms: ErrorForms,
): Readonly<Record<string, Response>> {
  const { hasError } = forms;
  const used = new Set(
    operations.flatMap(({ responses }) => Object.values(responses).flatMap((each) => ('$ref' in each ? [each.$ref] : []))),
  );
  const grpc: Response = {
    description: 'An error of the service, or of what is before it',
    content: { 'application/json': { schema: anyOf([STATUS_SCHEMA, ...(hasError ? [ERROR_SCHEMA] : [])]) } },
  };
  const web: Response = {
    description: "An error of the service, or of what is before it: in the headers grpc-status and grpc-message, or the API's own",
    ...(hasError ? { content: { 'application/json': { schema: schemaRef(ERROR_SCHEMA) } } } : {}),
  };
  const all: readonly (readonly [string, Response])[] = [
    ...Object.values<Refusal>(REFUSALS).map((each) => [each.name, refusal(each, forms)] as const),
    [GRPC_ERROR, grpc],
    [GRPC_WEB_ERROR, web],
  ];
  return Object.fromEntries(all.filter(([name]) => used.has(responseRef(name).$ref)));
}

function refusal({ description, byGateway }: Refusal, { hasError, shared }: ErrorForms): Response {
  return {
    description: `${description}. The service may answer with this status, too, and then with a body of its own.`,
    content: {
      ...(hasError ? { 'application/json': { schema: schemaRef(ERROR_SCHEMA) } } : {}),
      ...((byGateway && !shared) || !hasError ? { 'text/plain': { schema: { type: 'string' } } } : {}),
    },
  };
}

function anyOf(names: readonly string[]): Schema {
  const [only = '', ...others] = names;
  return others.length === 0 ? schemaRef(only) : { anyOf: names.map(schemaRef) };
}

/** What answers in the place of whatever a route leads to. */
export function refusalsOf(method: OperationMethod, security: readonly SecurityRequirement[], asksForIdentity: boolean): Responses {
  const found: readonly Refusal[] = [
    REFUSALS.badRequest,
    ...(asksForIdentity ? [REFUSALS.unauthorized] : []),
    ...(security.length > 0 ? [REFUSALS.forbidden] : []),
    ...(hasBody(method) ? [REFUSALS.tooLarge] : []),
    REFUSALS.tooMany,
    REFUSALS.unavailable,
    REFUSALS.timeout,
  ];
  return Object.fromEntries(found.map(({ status, name }) => [status, responseRef(name)]));
}

export type Responses = Readonly<Record<string, Response | Reference>>;

/** Of a method of gRPC, called with JSON or by gRPC-Web alone. */
export function grpcErrors(byJson: boolean): Responses {
  const error = responseRef(byJson ? GRPC_ERROR : GRPC_WEB_ERROR);
  return { '4XX': error, '5XX': error };
}

function responseRef(name: string): Reference {
  return { $ref: `#/components/responses/${name}` };
}

export function hasBody(method: OperationMethod): boolean {
  return method === 'post' || method === 'put' || method === 'patch';
}
