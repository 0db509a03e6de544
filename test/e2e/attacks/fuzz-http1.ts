import type { Random } from './fuzz-random';
import type { Generated } from './fuzz-requests';

/** Bytes for one connection, and the requests in them. */
export interface Written {
  readonly bytes: string;
  /** Numbers that may arrive, each once. */
  readonly mayArrive: readonly string[];
  /** How many answers there are at most: fewer come if the connection ends before. */
  readonly answers: number;
  /** Whether the connection can be used again, if it is not closed. */
  readonly clean: boolean;
}

const CHUNKED = 'Transfer-Encoding: chunked';
const NOMINATED = [
  'x-forwarded-client-cert',
  'x-edge-route',
  'x-edge-client-ip',
  'x-forwarded-for',
  'host',
  'content-length',
  'keep-alive, x-request-id',
  'close, x-a',
];

function head({ method, path, lines }: Generated, number: string, more: readonly string[]): string {
  return [
    `${method} ${path} HTTP/1.1`,
    'Host: peer.example',
    `Case-Number: ${number}`,
    ...lines.map(([name, value]) => `${name}: ${value}`),
    ...more,
    '',
    '',
  ].join('\r\n');
}

/** A request as it should be written, but for what is in it. */
export function plainHttp1(random: Random, generated: Generated, number: string): Written {
  const nominates = random.chance(0.05) ? [`Connection: ${random.one(NOMINATED)}`] : [];
  const body = random.chance(0.2) ? 'x'.repeat(random.below(200)) : '';
  const framing = body === '' ? ['Content-Length: 0'] : random.chance(0.5) ? [`Content-Length: ${body.length}`] : [CHUNKED];
  const text = framing[0] === CHUNKED ? `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body;
  return {
    bytes: head(generated, number, [...framing, ...nominates]) + text,
    mayArrive: [number],
    answers: 1,
    clean: generated.method !== 'HEAD' && nominates.length === 0,
  };
}

/** Ways to say how long a body is, of which a server may read one, and another server another. */
const FRAMINGS: readonly ((length: number) => readonly string[])[] = [
  (length) => [`Content-Length: ${length}`, CHUNKED],
  (length) => [CHUNKED, `Content-Length: ${length}`],
  (length) => [`Content-Length: ${length}`, 'Content-Length: 0'],
  (length) => ['Content-Length: 0', `Content-Length: ${length}`],
  (length) => [`Content-Length: ${length}, ${length}`],
  (length) => [`Content-Length: +${length}`],
  (length) => [`Content-Length: 0${length}`],
  (length) => [`Content-Length: ${length} `],
  (length) => [`Content-Length : ${length}`],
  (length) => [`Content_Length: ${length}`],
  () => ['Transfer-Encoding: xchunked'],
  () => ['Transfer-Encoding: identity'],
  () => ['Transfer-Encoding: chunked, identity'],
  () => ['Transfer-Encoding: identity, chunked'],
  () => ['Transfer-Encoding:\tchunked'],
  () => ['Transfer-Encoding:\x0bchunked'],
  () => ['Transfer-Encoding : chunked'],
  () => ['Transfer_Encoding: chunked'],
  () => [' Transfer-Encoding: chunked'],
  () => ['X-A: b\r\n Transfer-Encoding: chunked'],
  () => ['X-A: b\rTransfer-Encoding: chunked'],
  () => ['X-A: b\nTransfer-Encoding: chunked'],
  () => [CHUNKED, CHUNKED],
  () => ['TRANSFER-ENCODING: CHUNKED'],
  () => ['Connection: transfer-encoding', CHUNKED],
  (length) => ['Connection: content-length', `Content-Length: ${length}`],
  (length) => ['Upgrade: websocket', 'Connection: Upgrade', `Content-Length: ${length}`],
  (length) => ['Upgrade: h2c', 'Connection: Upgrade', `Content-Length: ${length}`],
  (length) => ['Expect: 100-continue', `Content-Length: ${length}`],
];

const CHUNKS: readonly ((text: string) => string)[] = [
  (text) => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`,
  (text) => `${text.length.toString(16)};a="\r\n${text}\r\n0\r\n\r\n`,
  (text) => `${text.length.toString(16)};a=b\n${text}\r\n0\r\n\r\n`,
  (text) => `0${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`,
  (text) => `0x${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`,
  (text) => `${text.length.toString(16)} \r\n${text}\r\n0\r\n\r\n`,
  (text) => `${text.length.toString(16)}\n${text}\n0\n\n`,
  (text) => `${(text.length - 2).toString(16)}\r\n${text}\r\n0\r\n\r\n`,
  (text) => `${text.length.toString(16)}\r\n${text}0\r\n\r\n`,
  (text) => `0\r\n\r\n${text}`,
  (text) => `0\r\nX-A: b\r\n\r\n${text}`,
  (text) => `0\n\n${text}`,
  (text) => `1\r\nx\r\n0\r\n\r\n${text}`,
  (text) => `FFFFFFFFFFFFFFFF\r\n${text}`,
  (text) => `-1\r\n${text}\r\n0\r\n\r\n`,
  (text) => text,
];

/** A request with another one hidden in its body, or behind it: which of both it is must be decided once, by Envoy. */
export function framedHttp1(random: Random, generated: Generated, hidden: Generated, number: string, hiddenNumber: string): Written {
  const inside = head(hidden, hiddenNumber, ['Content-Length: 0']);
  const method = random.chance(0.8) ? 'POST' : 'GET';
  if (random.chance(0.15)) {
    // Read in one way only: as a body.
    const framing = random.chance(0.5)
      ? { lines: [`Content-Length: ${inside.length}`], text: inside }
      : { lines: [CHUNKED], text: CHUNKS[0](inside) };
    return { bytes: head({ ...generated, method }, number, framing.lines) + framing.text, mayArrive: [number], answers: 1, clean: false };
  }
  if (random.chance(0.1)) {
    return {
      bytes: head({ ...generated, method: 'GET' }, number, []) + inside,
      mayArrive: [number, hiddenNumber],
      answers: 2,
      clean: false,
    };
  }
  const text = random.one(CHUNKS)(inside);
  return {
    bytes: head({ ...generated, method }, number, random.one(FRAMINGS)(random.one([0, 4, text.length, inside.length]))) + text,
    mayArrive: [number, hiddenNumber],
    answers: 2,
    clean: false,
  };
}

/** Bytes of a request, changed at random. */
export function brokenHttp1(random: Random, generated: Generated, number: string): Written {
  // Whatever becomes of the one number, the other one is left.
  const end = `Case-Number: ${number}\r\n\r\n`;
  let bytes = head(generated, number, ['Content-Length: 0', end]).slice(0, -4 - end.length);
  for (let changes = 1 + random.below(4); changes > 0; changes -= 1) {
    const at = random.below(bytes.length);
    const put = random.one([
      '',
      '\0',
      '\r',
      '\n',
      '\r\n',
      ' ',
      ':',
      '\t',
      '\x7f',
      '\xff',
      'HTTP/1.1',
      '\r\n\r\n',
      String.fromCharCode(random.below(256)),
    ]);
    bytes = bytes.slice(0, at) + put + bytes.slice(at + random.below(3));
  }
  return { bytes: `${bytes}\r\n${end}`, mayArrive: [number], answers: 1, clean: false };
}
