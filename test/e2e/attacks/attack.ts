import type { Attacker } from './attacked-mesh';
import type { StreamEnd } from './http2-client';

/** What may arrive of an attack: all that is not said may be anything. */
export interface Expected {
  readonly method?: string;
  /** In it too `{n}` stands for the number. */
  readonly path?: string;
  readonly host?: string;
  /** Part of it. */
  readonly body?: string;
  /** False if the application learns that its end is missing. */
  readonly ended?: boolean;
  /** Headers and their one value. */
  readonly has?: Readonly<Record<string, string>>;
  /** Headers that do not arrive. */
  readonly lacks?: readonly string[];
  readonly trailers?: Readonly<Record<string, string>>;
}

interface Any {
  readonly name: string;
  /** @default web */
  readonly to?: string;
  /** @default a declared caller */
  readonly by?: Attacker;
  /** @default nothing */
  readonly arrives?: readonly Expected[];
  /** Whether it is a matter of time if that arrives, or nothing. */
  readonly perhaps?: boolean;
}

/** Bytes on a connection. In them `{n}` stands for the number of the attack, which everything has to hold that may arrive. */
export interface Http1Attack extends Any {
  readonly bytes: string;
  /** The statuses of all answers. Where there is none, the other side must end the connection. */
  readonly answers: readonly number[];
  /** Ends the connection instead of the other side: what is sent is not complete, and nobody answers. */
  readonly givesUp?: boolean;
}

/** The lines of a request by HTTP/2. */
export interface Http2Attack extends Any {
  /** Pseudo-headers too; instead of a usual head. */
  readonly head: ReadonlyArray<readonly [string, string]>;
  readonly body?: string;
  readonly trailers?: ReadonlyArray<readonly [string, string]>;
  readonly end: StreamEnd;
}

/** The head of a request by HTTP/1.1, with its number. */
export function request(line: string, ...lines: readonly string[]): string {
  return [`${line} HTTP/1.1`, 'Host: peer.example', 'Case-Number: {n}', ...lines, '', ''].join('\r\n');
}
