/**
 * HTTP/2 as it is written, byte by byte: frames that no client library would send. Names and values stand in a header
 * block as literals without Huffman's code, which every decoder takes, so that an encoder is these few lines; of an answer
 * nothing but its status is read. https://www.rfc-editor.org/rfc/rfc9113 https://www.rfc-editor.org/rfc/rfc7541
 */
import type { Line } from './witness';

export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

export const TYPE = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  push: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;
export const FLAG = { ack: 1, endStream: 1, endHeaders: 4, padded: 8, priority: 32 } as const;
export const SETTING = { headerTableSize: 1, initialWindowSize: 4 } as const;

export function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A header block. A character is a byte. */
export function block(lines: readonly Line[]): Buffer {
  return Buffer.concat(lines.flatMap(([name, value]) => [Buffer.from([0]), literal(name), literal(value)]));
}

function literal(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  return Buffer.concat([integer(bytes.length), bytes]);
}

/** With a prefix of seven bits. https://www.rfc-editor.org/rfc/rfc7541#section-5.1 */
function integer(value: number): Buffer {
  if (value < 127) return Buffer.from([value]);
  const bytes = [127];
  let rest = value - 127;
  for (; rest > 127; rest >>= 7) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}

const MOST = 16_384;

/** The frames of a head or of trailers: as many as it needs. */
export function headers(stream: number, lines: readonly Line[], endsStream: boolean): Buffer {
  const all = block(lines);
  const parts = Array.from({ length: Math.max(1, Math.ceil(all.length / MOST)) }, (_, index) =>
    all.subarray(index * MOST, (index + 1) * MOST),
  );
  return Buffer.concat(
    parts.map((part, index) => {
      const end = index === parts.length - 1 ? FLAG.endHeaders : 0;
      return index === 0
        ? frame(TYPE.headers, end | (endsStream ? FLAG.endStream : 0), stream, part)
        : frame(TYPE.continuation, end, stream, part);
    }),
  );
}

export function data(stream: number, text: string, endsStream: boolean): Buffer {
  return frame(TYPE.data, endsStream ? FLAG.endStream : 0, stream, Buffer.from(text, 'latin1'));
}

export function settings(values: readonly (readonly [setting: number, value: number])[]): Buffer {
  return frame(
    TYPE.settings,
    0,
    0,
    Buffer.concat(
      values.map(([setting, value]) => {
        const bytes = Buffer.alloc(6);
        bytes.writeUInt16BE(setting, 0);
        bytes.writeUInt32BE(value, 2);
        return bytes;
      }),
    ),
  );
}

/** Of a reset, a connection's window, or anything else whose payload is one number. */
export function number(type: number, stream: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return frame(type, 0, stream, bytes);
}

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** Takes complete frames off the front of what has come. */
export function framesIn(bytes: Buffer): { readonly frames: readonly Frame[]; readonly rest: Buffer } {
  const frames: Frame[] = [];
  let at = 0;
  while (bytes.length >= at + 9) {
    const length = bytes.readUIntBE(at, 3);
    if (bytes.length < at + 9 + length) break;
    frames.push({
      type: bytes.readUInt8(at + 3),
      flags: bytes.readUInt8(at + 4),
      stream: bytes.readUInt32BE(at + 5) & 0x7fffffff,
      payload: bytes.subarray(at + 9, at + 9 + length),
    });
    at += 9 + length;
  }
  return { frames, rest: bytes.subarray(at) };
}

const STATUSES: ReadonlyMap<number, number> = new Map([200, 204, 206, 304, 400, 404, 500].map((status, index) => [8 + index, status]));
const STATUS_NAMES = [0x08, 0x18, 0x48];
const DIGITS = ['00000', '00001', '00010', '011001', '011010', '011011', '011100', '011101', '011110', '011111'];

/** The status of a header block of a server that has no dynamic table; undefined for trailers. It stands first. */
export function statusIn(headerBlock: Buffer): number | undefined {
  let at = 0;
  // The size of the dynamic table.
  while (at < headerBlock.length && (headerBlock[at] & 0xe0) === 0x20) at += 1;
  const first = headerBlock[at] ?? 0;
  if ((first & 0x80) !== 0) return STATUSES.get(first & 0x7f);
  if (!STATUS_NAMES.includes(first)) return undefined;
  const length = headerBlock[at + 1];
  const value = headerBlock.subarray(at + 2, at + 2 + (length & 0x7f));
  return Number((length & 0x80) === 0 ? value.toString('latin1') : digitsIn(value));
}

/** https://www.rfc-editor.org/rfc/rfc7541#appendix-B */
function digitsIn(huffman: Buffer): string {
  let bits = [...huffman].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  let text = '';
  for (;;) {
    const digit = DIGITS.findIndex((code) => bits.startsWith(code));
    if (digit < 0) return text;
    text += String(digit);
    bits = bits.slice(DIGITS[digit].length);
  }
}
