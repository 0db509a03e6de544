import type { KMSClientConfig } from '@aws-sdk/client-kms';

export type Fields = Readonly<Record<string, unknown>>;

/** What an AWS service answers instead of a result. */
export class ServiceError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** The process is gone: whatever ran has to be started anew. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

export interface CallHooks {
  /** Runs before the call reaches the service; what it throws is what the client sees. */
  readonly before?: (operation: string) => void;
  /** Runs when the service has done its work, and the answer has not arrived. */
  readonly after?: (operation: string) => void;
}

type RequestHandler = NonNullable<KMSClientConfig['requestHandler']>;

interface JsonRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Stands where the SDK would open a connection; AWS's JSON protocol on both sides. */
export function fakeRequestHandler(
  serve: (operation: string, input: Fields) => Fields | Promise<Fields>,
  hooks: CallHooks,
): RequestHandler {
  const handler = {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request: JsonRequest) {
      const operation = (request.headers['x-amz-target'] ?? '').split('.').pop() ?? '';
      hooks.before?.(operation);
      const response = await answer(() => serve(operation, JSON.parse(bodyText(request.body)) as Fields));
      hooks.after?.(operation);
      return { response };
    },
    destroy: () => undefined,
  };
  return handler;
}

interface JsonResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

async function answer(serve: () => Fields | Promise<Fields>): Promise<JsonResponse> {
  const response = (statusCode: number, content: Fields) => ({
    statusCode,
    headers: { 'content-type': 'application/x-amz-json-1.1' },
    body: new TextEncoder().encode(JSON.stringify(content)),
  });
  try {
    return response(200, await serve());
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return response(400, { __type: error.code, message: error.message });
  }
}

function bodyText(body: unknown): string {
  return typeof body === 'string' ? body : body instanceof Uint8Array ? new TextDecoder().decode(body) : '{}';
}
