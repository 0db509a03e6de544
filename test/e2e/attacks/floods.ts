/** Frames that cost the sender little, and are many. */
import { block, data, FLAG, frame, headers, number, settings, TYPE } from './http2-frames';
import { head } from './http2-client';

export interface Flood {
  readonly name: string;
  /** In pieces, which are sent one after the other for as long as the other side takes them. */
  readonly pieces: () => Iterable<Buffer>;
  /** Whether Envoy ends the connection, as its limits of such frames have it, or bears it. */
  readonly closed: boolean;
}

const PIECE = 1000;

/** As many of the same frame; the stream of each is the next one. */
function* many(count: number, make: (stream: number) => Buffer): Iterable<Buffer> {
  for (let at = 0; at < count; at += PIECE) yield Buffer.concat(Array.from({ length: PIECE }, (_, index) => make(2 * (at + index) + 1)));
}

const request = (stream: number, ends: boolean): Buffer => headers(stream, head('/public/flood', ends ? 'GET' : 'POST'), ends);

export const FLOODS: readonly Flood[] = [
  {
    name: 'requests that are reset at once',
    closed: true,
    pieces: () => many(20_000, (stream) => Buffer.concat([request(stream, true), number(TYPE.reset, stream, 8)])),
  },
  { name: 'settings', closed: true, pieces: () => many(50_000, () => settings([[4, 65_535]])) },
  { name: 'pings', closed: true, pieces: () => many(50_000, () => frame(TYPE.ping, 0, 0, Buffer.alloc(8))) },
  { name: 'priorities', closed: true, pieces: () => many(50_000, (stream) => frame(TYPE.priority, 0, stream, Buffer.alloc(5))) },
  { name: 'updates of the window', closed: true, pieces: () => many(50_000, () => number(TYPE.windowUpdate, 0, 1)) },
  {
    name: 'data without a byte',
    closed: true,
    pieces: function* () {
      yield request(1, false);
      yield* many(25_000, () => data(1, '', false));
    },
  },
  {
    name: 'a head that does not end',
    closed: true,
    pieces: function* () {
      yield frame(TYPE.headers, FLAG.endStream, 1, block(head('/public/flood')));
      for (let at = 0; at < 320; at += 1) yield frame(TYPE.continuation, 0, 1, block([[`x-${at}`, 'a'.repeat(16_000)]]));
    },
  },
];
