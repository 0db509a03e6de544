import { Agent, request } from 'node:https';
import { Readable } from 'node:stream';
import { CLIENT_VARIABLE, type ClientConfiguration } from '../../lib/core/contract/client';
import { systemClock } from '../agent/clock';
import type { X509Svid } from '../shared/svid';
import { readConfiguration } from './configuration';
import { HeldCertificate } from './held-certificate';
import { sourceOf } from './source';

/** What `node:tls`, `node:https`, `node:http2`, undici's `Agent` and most other clients take. All PEM. */
export interface TlsOptions {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
  readonly minVersion: 'TLSv1.3';
}

/** As those of `fetch`. */
export interface RequestOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal;
}

/** The client gateway ends a connection after 300 seconds without requests, of which a frozen sandbox does not hear. */
const IDLE_MS = 60_000;

/**
 * A client of a mesh, outside of it, in Node.js: it has a certificate whenever it is used, and reaches the services that it calls. Make
 * one outside of the handler of a Lambda function, so that all invocations of a sandbox share its certificate and connections.
 */
export class MeshClient {
  private readonly certificate: HeldCertificate;
  private connections: { readonly svid: X509Svid; readonly agent: Agent } | undefined;
  private usedAt = 0;

  private constructor(private readonly configuration: ClientConfiguration) {
    this.certificate = new HeldCertificate(configuration, sourceOf(configuration), systemClock);
  }

  /** The client that the environment variable `MESH_CLIENT` is about: `shop.client('<name>').configuration`. */
  public static fromEnvironment(variable: string = CLIENT_VARIABLE): MeshClient {
    const text = process.env[variable];
    if (text === undefined || text === '')
      throw new Error(`the environment variable ${variable} is missing: set it to client('<name>').configuration of the Microservices`);
    return new MeshClient(readConfiguration(text, `the environment variable ${variable}`));
  }

  /** The client of a configuration that comes from elsewhere, such as a file. */
  public static fromConfiguration(text: string): MeshClient {
    return new MeshClient(readConfiguration(text, 'the configuration'));
  }

  /** The URL of a service that the client calls. For gRPC it is `host:port`. */
  public url(service: string): string {
    const { urls, identity } = this.configuration;
    const url = Object.hasOwn(urls, service) ? urls[service] : undefined;
    if (url === undefined) throw new Error(`${identity} does not call "${service}", but ${Object.keys(urls).join(', ')}`);
    return url;
  }

  /** What other HTTP and gRPC clients take. It is good for a day at least; ask again before each connection. */
  public async tls(): Promise<TlsOptions> {
    const { privateKey, certificateChain, trustBundle } = await this.certificate.current();
    return { key: privateKey, cert: certificateChain, ca: trustBundle, minVersion: 'TLSv1.3' };
  }

  /** An agent for `node:https` and clients that are built on it, such as axios. Ask for it before each request. */
  public async agent(): Promise<Agent> {
    const svid = await this.certificate.current();
    const now = Date.now();
    if (this.connections?.svid !== svid || now - this.usedAt > IDLE_MS) {
      closeIdle(this.connections?.agent);
      this.connections = { svid, agent: new Agent({ ...(await this.tls()), keepAlive: true }) };
    }
    this.usedAt = now;
    return this.connections.agent;
  }

  /** Calls a service, such as `client.fetch('orders', '/orders/7')`. Retries are the client gateway's, as for every caller. */
  public async fetch(
    service: string,
    path: string,
    { method = 'GET', headers = {}, body, signal }: RequestOptions = {},
  ): Promise<Response> {
    if (!path.startsWith('/')) throw new Error(`the path ${JSON.stringify(path)} does not begin with "/"`);
    const url = new URL(`${this.url(service)}${path}`);
    const agent = await this.agent();
    return new Promise((resolve, reject) => {
      const sent = request(url, { agent, method, headers: { ...headers }, ...(signal === undefined ? {} : { signal }) }, (message) => {
        const status = message.statusCode ?? 502;
        const named = new Headers();
        for (let index = 0; index < message.rawHeaders.length; index += 2)
          named.append(message.rawHeaders[index] ?? '', message.rawHeaders[index + 1] ?? '');
        const empty = status === 204 || status === 205 || status === 304;
        if (empty) message.resume();
        resolve(new Response(empty ? null : (Readable.toWeb(message) as ReadableStream), { status, headers: named }));
      });
      sent.once('error', reject);
      sent.end(body);
    });
  }
}

/** Requests under way end on the connections that they have. */
function closeIdle(agent: Agent | undefined): void {
  for (const socket of Object.values(agent?.freeSockets ?? {}).flat()) socket?.destroy();
}
