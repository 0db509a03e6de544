import type { AggregatedPart } from '../../../lib/core/contract/aggregation';
import { ByteWriter } from './byte-writer';
import { eachItem, eachMember, kindOf, type Json } from './slices';

/** Which fields of an answer stay, and what they are called. */
export interface Shape {
  readonly pick?: ReadonlySet<string>;
  readonly drop: ReadonlySet<string>;
  readonly rename: ReadonlyMap<string, string>;
}

export function shapeOf({ pick, drop, rename }: AggregatedPart): Shape | undefined {
  if (pick === undefined && drop === undefined && rename === undefined) return undefined;
  return { ...(pick === undefined ? {} : { pick: new Set(pick) }), drop: new Set(drop), rename: new Map(Object.entries(rename ?? {})) };
}

/** The answer in its shape; undefined if it has none: it must be an object, an array of objects, or null. */
export function reshape(json: Json, shape: Shape): Json | undefined {
  const out = new ByteWriter(json.length);
  switch (kindOf(json)) {
    case 'null':
      return json;
    case 'object':
      writeObject(json, shape, out);
      return out.bytes();
    case 'array':
      return writeArray(json, shape, out) ? out.bytes() : undefined;
    default:
      return undefined;
  }
}

function writeArray(json: Json, shape: Shape, out: ByteWriter): boolean {
  let [fits, first] = [true, true];
  out.text('[');
  eachItem(json, (start, end) => {
    const item = json.subarray(start, end);
    if (!first) out.text(',');
    first = false;
    const kind = kindOf(item);
    if (kind === 'object') writeObject(item, shape, out);
    else if (kind === 'null') out.text('null');
    else fits = false;
    return fits;
  });
  out.text(']');
  return fits;
}

function writeObject(json: Json, shape: Shape, out: ByteWriter): void {
  if (shape.pick === undefined) writeOthers(json, shape, out);
  else writePicked(json, { ...shape, pick: shape.pick }, out);
}

/** No more is remembered of an object than the names of the shape: it may have any number of keys. */
function writeOthers(json: Json, { drop, rename }: Shape, out: ByteWriter): void {
  const renamed = new Map<string, number>();
  if (rename.size > 0)
    eachMember(json, (key, { start }) => {
      if (rename.has(key) && !drop.has(key)) renamed.set(key, start);
    });
  const replaced = new Set([...renamed.keys()].map((key) => rename.get(key)));
  let separator = '{';
  eachMember(json, (key, { keyStart, keyEnd, start, end }) => {
    if (drop.has(key)) return;
    const last = renamed.get(key);
    // What is renamed wins over what had the name before, whichever comes first; of equal keys, the last one counts.
    if (last === undefined ? replaced.has(key) : last !== start) return;
    out.text(separator);
    if (last === undefined) out.slice(json, keyStart, keyEnd);
    else out.text(JSON.stringify(rename.get(key)));
    out.text(':');
    out.slice(json, start, end);
    separator = ',';
  });
  out.text(separator === '{' ? '{}' : '}');
}

interface Field {
  readonly renamed: boolean;
  readonly start: number;
  readonly end: number;
}

function writePicked(json: Json, { pick, drop, rename }: Shape & { readonly pick: ReadonlySet<string> }, out: ByteWriter): void {
  const fields = new Map<string, Field>();
  eachMember(json, (key, { start, end }) => {
    if (!pick.has(key) || drop.has(key)) return;
    const name = rename.get(key);
    // What is renamed wins over what had the name before, whichever comes first; else, of equal keys, the last.
    if (name === undefined && fields.get(key)?.renamed === true) return;
    fields.set(name ?? key, { renamed: name !== undefined, start, end });
  });
  let separator = '{';
  for (const [name, { start, end }] of fields) {
    out.text(`${separator}${JSON.stringify(name)}:`);
    out.slice(json, start, end);
    separator = ',';
  }
  out.text(fields.size === 0 ? '{}' : '}');
}
