import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer, request as send } from 'node:http';
import type { Edges } from '../edges/edges';
import { bodyOf } from '../edges/http-messages';
import { BadRequest } from '../edges/token-request';
import { AWS_HOST } from '../local-system';
import type { DeployedSystem } from './deployed-system';
import type { Leases } from './leases';
import { messageOf } from '../log';

export interface ControlOptions {
  readonly system: DeployedSystem;
  readonly leases: Leases;
  readonly edges: Edges;
  /** Where the holders of tasks answer what Envoy's admin interface does. */
  readonly adminPort: number;
}

const HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]', AWS_HOST];
const ADMIN_TIMEOUT_MS = 10_000;
const LONGEST_REQUEST = 64 * 1024;

/** What the host asks. Pages of other sites, whose names may lead here, are refused by the name that they call. */
export function controlServer(options: ControlOptions): Server {
  return createServer((request, response) => {
    const host = (request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
    if (!HOSTS.includes(host)) {
      json(response, 403, { error: `This is for ${HOSTS.join(', ')}, and not for "${host}".` });
      return;
    }
    serve(options, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else json(response, 500, { error: messageOf(error) });
    });
  });
}

async function serve(
  { system, leases, edges, adminPort }: ControlOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', url = '/' } = request;
  const [, task, path] = /^\/tasks\/([^/?]+)\/envoy(\/.*|\?.*)?$/.exec(url) ?? [];
  const [pathname] = url.split('?');
  if (method === 'GET' && pathname === '/status') json(response, 200, { ...system.status, edges: edges.status });
  else if (method === 'POST' && pathname === '/tokens') await token(edges, request, response);
  else if (method === 'GET' && pathname === '/keys') json(response, 200, edges.issuer.keySet);
  else if (method === 'GET' && pathname === '/tasks') json(response, 200, leases.all);
  else if (method === 'GET' && task !== undefined) {
    const lease = leases.get(decodeURIComponent(task));
    if (lease === undefined) json(response, 404, { error: `There is no task ${task}.` });
    else
      await passOn(`http://${hostOf(lease.address)}:${adminPort}${(path ?? '').startsWith('/') ? path : `/${path ?? ''}`}`, task, response);
  } else json(response, 404, { error: 'There are GET /status, GET /tasks, GET /tasks/<id>/envoy/<path>, GET /keys and POST /tokens.' });
}

async function token(edges: Edges, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request, LONGEST_REQUEST);
  try {
    if (body === 'too long') throw new BadRequest(`A request for a token has at most ${LONGEST_REQUEST} bytes.`);
    json(response, 200, edges.token(body.toString()));
  } catch (error) {
    if (!(error instanceof BadRequest)) throw error;
    json(response, 400, { error: error.message });
  }
}

/** What Envoy's admin interface of a task answers, as it comes. */
async function passOn(url: string, task: string, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const sent = send(url, { timeout: ADMIN_TIMEOUT_MS }, (answer) => {
      const { 'content-type': type = 'text/plain' } = answer.headers;
      response.writeHead(answer.statusCode ?? 502, { 'content-type': type });
      answer.pipe(response);
      answer.on('error', () => response.destroy());
      answer.on('close', resolve);
    });
    sent.on('timeout', () => sent.destroy(new Error(`nothing within ${ADMIN_TIMEOUT_MS / 1000} s`)));
    sent.on('error', (error) => {
      if (response.headersSent) response.destroy();
      else json(response, 502, { error: `The Envoy of task ${task} does not answer: ${error.message}.` });
      resolve();
    });
    response.on('close', () => sent.destroy());
    sent.end();
  });
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(`${JSON.stringify(body)}\n`);
}

function hostOf(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
