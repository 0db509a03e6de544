/** A machine that takes the place of the tasks of many services, where each of them would be an Envoy of its own. */
import type { Http2SecureServer, ServerHttp2Stream } from 'node:http2';
import { createSecureServer } from 'node:http2';
import type { Server } from 'node:net';
import { join } from 'node:path';
import type { SecureContext, TLSSocket } from 'node:tls';
import { createSecureContext } from 'node:tls';
import { INBOUND_PORT } from '../../lib/core/model/constants';
import { identityOf } from '../../lib/core/contract/identity';
import type { Identity } from './peers';
import { issuedByTheMesh } from './peers';
import type { Cluster, Endpoint } from './runner';
import { openSockets } from './runner/sockets';
import { NETNS_MOUNTS } from './runner/workspace';

const DOMAIN = 'shop.internal';

/** Who answered, and what it knows of the request. */
export interface StandInAnswer {
  readonly service: string;
  /** The identity in the certificate of whoever called. */
  readonly caller: string;
  readonly method: string;
  readonly path: string;
}

/**
 * In Cloud Map it is the only task of each of them. It answers as the service that its caller wants by TLS, with a certificate of that
 * service, and takes only callers with a certificate of the mesh.
 */
export class ManyServices {
  private constructor(
    readonly endpoint: Endpoint,
    private readonly servers: readonly [Http2SecureServer, Server],
  ) {}

  static async join(cluster: Cluster, names: readonly string[]): Promise<ManyServices> {
    const [first = ''] = names;
    const { trustBundle } = await cluster.certificates.issue(first);
    const contexts = new Map<string, Promise<SecureContext>>();
    const contextOf = async (name: string): Promise<SecureContext> => {
      if (!names.includes(name)) throw new Error(`nobody stands in for "${name}"`);
      const identity = await issuedByTheMesh(cluster, identityOf(DOMAIN, name));
      return createSecureContext({ ...pem(identity), ca: trustBundle });
    };
    const server = createSecureServer({
      ca: trustBundle,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.3',
      SNICallback: (host, done) => {
        const [name = ''] = host.split('.');
        const context = contexts.get(name) ?? contextOf(name);
        contexts.set(name, context);
        context.then(
          (made) => {
            done(null, made);
          },
          (error: unknown) => {
            done(error as Error);
          },
        );
      },
    });
    server.on('stream', answer).on('sessionError', () => undefined);
    const securityGroups = [...new Set(names.flatMap((name) => cluster.service(name).securityGroups))];
    const endpoint = await cluster.vpc.join({ name: 'many-services', securityGroups });
    const { socket } = await openSockets(join(NETNS_MOUNTS, endpoint.namespace), { socket: `tcp:0.0.0.0:${INBOUND_PORT}` });
    socket.on('connection', (connection) => server.emit('connection', connection));
    for (const name of names) {
      for (const { discovery } of cluster.service(name).registries)
        cluster.cloudMap.register(discovery, { id: `stand-in-of-${name}`, address: endpoint.address, healthy: true });
    }
    return new ManyServices(endpoint, [server, socket]);
  }

  close(): void {
    for (const server of this.servers) server.close();
  }
}

function pem(identity: Identity): { readonly cert: string; readonly key: string } {
  return { cert: identity.certificateChain, key: identity.privateKey };
}

function answer(stream: ServerHttp2Stream, headers: Readonly<Record<string, unknown>>): void {
  const { servername, ...socket } = socketOf(stream);
  const [service = ''] = String(servername).split('.');
  const said: StandInAnswer = {
    service,
    caller: /URI:(\S+?)(,|$)/.exec(socket.names)?.[1] ?? '',
    method: String(headers[':method']),
    path: String(headers[':path']),
  };
  stream.on('error', () => undefined);
  stream.respond({ ':status': 200, 'content-type': 'application/json' });
  stream.end(JSON.stringify(said));
}

function socketOf({ session }: ServerHttp2Stream): { readonly servername: unknown; readonly names: string } {
  const socket = session?.socket as TLSSocket & { readonly servername?: unknown };
  return { servername: socket.servername, names: socket.getPeerCertificate().subjectaltname ?? '' };
}
