import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { Relay } from '../local-system';

/** Connections that a task's holder passes on, as its settings say at the moment. */
export class Relays {
  private readonly open = new Map<string, { readonly server: Server; readonly sockets: Set<Socket> }>();

  /** @param log told of what cannot be opened */
  constructor(private readonly log: (line: string) => void) {}

  set(relays: readonly Relay[]): void {
    const wanted = new Map(relays.map((relay) => [JSON.stringify(relay), relay]));
    for (const [key, { server, sockets }] of this.open) {
      if (wanted.has(key)) continue;
      this.open.delete(key);
      server.close();
      for (const socket of sockets) socket.destroy();
    }
    for (const [key, relay] of wanted) if (!this.open.has(key)) this.open.set(key, this.listen(relay));
  }

  close(): void {
    this.set([]);
  }

  private listen({ port, everywhere = false, toHost, toPort }: Relay): { readonly server: Server; readonly sockets: Set<Socket> } {
    const sockets = new Set<Socket>();
    const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
      const onward = connect({ host: toHost, port: toPort, noDelay: true, allowHalfOpen: true });
      for (const [socket, other] of [
        [client, onward],
        [onward, client],
      ] as const) {
        sockets.add(socket);
        socket.on('error', () => other.destroy());
        socket.on('close', () => {
          sockets.delete(socket);
          other.destroy();
        });
        socket.pipe(other);
      }
    });
    server.on('error', (error) => {
      this.log(`connections to port ${port} cannot be passed on: ${error.message}`);
    });
    server.listen(port, everywhere ? '0.0.0.0' : '127.0.0.1');
    return { server, sockets };
  }
}
