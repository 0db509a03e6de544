import { isUtf8 } from 'node:buffer';
import { depthOf, isBlank, type Json } from './slices';

/** Deeper than answers of services are; parsers of clients end at a thousand, or with their stack. */
export const MAX_DEPTH = 100;

export type ReadJson =
  { readonly ok: true; readonly json: Json } | { readonly ok: false; readonly code: 'not-json' | 'too-deep'; readonly why: string };

/** A text that a service sent as JSON, which is JSON only if it is valid (RFC 8259), in UTF-8, and without a byte order mark. */
export function readJson(bytes: Buffer): ReadJson {
  if (!isUtf8(bytes)) return { ok: false, code: 'not-json', why: 'the response is not UTF-8' };
  if (depthOf(bytes, MAX_DEPTH) > MAX_DEPTH) return { ok: false, code: 'too-deep', why: `the response is nested deeper than ${MAX_DEPTH}` };
  try {
    // For its verdict alone.
    JSON.parse(bytes.toString('utf8'));
  } catch {
    return { ok: false, code: 'not-json', why: 'the response is not valid JSON' };
  }
  return { ok: true, json: trimmed(bytes) };
}

function trimmed(bytes: Buffer): Json {
  let [start, end] = [0, bytes.length];
  while (isBlank(bytes[start])) start += 1;
  while (isBlank(bytes[end - 1])) end -= 1;
  return bytes.subarray(start, end);
}
