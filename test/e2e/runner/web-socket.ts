import { program } from '../programs';
import type { Endpoint } from './network';
import { CommandFailed } from './run-process';

export interface WebSocketTalk {
  readonly url: string;
  /** Beside those of the handshake. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly messages: readonly string[];
  /** How long nothing is said before each message. */
  readonly silenceMs?: number;
}

export interface WebSocketOutcome {
  readonly open: boolean;
  /** `closed` where the socket closed in place of an answer. */
  readonly echoes: readonly string[];
}

/** Opens a WebSocket from inside a network namespace, and says one thing after the other. */
export async function talk(endpoint: Endpoint, { url, headers = {}, messages, silenceMs = 0 }: WebSocketTalk): Promise<WebSocketOutcome> {
  const argv = [
    process.execPath,
    '--experimental-websocket',
    '--no-warnings',
    program('web-socket'),
    url,
    JSON.stringify(headers),
    String(silenceMs),
    ...messages,
  ];
  const result = await endpoint.run(argv, { timeoutMs: 60_000 });
  if (result.code !== 0) throw new CommandFailed(argv, result);
  return JSON.parse(result.stdout) as WebSocketOutcome;
}
