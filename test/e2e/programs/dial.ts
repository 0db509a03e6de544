/**
 * Connects from the network namespace that it is started in, and hands each connection to its parent process, which then
 * speaks on it without being there.
 */
import { connect } from 'node:net';

export interface Dial {
  readonly id: number;
  readonly host: string;
  readonly port: number;
}

/** Comes with the connection, or says why there is none. */
export interface Dialed {
  readonly id: number;
  readonly error?: string;
}

process.on('message', (message) => {
  const { id, host, port } = message as Dial;
  const socket = connect({ host, port, noDelay: true });
  // What the other side says first is for the parent.
  socket.pause();
  socket.once('connect', () => process.send?.({ id } satisfies Dialed, socket));
  socket.on('error', ({ code, message: text }: NodeJS.ErrnoException) => process.send?.({ id, error: code ?? text } satisfies Dialed));
});
process.once('disconnect', () => process.exit(0));
