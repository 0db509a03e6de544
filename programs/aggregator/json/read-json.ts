import { isUtf8 } from 'node:buffer';
import { isBlank, type Json } from './slices';
import { validate } from './validate';

/** Deeper than answers of services are; parsers of clients end at a thousand, or with their stack. */
export const MAX_DEPTH = 100;

export type ReadJson =
  { readonly ok: true; readonly json: Json } | { readonly ok: false; readonly code: 'not-json' | 'too-deep'; readonly why: string };

/** A text that a service sent as JSON, which is JSON only if it is valid (RFC 8259), in UTF-8, and without a byte order mark. */
export function readJson(bytes: Buffer): ReadJson {
  if (!isUtf8(bytes)) return { ok: false, code: 'not-json', why: 'the response is not UTF-8' };
  const verdict = validate(bytes, MAX_DEPTH);
  if (verdict === 'invalid') return { ok: false, code: 'not-json', why: 'the response is not valid JSON' };
  if (verdict === 'too-deep') return { ok: false, code: 'too-deep', why: `the response is nested deeper than ${MAX_DEPTH}` };
  return { ok: true, json: trimmed(bytes) };
}

function trimmed(bytes: Buffer): Json {
  let [start, end] = [0, bytes.length];
  while (isBlank(bytes[start])) start += 1;
  while (isBlank(bytes[end - 1])) end -= 1;
  return bytes.subarray(start, end);
}
