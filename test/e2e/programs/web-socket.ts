/**
 * A WebSocket client (that of Node.js itself, started with --experimental-websocket). Arguments: the URL, headers of the
 * handshake as JSON, how long to keep silent between messages, and the messages. Prints one line of JSON:
 * `{"open":true,"echoes":[…]}`, or `{"open":false}` if the handshake was refused.
 */
import { setTimeout as pause } from 'node:timers/promises';

interface Socket {
  addEventListener(type: string, listener: (event: { readonly data?: unknown }) => void, options?: { readonly once: boolean }): void;
  send(text: string): void;
  close(): void;
}
declare const WebSocket: new (url: string, options: { readonly headers: Readonly<Record<string, string>> }) => Socket;

const [url = '', headers = '{}', silence = '0', ...messages] = process.argv.slice(2);
const socket = new WebSocket(url, { headers: JSON.parse(headers) as Record<string, string> });

async function next(type: string): Promise<unknown> {
  return new Promise((resolve) => {
    socket.addEventListener(
      type,
      ({ data }) => {
        resolve(data);
      },
      { once: true },
    );
  });
}

async function main(): Promise<void> {
  const open = await Promise.race([next('open').then(() => true), next('error').then(() => false)]);
  const echoes: unknown[] = [];
  for (const message of open ? messages : []) {
    await pause(Number(silence));
    const echo = Promise.race([next('message'), next('close').then(() => 'closed')]);
    socket.send(message);
    echoes.push(await echo);
  }
  console.log(JSON.stringify({ open, echoes }));
  socket.close();
  process.exit(0);
}

void main();
