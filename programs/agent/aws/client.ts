import { AwsSdkSigV4Signer, resolveAwsSdkSigV4Config } from '@aws-sdk/core/httpAuthSchemes';
import { HttpRequest, type HttpResponse } from '@smithy/core/protocols';
import { retryMiddleware, StandardRetryStrategy } from '@smithy/core/retry';
import { Hash } from '@smithy/core/serde';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Readable } from 'node:stream';
import { Failure } from '../failure';
import type { Environment } from '../settings';
import { endpointOf, type Api } from './apis';
import { awsFailure } from './aws-failure';
import { taskCredentials } from './credentials';

const TIMEOUT_MS = 3000;
/** Loops try again themselves, and say so; the client only bridges a hiccup. */
const ATTEMPTS = 2;
/** Each takes memory. In one Region, requests take milliseconds, so that this is enough for hundreds of callees. */
const CONNECTIONS = 16;
/** Three times a list of 1,000 tasks, which is the longest answer that the agent asks for, and little enough to be held. */
const LONGEST_BYTES = 2 * 1024 * 1024;

export interface Call {
  /** Its name in the API's reference. */
  readonly action: string;
  readonly path?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Of the host: see `endpointOf`. */
  readonly hostPrefix?: string;
  readonly timeoutMs?: number;
}

export interface Answer {
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly requestId: string | undefined;
}

/**
 * Calls an API of AWS with JSON. Signatures, clocks that differ, credentials, endpoints, retries and connections are the parts of
 * AWS's SDK; its clients of whole services around them take 10 MiB more for the few calls that the agent makes.
 */
export class AwsClient {
  private readonly signer = new AwsSdkSigV4Signer();
  private readonly signing: ReturnType<typeof signingOf>;
  private readonly retry: { readonly maxAttempts: () => Promise<number>; readonly retryStrategy: () => Promise<StandardRetryStrategy> };

  constructor(
    private readonly api: Api,
    private readonly region: string,
    private readonly environment: Environment = process.env,
    attempts = ATTEMPTS,
  ) {
    this.signing = signingOf(api, region, environment);
    const strategy = new StandardRetryStrategy(attempts);
    this.retry = { maxAttempts: async () => Promise.resolve(attempts), retryStrategy: async () => Promise.resolve(strategy) };
  }

  /** Throws a Failure. */
  async call(call: Call): Promise<Answer> {
    try {
      const { url, rules } = endpointOf(this.api, this.region, this.environment, call.hostPrefix);
      const context = { endpointV2: rules };
      const { output } = await retryMiddleware(this.retry)<Answer & { readonly $metadata: object }>(async ({ request }) => {
        const { response, answer } = await this.once(call, request as HttpRequest, context);
        return { response, output: { ...answer, $metadata: {} } };
      }, context)({ input: {}, request: requestOf(call, url) });
      return output;
    } catch (error) {
      throw awsFailure(call.action, error);
    }
  }

  private async once(
    { timeoutMs = TIMEOUT_MS }: Call,
    request: HttpRequest,
    context: object,
  ): Promise<{ readonly response: HttpResponse; readonly answer: Answer }> {
    const { signing, signer } = this;
    const properties = { config: signing, context, signingName: this.api.signingName, signingRegion: this.region };
    // Signed anew at each attempt, with credentials that are still valid.
    const signed = HttpRequest.clone(await signer.sign(request, await signing.credentials(), properties));
    const { response } = await connections.handle(signed, { requestTimeout: timeoutMs });
    const answer = {
      headers: response.headers,
      text: await textOf(response.body as Readable, timeoutMs),
      requestId: response.headers['x-amzn-requestid'],
    };
    if (response.statusCode < 300) {
      signer.successHandler(response, properties);
      return { response, answer };
    }
    return signer.errorHandler(properties)(errorOf(response, answer));
  }
}

function requestOf({ path = '/', headers, body }: Call, { protocol, hostname, host, port, pathname }: URL): HttpRequest {
  const text = JSON.stringify(body);
  return new HttpRequest({
    method: 'POST',
    protocol,
    hostname,
    ...(port === '' ? {} : { port: Number(port) }),
    path: `${pathname.replace(/\/$/, '')}${path}`,
    headers: {
      host,
      'content-length': String(Buffer.byteLength(text)),
      'user-agent': 'cdk-ecs-microservices-agent',
      ...headers,
    },
    body: text,
  });
}

const connections = new NodeHttpHandler({
  connectionTimeout: 2000,
  requestTimeout: TIMEOUT_MS,
  throwOnRequestTimeout: true,
  httpAgent: { keepAlive: true, maxSockets: CONNECTIONS },
  httpsAgent: { keepAlive: true, maxSockets: CONNECTIONS },
  // That requests wait for a connection is no reason for a line in the log.
  logger: { trace: ignored, debug: ignored, info: ignored, warn: ignored, error: ignored },
});

function ignored(): void {
  // Nothing.
}

function signingOf({ signingName }: Api, region: string, environment: Environment) {
  return resolveAwsSdkSigV4Config({
    region: async () => Promise.resolve(region),
    // Kept, and read again before they expire.
    credentials: taskCredentials(environment),
    sha256: Hash.bind(null, 'sha256'),
    defaultSigningName: signingName,
    serviceId: signingName,
    useFipsEndpoint: async () => Promise.resolve(false),
    useDualstackEndpoint: async () => Promise.resolve(false),
    disableClockSkewCorrection: async () => Promise.resolve(false),
  });
}

async function textOf(body: Readable, timeoutMs: number): Promise<string> {
  const late = setTimeout(() => {
    body.destroy(named('TimeoutError', `the answer did not end within ${timeoutMs} ms`));
  }, timeoutMs);
  try {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of body) {
      chunks.push(chunk as Buffer);
      bytes += (chunk as Buffer).length;
      if (bytes > LONGEST_BYTES) throw new Failure('malformed', `an answer of AWS has more than ${LONGEST_BYTES} bytes`);
    }
    return Buffer.concat(chunks).toString('utf8');
  } finally {
    clearTimeout(late);
  }
}

/** https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization */
function errorOf(response: HttpResponse, { headers, text, requestId }: Answer): Error {
  const { __type: type, code, message, Message = message } = fieldsOf(text);
  const [name = ''] = [headers['x-amzn-errortype'], type, code].filter((value) => typeof value === 'string' && value !== '');
  return Object.assign(named(errorName(String(name)), typeof Message === 'string' ? Message : `status ${response.statusCode}`), {
    $fault: response.statusCode < 500 ? 'client' : 'server',
    $metadata: { httpStatusCode: response.statusCode, requestId },
    $response: response,
  });
}

/** `aws.protocoltests#FooError:http://example.com/` is `FooError`. */
function errorName(text: string): string {
  return text.replace(/:.*$/s, '').replace(/^.*#/s, '') || 'UnknownError';
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

/** The object that an API answers with. Throws a Failure. */
export function objectOf(action: string, { text }: Answer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch {
    // Reported below.
  }
  throw new Failure('malformed', `${action}: the answer is not a JSON object`);
}

/** A call of an API that names its actions in a header, as KMS, Cloud Map and Systems Manager do. */
export function jsonCall(target: string, action: string, body: unknown, more: Pick<Call, 'hostPrefix'> = {}): Call {
  return { action, headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${target}.${action}` }, body, ...more };
}
