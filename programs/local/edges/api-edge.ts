import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent } from 'node:http';
import type { FromLink } from '../../emulator/api-gateway/api';
import { passThrough } from '../../emulator/api-gateway/api';
import type { ClientRequest } from '../../emulator/api-gateway/client-request';
import { KeptResponses } from '../../emulator/api-gateway/kept-responses';
import type { Answered, Api } from '../../emulator/api-gateway/model';
import { message } from '../../emulator/api-gateway/model';
import { access } from './access';
import type { Headers } from './http-messages';
import { asNode, bodyOf, callerOf, calledBy, passedOn } from './http-messages';
import type { LocalIssuer } from './local-issuer';
import type { Target } from './send-to';
import { sendTo } from './send-to';
import type { LocalCredentials } from './signed-requests';
import { signatureOf } from './signed-requests';

/** What an edge is emulated with. */
export interface EdgeWorld {
  readonly api: () => Api;
  readonly issuer: LocalIssuer;
  readonly credentials: () => LocalCredentials;
  /** A healthy task of the gateway service; undefined: there is none. */
  readonly target: () => Target | undefined;
}

interface Response {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const LONGEST_BODY = 10 * 1024 * 1024;
const MOST_KEPT = 1000;

/** An edge that is an API of API Gateway. */
export class ApiEdge {
  private readonly kept = new KeptResponses<Response>(MOST_KEPT);
  private readonly agent = new Agent({ keepAlive: true });

  constructor(
    private readonly world: EdgeWorld,
    private readonly port: number,
  ) {}

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const api = this.world.api();
    const body = await bodyOf(request, LONGEST_BODY);
    if (body === 'too long') {
      response.setHeader('connection', 'close');
      answer(response, message(413, 'Request Entity Too Large'));
      return;
    }
    const sent = clientRequest(request, body, api, this.port);
    const credentials = this.world.credentials();
    const signature = await signatureOf({ ...sent, path: request.url ?? '/', headers: withHost(request, sent) }, body, credentials);
    const passed = passThrough(api, sent, access(api, this.world.issuer, { signature, credentials }));
    if (passed.kind === 'answered') answer(response, passed);
    else await this.pass(passed, body, response);
  }

  close(): void {
    this.agent.destroy();
  }

  private async pass(passed: FromLink, body: Buffer, response: ServerResponse): Promise<void> {
    const { cache, cors, late, streamed, timeoutMs } = passed.waits;
    const kept = this.kept.get(cache);
    if (kept !== undefined) {
      write(response, kept);
      return;
    }
    const target = this.world.target();
    if (target === undefined) {
      answer(response, message(503, 'Service Unavailable'));
      return;
    }
    const abort = new AbortController();
    const timer = setTimeout(() => {
      abort.abort();
    }, timeoutMs);
    response.on('close', () => {
      abort.abort();
    });
    try {
      const arrived = await sendTo(this.agent, target, { ...passed, body }, abort.signal);
      const headers = withCors(passedOn(arrived), cors);
      const status = arrived.statusCode ?? 502;
      if (streamed) await stream(arrived, response, status, headers);
      else {
        const content = await bodyOf(arrived, LONGEST_BODY);
        if (content === 'too long') {
          arrived.destroy();
          answer(response, message(500, 'Internal Server Error'));
          return;
        }
        const whole = { status, headers, body: content };
        this.kept.keep(cache, whole);
        write(response, whole);
      }
    } catch {
      // What has begun to arrive cannot become another answer.
      if (response.headersSent || response.destroyed) response.destroy();
      else answer(response, abort.signal.aborted ? late : message(503, 'Service Unavailable'));
    } finally {
      clearTimeout(timer);
    }
  }
}

function clientRequest(request: IncomingMessage, body: Buffer, api: Api, port: number): ClientRequest {
  const { method = 'GET', url = '/' } = request;
  const { called, domain } = calledBy(request, api, port);
  return {
    path: url,
    fromRoot: true,
    method,
    headers: passedOn(request, ['host', 'content-length', 'expect']),
    bodyBase64: body.toString('base64'),
    address: callerOf(request),
    apiHost: called,
    // As clients see it: whoever makes URLs of it makes those that work.
    scheme: { name: 'http', port },
    ...(domain !== undefined && { host: domain }),
  };
}

function withHost({ headers: { host } }: IncomingMessage, { headers = {} }: ClientRequest): Headers {
  return host === undefined ? headers : { ...headers, host };
}

function withCors(headers: Headers, cors: Readonly<Record<string, string>> | undefined): Headers {
  if (cors === undefined) return headers;
  const { vary, ...allowed } = cors;
  const kept = Object.entries(headers).filter(([name]) => !name.toLowerCase().startsWith('access-control-'));
  const varies = kept.find(([name]) => name.toLowerCase() === 'vary')?.[1];
  return {
    ...Object.fromEntries(kept.filter(([name]) => name.toLowerCase() !== 'vary' || vary === undefined)),
    ...allowed,
    ...(vary === undefined ? {} : { vary: [varies ?? [], vary].flat().join(', ') }),
  };
}

async function stream(arrived: IncomingMessage, response: ServerResponse, status: number, headers: Headers): Promise<void> {
  response.writeHead(status, asNode(headers)).flushHeaders();
  for await (const chunk of arrived as AsyncIterable<Buffer>)
    if (!response.write(chunk)) await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
  response.end();
}

function write(response: ServerResponse, { status, headers, body }: Response): void {
  const isEmpty = response.req.method === 'HEAD' || status === 204 || status === 304;
  const others = Object.entries(headers).filter(([name]) => isEmpty || name.toLowerCase() !== 'content-length');
  response.writeHead(status, { ...asNode(Object.fromEntries(others)), ...(isEmpty ? {} : { 'content-length': String(body.length) }) });
  response.end(body);
}

function answer(response: ServerResponse, { status, headers, body }: Answered): void {
  write(response, { status, headers, body: Buffer.from(body) });
}
