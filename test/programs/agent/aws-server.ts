import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface AwsRequest {
  /** `GetSecretValue`, `DiscoverInstances` … */
  readonly action: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export type AwsAnswer =
  | { readonly ok: Readonly<Record<string, unknown>> }
  | { readonly error: string; readonly message?: string; readonly status?: number }
  /** The connection is reset. */
  | 'broken'
  /** There is no answer, ever. */
  | 'silent';

/**
 * A server that speaks the AWS JSON protocol, and is what else a task has around it: metadata, and Envoy's admin interface for what
 * the agent asks.
 */
export class AwsServer {
  readonly requests: AwsRequest[] = [];
  readonly paths: string[] = [];
  answer: (request: AwsRequest) => AwsAnswer = () => ({ error: 'ResourceNotFoundException' });

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
        made.paths.push(`${request.method ?? ''} ${request.url ?? ''}`);
        if (request.url === '/task') {
          response.end(
            JSON.stringify({ TaskARN: 'arn:aws:ecs:eu-central-1:123456789012:task/shop/0123abcd', AvailabilityZone: 'eu-central-1a' }),
          );
          return;
        }
        const action = String(request.headers['x-amz-target'] ?? '').split('.')[1] ?? '';
        const call = { action, body: JSON.parse(text || '{}') as AwsRequest['body'] };
        made.requests.push(call);
        const answer = made.answer(call);
        if (answer === 'silent') return;
        if (answer === 'broken') {
          request.socket.destroy();
          return;
        }
        response.setHeader('Content-Type', 'application/x-amz-json-1.1');
        if ('error' in answer) {
          response.statusCode = answer.status ?? 400;
          response.end(JSON.stringify({ __type: answer.error, message: answer.message ?? answer.error }));
        } else response.end(JSON.stringify(answer.ok));
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

  count(action: string): number {
    return this.requests.filter((request) => request.action === action).length;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => {
      this.server.close(resolve);
    });
  }
}
