import { FORGED } from './rules';
import type { Random } from './fuzz-random';
import type { Generated } from './fuzz-requests';
import { block, data, FLAG, frame, headers, number as numberFrame, TYPE } from './http2-frames';
import type { Line } from './witness';

const TRAILERS = [
  'x-forwarded-client-cert',
  'x_forwarded_client_cert',
  'x-envoy-retry-on',
  'x-forwarded-for',
  'authorization',
  'x-http-method-override',
  'x-checksum',
  'grpc-timeout',
  'cookie',
  ':path',
  'te',
  'X-UPPER',
];
const ODD: readonly Line[] = [
  [':path', '/admin'],
  [':method', 'DELETE'],
  [':evil', '1'],
  ['connection', 'close'],
  ['transfer-encoding', 'chunked'],
  ['te', 'gzip'],
  ['host', 'h'],
  ['content-length', '5'],
  ['X-UPPER', '1'],
  ['x-a', 'b\r\nx-forwarded-client-cert: forged'],
  ['x-a\0', '1'],
  ['', '1'],
  [':authority', 'h'],
  ['cookie', 'a=b'],
  ['upgrade', 'websocket'],
  [':protocol', 'websocket'],
];

function linesOf(random: Random, { method, path, lines }: Generated, number: string): readonly Line[] {
  const named = lines.map(([name, value]): Line => [name.toLowerCase(), value]);
  const all: Line[] = [
    [':method', method],
    [':scheme', random.one(['https', 'https', 'https', 'http', 'ftp'])],
    [':path', path],
    [':authority', 'peer.example'],
    ...named,
    ['case-number', number],
  ];
  if (random.chance(0.04)) all.splice(random.below(all.length + 1), 0, random.one(ODD));
  if (random.chance(0.01)) all.splice(random.below(4), 1);
  return all;
}

/** A request as frames that belong together. */
export function plainHttp2(random: Random, generated: Generated, number: string, stream: number): readonly Buffer[] {
  const lines = linesOf(random, generated, number);
  if (random.chance(0.75)) return [headers(stream, lines, true)];
  const trailers = random.chance(0.5)
    ? [
        headers(
          stream,
          [
            [random.one(TRAILERS), FORGED],
            [random.one(TRAILERS), FORGED],
          ],
          true,
        ),
      ]
    : [];
  return [headers(stream, lines, false), data(stream, 'hello', trailers.length === 0), ...trailers];
}

/** Frames in an order, of types, and with flags that make no sense. */
export function oddHttp2(random: Random, generated: Generated, number: string, stream: number): readonly Buffer[] {
  const head = block(linesOf(random, generated, number));
  const frames: (() => Buffer)[] = [
    () => headers(stream, linesOf(random, generated, number), random.chance(0.5)),
    () => data(stream, 'x'.repeat(random.below(100)), random.chance(0.5)),
    () => numberFrame(TYPE.reset, stream, random.below(14)),
    () => numberFrame(TYPE.windowUpdate, random.one([0, stream]), random.one([0, 1, 0x7fffffff])),
    () => frame(TYPE.priority, 0, stream, Buffer.alloc(random.one([0, 5, 6]))),
    () => frame(TYPE.continuation, FLAG.endHeaders, stream, head),
    () => frame(TYPE.headers, random.below(256), stream, head.subarray(0, random.below(head.length))),
    () => frame(TYPE.headers, FLAG.endHeaders | FLAG.padded, stream, Buffer.concat([Buffer.from([random.below(256)]), head])),
    () => frame(TYPE.push, FLAG.endHeaders, stream, head),
    () => frame(TYPE.settings, 0, 0, Buffer.from(Array.from({ length: random.one([0, 5, 6, 12]) }, () => random.below(256)))),
    () => frame(TYPE.goAway, 0, 0, Buffer.alloc(8)),
    () =>
      frame(
        random.below(256),
        random.below(256),
        random.one([0, stream, stream + 1]),
        Buffer.from(Array.from({ length: random.below(40) }, () => random.below(256))),
      ),
  ];
  return Array.from({ length: 1 + random.below(4) }, () => random.one(frames)());
}
