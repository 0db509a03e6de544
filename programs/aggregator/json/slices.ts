/**
 * JSON that is looked into without being parsed: values are pieces of the bytes that a service sent, so that what passes through is
 * not changed (numbers above 2^53 stay what they are), no key becomes a property of an object of ours, and nothing is held twice.
 * All functions take valid JSON, as `readJson` lets in.
 */
export type Json = Buffer;

export const NULL: Json = Buffer.from('null');

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

export type JsonKind = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object';

export function kindOf(json: Json): JsonKind {
  switch (json[0]) {
    case OPEN_ARRAY:
      return 'array';
    case OPEN_OBJECT:
      return 'object';
    case QUOTE:
      return 'string';
    case 0x6e:
      return 'null';
    case 0x74:
    case 0x66:
      return 'boolean';
    default:
      return 'number';
  }
}

/** The text of a string, number or boolean: of a number as it was sent. */
export function textOf(json: Json): string | undefined {
  switch (kindOf(json)) {
    case 'string':
      return JSON.parse(json.toString('utf8')) as string;
    case 'number':
    case 'boolean':
      return json.toString('latin1');
    default:
      return undefined;
  }
}

/** Where a member of an object is: its key with the quotes, and its value. */
export interface Member {
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly start: number;
  readonly end: number;
}

/** Calls with each member of an object, in order. */
export function eachMember(json: Json, visit: (key: string, member: Member) => void): void {
  let at = afterBlanks(json, 1);
  while (json[at] !== CLOSE_OBJECT) {
    const keyStart = at;
    const keyEnd = endOfString(json, at);
    const key = keyIn(json, at, keyEnd);
    const start = afterBlanks(json, afterBlanks(json, keyEnd) + 1);
    const end = endOfValue(json, start);
    visit(key, { keyStart, keyEnd, start, end });
    at = afterBlanks(json, end);
    if (json[at] === COMMA) at = afterBlanks(json, at + 1);
  }
}

/** Calls with where each item of an array begins and ends, until it answers false. */
export function eachItem(json: Json, visit: (start: number, end: number) => boolean): void {
  let at = afterBlanks(json, 1);
  while (json[at] !== CLOSE_ARRAY) {
    const end = endOfValue(json, at);
    if (!visit(at, end)) return;
    at = afterBlanks(json, end);
    if (json[at] === COMMA) at = afterBlanks(json, at + 1);
  }
}

/** The value that such fields lead to; undefined if there is none. Of equal keys, the last counts. */
export function valueAt(json: Json, fields: readonly string[]): Json | undefined {
  let value: Json | undefined = json;
  for (const field of fields) {
    if (value === undefined) return undefined;
    value = fieldOf(value, field);
  }
  return value;
}

function fieldOf(json: Json, field: string): Json | undefined {
  let found: Json | undefined;
  switch (kindOf(json)) {
    case 'object':
      eachMember(json, (key, { start, end }) => {
        if (key === field) found = json.subarray(start, end);
      });
      return found;
    case 'array': {
      if (!/^(0|[1-9]\d*)$/.test(field)) return undefined;
      let left = Number(field);
      eachItem(json, (start, end) => {
        if (left === 0) found = json.subarray(start, end);
        left -= 1;
        return left >= 0;
      });
      return found;
    }
    default:
      return undefined;
  }
}

/** The first items of an array, and how many there are besides. */
export function firstItems(json: Json, limit: number): { readonly items: readonly Json[]; readonly others: number } {
  const items: Json[] = [];
  let others = 0;
  eachItem(json, (start, end) => {
    if (items.length < limit) items.push(json.subarray(start, end));
    else others += 1;
    return true;
  });
  return { items, others };
}

/** No name that anybody looks for is so long; a text of megabytes would be held several times. */
const MAX_KEY_BYTES = 8 * 1024;

/** Of a key that is too long, its beginning, which is longer than any name. */
function keyIn(json: Json, start: number, end: number): string {
  if (end - start > MAX_KEY_BYTES) return json.toString('latin1', start + 1, start + 1 + MAX_KEY_BYTES);
  const text = json.toString('utf8', start + 1, end - 1);
  return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text;
}

function afterBlanks(json: Json, from: number): number {
  let at = from;
  while (isBlank(json[at])) at += 1;
  return at;
}

export function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function endOfValue(json: Json, start: number): number {
  const first = json[start];
  if (first === QUOTE) return endOfString(json, start);
  if (first === OPEN_ARRAY || first === OPEN_OBJECT) return endOfNested(json, start);
  let at = start + 1;
  while (at < json.length && !endsScalar(json[at])) at += 1;
  return at;
}

function endsScalar(byte: number | undefined): boolean {
  return byte === COMMA || byte === CLOSE_ARRAY || byte === CLOSE_OBJECT || isBlank(byte);
}

function endOfNested(json: Json, start: number): number {
  let [depth, at] = [0, start];
  while (at < json.length) {
    const byte = json[at];
    if (byte === QUOTE) {
      at = endOfString(json, at);
      continue;
    }
    if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) depth += 1;
    else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) depth -= 1;
    at += 1;
    if (depth === 0) return at;
  }
  return at;
}

function endOfString(json: Json, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1;
  return at + 1;
}
