import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from 'node:https';
import { createServer } from 'node:https';
import type { SecureContext } from 'node:tls';
import { createSecureContext } from 'node:tls';
import type { IssuerIdentities } from '../local-system';
import type { LocalIssuer } from './local-issuer';

/** Gives the keys of the local issuer to gateway services that ask other issuers for theirs. */
export class IssuerServer {
  readonly server: Server;
  private contexts: ReadonlyMap<string, SecureContext> = new Map();
  private urls: ReadonlySet<string> = new Set();

  constructor(private readonly issuer: LocalIssuer) {
    // A host that it does not stand for gets no certificate, and so no connection.
    this.server = createServer(
      {
        SNICallback: (host, done) => {
          done(null, this.contexts.get(host));
        },
      },
      (request, response) => {
        this.serve(request, response);
      },
    );
  }

  /** @param urls of keys */
  take(identities: IssuerIdentities, urls: readonly string[]): void {
    this.contexts = new Map(
      Object.entries(identities).map(([host, { certificate, key }]) => [host, createSecureContext({ cert: certificate, key })]),
    );
    this.urls = new Set(urls.map((url) => new URL(url).href));
  }

  private serve({ method, url = '/', headers: { host = '' } }: IncomingMessage, response: ServerResponse): void {
    const asked = `https://${host}${url}`;
    const isKeys = method === 'GET' && URL.canParse(asked) && this.urls.has(new URL(asked).href);
    const [status, body] = isKeys ? [200, this.issuer.keySet] : [404, { error: 'The local issuer has keys, and nothing else.' }];
    response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
  }
}
