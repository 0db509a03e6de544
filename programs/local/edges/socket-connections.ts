import type { WebSocket } from 'ws';
import type { SocketClient } from '../../emulator/api-gateway/web-socket-api';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html */
export const LONGEST_MESSAGE = 128 * 1024;
const IDLE_MS = 10 * 60_000;
const LONGEST_MS = 2 * 3_600_000;

export interface OpenConnection {
  readonly client: SocketClient;
  readonly userAgent: string;
  readonly connectedAt: Date;
  lastActiveAt: Date;
}

interface HeldConnection extends OpenConnection {
  readonly socket: WebSocket;
  readonly idle: NodeJS.Timeout;
}

/** The connections of a WebSocket API, by their IDs. */
export class SocketConnections {
  private readonly held = new Map<string, HeldConnection>();

  add(
    client: SocketClient,
    userAgent: string,
    socket: WebSocket,
    told: { readonly message: (data: Buffer) => void; readonly ended: () => void },
  ): void {
    const idle = setTimeout(() => {
      socket.close(1001, 'Idle timeout');
    }, IDLE_MS);
    const longest = setTimeout(() => {
      socket.close(1001, 'Going away');
    }, LONGEST_MS);
    const now = new Date();
    const connection: HeldConnection = { client, userAgent, socket, connectedAt: now, lastActiveAt: now, idle };
    this.held.set(client.id, connection);
    // Why it ends is no matter: a close follows.
    socket.on('error', () => undefined);
    socket.on('ping', () => idle.refresh());
    socket.on('message', (data) => {
      active(connection);
      told.message(data as Buffer);
    });
    socket.once('close', () => {
      for (const timer of [idle, longest]) clearTimeout(timer);
      this.held.delete(client.id);
      told.ended();
    });
  }

  get(id: string): OpenConnection | undefined {
    return this.held.get(id);
  }

  /** Whether the connection is there. */
  send(id: string, text: string): boolean {
    const connection = this.held.get(id);
    if (connection === undefined || connection.socket.readyState !== connection.socket.OPEN) return false;
    active(connection);
    connection.socket.send(text);
    return true;
  }

  end(id: string): boolean {
    const connection = this.held.get(id);
    connection?.socket.close(1000);
    return connection !== undefined;
  }

  close(): void {
    for (const { socket } of this.held.values()) socket.terminate();
  }
}

function active(connection: HeldConnection): void {
  connection.lastActiveAt = new Date();
  connection.idle.refresh();
}
