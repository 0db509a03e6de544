import type { Duplex } from 'node:stream';
import { DEADLINE_MS } from './conversation';
import type { Frame } from './http2-frames';
import { FLAG, frame, framesIn, number, PREFACE, SETTING, settings, statusIn, TYPE } from './http2-frames';
import type { Line } from './witness';

/** What became of a stream: the status of its answer, or how it ended without one. */
export type StreamEnd = number | 'reset' | 'connection closed';

interface Stream {
  status: number | undefined;
  ended: boolean;
  reset: boolean;
}

export interface Http2Options {
  /** @default 1 MiB; at 0 the other side may send no body */
  readonly window?: number;
}

/** A connection on which any frames may be sent. It answers what it must, and takes bodies as they come. */
export class Http2Client {
  private readonly streams = new Map<number, Stream>();
  private readonly watchers = new Set<() => void>();
  private rest: Buffer = Buffer.alloc(0);
  private over = false;
  private leaving = false;
  private last = -1;
  /** Of pings that the other side has answered. */
  pongs = 0;

  constructor(
    readonly socket: Duplex,
    { window = 1 << 20 }: Http2Options = {},
  ) {
    socket.on('data', (chunk: Buffer) => {
      const { frames, rest } = framesIn(Buffer.concat([this.rest, chunk]));
      this.rest = rest;
      for (const each of frames) this.take(each);
      this.changed();
    });
    for (const event of ['error', 'end', 'close']) {
      socket.on(event, () => {
        this.over = true;
        this.changed();
      });
    }
    this.send(
      PREFACE,
      settings([
        [SETTING.headerTableSize, 0],
        [SETTING.initialWindowSize, window],
      ]),
      number(TYPE.windowUpdate, 0, 1 << 28),
    );
  }

  get closed(): boolean {
    return this.over;
  }

  /** Whether the other side takes no further streams. */
  get ending(): boolean {
    return this.over || this.leaving;
  }

  nextStream(): number {
    this.last += 2;
    return this.last;
  }

  send(...frames: readonly Buffer[]): void {
    if (!this.over && !this.socket.destroyed) this.socket.write(frames.length === 1 ? frames[0] : Buffer.concat(frames));
  }

  /** Resolves when this is so, or the connection is closed. */
  async until(isSo: () => boolean): Promise<void> {
    if (this.over || isSo()) return;
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => {
        reject(new Error(`waited ${DEADLINE_MS} ms for frames; the streams: ${JSON.stringify([...this.streams].slice(-5))}`));
      }, DEADLINE_MS);
      const look = (): void => {
        if (!this.over && !isSo()) return;
        this.watchers.delete(look);
        clearTimeout(late);
        resolve();
      };
      this.watchers.add(look);
    });
  }

  statusOf(stream: number): number | undefined {
    return this.streams.get(stream)?.status;
  }

  isOver(stream: number): boolean {
    const known = this.streams.get(stream);
    return known !== undefined && (known.ended || known.reset);
  }

  endOf(stream: number): StreamEnd {
    const known = this.streams.get(stream);
    return known?.status ?? (known?.reset === true ? 'reset' : 'connection closed');
  }

  async end(stream: number): Promise<StreamEnd> {
    await this.until(() => this.isOver(stream));
    return this.endOf(stream);
  }

  close(): void {
    this.socket.destroy();
  }

  private take({ type, flags, stream, payload }: Frame): void {
    const known = this.streams.get(stream) ?? { status: undefined, ended: false, reset: false };
    if (stream !== 0) this.streams.set(stream, known);
    if (type === TYPE.settings && (flags & FLAG.ack) === 0) this.send(frame(TYPE.settings, FLAG.ack, 0));
    if (type === TYPE.ping && (flags & FLAG.ack) === 0) this.send(frame(TYPE.ping, FLAG.ack, 0, payload));
    if (type === TYPE.ping && (flags & FLAG.ack) !== 0) this.pongs += 1;
    if (type === TYPE.headers) {
      const status = statusIn(payload);
      if (status !== undefined && (status >= 200 || status === 101)) known.status = status;
    }
    if (type === TYPE.data && payload.length > 0 && (flags & FLAG.endStream) === 0)
      this.send(number(TYPE.windowUpdate, stream, payload.length));
    if ((type === TYPE.headers || type === TYPE.data) && (flags & FLAG.endStream) !== 0) known.ended = true;
    if (type === TYPE.reset) known.reset = true;
    if (type === TYPE.goAway) this.leaving = true;
  }

  private changed(): void {
    for (const look of [...this.watchers]) look();
  }
}

/** The pseudo-headers of a request. */
export function head(path: string, method = 'GET', more: readonly Line[] = [], authority = 'peer.example'): readonly Line[] {
  return [[':method', method], [':scheme', 'https'], [':path', path], [':authority', authority], ...more];
}
