import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface AwsRequest {
  /** `Encrypt`, `DiscoverInstances` …; of Lambda, `Invoke` */
  readonly action: string;
  /** Of Lambda, what the function gets. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Of Lambda, which function is invoked. */
  readonly functionName?: string;
  /** All that is in it, as it came. */
  readonly raw: string;
}

export type AwsAnswer =
  /** Of Lambda, what the function answers. */
  | { readonly ok: unknown }
  /** Of Lambda alone: what the function answers, if it is not JSON. */
  | { readonly text: string }
  /** Of Lambda alone: the function has thrown something. */
  | { readonly thrown: string }
  | { readonly error: string; readonly message?: string; readonly status?: number }
  /** The connection is reset. */
  | 'broken'
  /** There is no answer, ever. */
  | 'silent'
  /** An answer begins, and does not end. */
  | 'unfinished';

export const REQUEST_ID = '5f0b0f2e-0000-4000-8000-000000000001';

const INVOCATION = /^\/2015-03-31\/functions\/([^/?]+)\/invocations(\?|$)/;

/**
 * A server that speaks the AWS JSON protocol, and Lambda's, and is what else a task has around it: metadata, and Envoy's admin
 * interface for what the agent asks.
 */
export class AwsServer {
  readonly requests: AwsRequest[] = [];
  readonly paths: string[] = [];
  answer: (request: AwsRequest) => AwsAnswer | Promise<AwsAnswer> = () => ({ error: 'ResourceNotFoundException' });

  private constructor(private readonly server: Server) {}

  static async start(): Promise<AwsServer> {
    const server = createServer();
    const made = new AwsServer(server);
    server.on('request', (request: IncomingMessage, response) => {
      let text = '';
      request.setEncoding('utf8');
      request.on('data', (chunk: string) => {
        text += chunk;
      });
      request.on('end', () => {
        void made.serve(request, text, response);
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return made;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The requests of an action. */
  of(action: string): readonly AwsRequest[] {
    return this.requests.filter((request) => request.action === action);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => {
      this.server.close(resolve);
    });
  }

  private async serve(request: IncomingMessage, text: string, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    this.paths.push(`${request.method ?? ''} ${path}`);
    if (path === '/task') {
      response.end(
        JSON.stringify({ TaskARN: 'arn:aws:ecs:eu-central-1:123456789012:task/shop/0123abcd', AvailabilityZone: 'eu-central-1a' }),
      );
      return;
    }
    const functionName = INVOCATION.exec(path)?.[1];
    const call = {
      action: functionName === undefined ? (String(request.headers['x-amz-target'] ?? '').split('.')[1] ?? '') : 'Invoke',
      body: JSON.parse(text || '{}') as AwsRequest['body'],
      ...(functionName === undefined ? {} : { functionName: decodeURIComponent(functionName) }),
      raw: `${path}\n${request.rawHeaders.join('\n')}\n${text}`,
    };
    this.requests.push(call);
    const answer = await this.answer(call);
    if (answer === 'silent') return;
    if (answer === 'unfinished') {
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      response.write('{"Ciphertext');
      return;
    }
    if (answer === 'broken') {
      request.socket.destroy();
      return;
    }
    response.setHeader('x-amzn-RequestId', REQUEST_ID);
    if (functionName === undefined) json(response, answer);
    else lambda(response, answer);
  }
}

type Spoken = Exclude<AwsAnswer, string>;

/** https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
function json(response: ServerResponse, answer: Spoken): void {
  response.setHeader('Content-Type', 'application/x-amz-json-1.1');
  if ('error' in answer) {
    response.statusCode = answer.status ?? 400;
    response.end(JSON.stringify({ __type: answer.error, message: answer.message ?? answer.error }));
  } else if ('ok' in answer) response.end(JSON.stringify(answer.ok));
  else throw new Error('this is no answer of such a service');
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
function lambda(response: ServerResponse, answer: Spoken): void {
  response.setHeader('Content-Type', 'application/json');
  if ('error' in answer) {
    response.statusCode = answer.status ?? 400;
    response.setHeader('x-amzn-errortype', answer.error);
    response.end(JSON.stringify({ Type: 'User', Message: answer.message ?? answer.error }));
    return;
  }
  response.setHeader('X-Amz-Executed-Version', '$LATEST');
  if ('thrown' in answer) {
    response.setHeader('X-Amz-Function-Error', 'Unhandled');
    response.end(JSON.stringify({ errorType: 'Error', errorMessage: answer.thrown, trace: [] }));
  } else response.end('text' in answer ? answer.text : JSON.stringify(answer.ok));
}
