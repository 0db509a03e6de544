import type { Node, Pair } from 'yaml';
import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';

/** A value of a document that is YAML or JSON, with its place in it. */
export type DocumentNode = MapNode | ListNode | ScalarNode;

interface Placed {
  /** `api.yaml:12:5`; of what stands in code, a JSON Pointer. */
  readonly place: string;
  /** How many values it has in it, with those that aliases repeat. */
  readonly size: number;
}

export interface MapNode extends Placed {
  readonly kind: 'map';
  /** In the order of the document. Maps, so that no name means something to JavaScript. */
  readonly entries: ReadonlyMap<string, DocumentNode>;
}

export interface ListNode extends Placed {
  readonly kind: 'list';
  readonly items: readonly DocumentNode[];
}

export interface ScalarNode extends Placed {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
}

/** What is wrong at a place, for the user to read. */
export type ReportProblem = (place: string, message: string, fix: string) => void;

/** No document that people write is deeper, and what walks through one calls itself. */
const MAX_DEPTH = 100;

/** Ten times the largest public documents; aliases of aliases make more of a few lines. */
const MAX_VALUES = 2_000_000;

/**
 * Reads YAML 1.2, of which JSON is a part. Undefined after a problem.
 *
 * @param file as problems name it; undefined: the document stands in code, where lines say nothing
 */
export function readDocument(text: string, file: string | undefined, report: ReportProblem): DocumentNode | undefined {
  const lines = new LineCounter();
  const placeAt = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file ?? 'the document'}:${line}:${col}`;
  };
  try {
    const parsed = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2', logLevel: 'silent' });
    // The others follow from the first one, as often as not.
    const [problem] = [...parsed.errors, ...parsed.warnings];
    if (problem !== undefined) {
      report(placeAt(problem.pos[0]), `is no YAML: ${oneLine(problem.message)}`, FIX);
      return undefined;
    }
    const builder = new Builder(file === undefined ? undefined : placeAt, report);
    const root = builder.build(parsed.contents, { pointer: '#', offset: 0, depth: 0 });
    if (builder.failed) return undefined;
    if (root.size <= MAX_VALUES) return root;
    report(root.place, 'aliases make it larger than any document', 'write out what they stand for');
  } catch (error) {
    // Such as one that is so deep that the parser cannot hold it.
    report(file ?? '#', `cannot be read: ${oneLine(String(error))}`, FIX);
  }
  return undefined;
}

const FIX = 'correct it';

function oneLine(message: string): string {
  return message.replace(/\s+/g, ' ').trim().replace(/\.$/, '');
}

interface Position {
  readonly pointer: string;
  /** Of the key, or else of the value. */
  readonly offset: number;
  readonly depth: number;
}

class Builder {
  failed = false;

  /** What each anchor stands for; undefined while that is read. */
  private readonly anchors = new Map<string, DocumentNode | undefined>();

  constructor(
    private readonly placeAt: ((offset: number) => string) | undefined,
    private readonly report: ReportProblem,
  ) {}

  build(node: Node | null, at: Position): DocumentNode {
    const place = this.place(at);
    if (node === null) return { kind: 'scalar', place, size: 1, value: null };
    if (at.depth > MAX_DEPTH) return this.fail(place, `is nested more than ${MAX_DEPTH} deep`, 'write less deep');
    if (isAlias(node)) return this.aliased(node.source, place);
    const { anchor } = node as { readonly anchor?: string };
    if (anchor !== undefined) this.anchors.set(anchor, undefined);
    const built = isMap<unknown, Node | null>(node)
      ? this.map(node.items, place, at)
      : isSeq<Node | null>(node)
        ? this.list(node.items, place, at)
        : this.scalar(node, at);
    if (anchor !== undefined) this.anchors.set(anchor, built);
    return built;
  }

  private map(pairs: readonly Pair<unknown, Node | null>[], place: string, at: Position): DocumentNode {
    const entries = new Map<string, DocumentNode>();
    for (const { key, value } of pairs) {
      const offset = offsetOf(key) ?? at.offset;
      const name = nameOf(key);
      if (name === undefined) {
        this.fail(this.place({ ...at, offset }), 'is no name of a field', 'write a text before the colon');
        continue;
      }
      if (name === '<<') this.fail(this.place({ ...at, offset }), 'YAML 1.2 has no merge keys', 'write the fields out');
      entries.set(name, this.build(value, { pointer: `${at.pointer}/${escaped(name)}`, offset, depth: at.depth + 1 }));
    }
    return { kind: 'map', place, entries, size: sizeOf(entries.values()) };
  }

  private list(nodes: readonly (Node | null)[], place: string, at: Position): DocumentNode {
    const items = nodes.map((node, index) =>
      this.build(node, { pointer: `${at.pointer}/${index}`, offset: offsetOf(node) ?? at.offset, depth: at.depth + 1 }),
    );
    return { kind: 'list', place, items, size: sizeOf(items) };
  }

  private scalar(node: Node, at: Position): DocumentNode {
    const place = this.place({ ...at, offset: offsetOf(node) ?? at.offset });
    const value: unknown = isScalar(node) ? node.value : undefined;
    if (value === null || typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)))
      return { kind: 'scalar', place, size: 1, value };
    return this.fail(place, 'is no value of JSON', 'write a text, a number, true, false, a list or an object');
  }

  private aliased(anchor: string, place: string): DocumentNode {
    const built = this.anchors.get(anchor);
    if (built !== undefined) return built;
    return this.anchors.has(anchor)
      ? this.fail(place, `"*${anchor}" stands in what it stands for`, 'use a $ref to a schema in components')
      : this.fail(place, `there is no "&${anchor}" before it`, FIX);
  }

  private fail(place: string, message: string, fix: string): DocumentNode {
    this.failed = true;
    this.report(place, message, fix);
    return { kind: 'scalar', place, size: 1, value: null };
  }

  private place({ pointer, offset }: Position): string {
    return this.placeAt === undefined ? pointer : this.placeAt(offset);
  }
}

/** Numbers are names of responses. */
function nameOf(key: unknown): string | undefined {
  const value: unknown = isScalar(key) ? key.value : undefined;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function offsetOf(node: unknown): number | undefined {
  return (node as { readonly range?: readonly number[] | null } | null | undefined)?.range?.[0];
}

function sizeOf(nodes: Iterable<DocumentNode>): number {
  let size = 1;
  for (const node of nodes) size += node.size;
  return size;
}

/** As a part of a JSON Pointer. https://www.rfc-editor.org/rfc/rfc6901 */
export function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

export function unescaped(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}
