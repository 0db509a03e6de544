import { closestName } from '../../../reading/closeness';
import type { IssueCode } from '../../../reading/issues';
import type { Json } from '../../../model/json';
import { displayValue } from '../../../reading/input';
import type { Reader } from '../../../reading/reader';
import type { DocumentNode } from './read-document';
import { unescaped } from './read-document';

interface Complaint {
  readonly code?: IssueCode;
  readonly value?: string;
  readonly allowed?: string;
  readonly fix?: string;
}

/** Where a part stands, and what it is about: `api.yaml:12:5: GET /orders: `. */
export function placeText(place: string, subject: string | undefined): string {
  return `${place}: ${subject === undefined ? '' : `${subject}: `}`;
}

/** A place in a document, with a value or without one. As a Reader, it complains of what is wrong, and reads that as undefined. */
export class DocumentPart {
  constructor(
    /** The prop that names the document. */
    private readonly prop: Reader,
    private readonly root: DocumentNode,
    readonly node: DocumentNode | undefined,
    readonly place: string,
    /** Of which operation or schema it is a part. */
    readonly subject?: string,
  ) {}

  get absent(): boolean {
    return this.node === undefined;
  }

  about(subject: string): DocumentPart {
    return new DocumentPart(this.prop, this.root, this.node, this.place, subject);
  }

  /** Without its value, at another place. */
  placed(place: string): DocumentPart {
    return new DocumentPart(this.prop, this.root, undefined, place, this.subject);
  }

  /** Adds an issue. Gives `undefined`, as what the caller wanted to read, so that it can be returned. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- see Reader.fail
  fail<T>(message: string, { code = 'OPEN_API', value, ...rest }: Complaint): T | undefined {
    const got = value ?? (this.node?.kind === 'scalar' ? displayValue(this.node.value) : null);
    return this.prop.fail(code, `${placeText(this.place, this.subject)}${message}`, { got, ...rest });
  }

  /** Absent where this is no object; `entries` complains of that. */
  field(name: string): DocumentPart {
    const node = this.node?.kind === 'map' ? this.node.entries.get(name) : undefined;
    return new DocumentPart(this.prop, this.root, node, node?.place ?? this.place, this.subject);
  }

  /** The fields of an object; those of extensions are `extensions`. */
  entries(what: string): readonly (readonly [string, DocumentPart])[] {
    return this.all(what).filter(([name]) => !name.startsWith('x-'));
  }

  get extensions(): readonly (readonly [string, DocumentPart])[] {
    return this.node?.kind === 'map' ? this.all('an object').filter(([name]) => name.startsWith('x-')) : [];
  }

  private all(what: string): readonly (readonly [string, DocumentPart])[] {
    if (this.node === undefined) return [];
    if (this.node.kind !== 'map') {
      this.fail(`must be ${what}`, { fix: 'write name: value' });
      return [];
    }
    return [...this.node.entries].map(([name, node]) => [name, new DocumentPart(this.prop, this.root, node, node.place, this.subject)]);
  }

  items(what: string): readonly DocumentPart[] {
    if (this.node === undefined) return [];
    if (this.node.kind === 'list')
      return this.node.items.map((node) => new DocumentPart(this.prop, this.root, node, node.place, this.subject));
    this.fail(`must be ${what}`, { fix: 'write [ … ]' });
    return [];
  }

  text(): string | undefined {
    if (this.node === undefined) return undefined;
    if (this.node.kind === 'scalar' && typeof this.node.value === 'string') return this.node.value;
    return this.fail('must be a text', { fix: 'write a text' });
  }

  boolean(): boolean | undefined {
    if (this.node === undefined) return undefined;
    if (this.node.kind === 'scalar' && typeof this.node.value === 'boolean') return this.node.value;
    return this.fail('must be true or false', { fix: 'write true or false' });
  }

  /** A misspelt field would change what the document says without a word. */
  checkFields(known: readonly string[]): void {
    for (const [name, part] of this.node?.kind === 'map' ? this.entries('an object') : [])
      if (!known.includes(name)) {
        const near = closestName(name, known);
        part.fail(`OpenAPI has no field "${name}" here`, {
          value: displayValue(name),
          allowed: known.join(', '),
          fix: near === undefined ? 'remove it' : `did you mean "${near}"?`,
        });
      }
  }

  /** Where a `$ref` leads, and on from there; the part itself without one; undefined after an issue. */
  resolved(): DocumentPart | undefined {
    return this.follow(new Set());
  }

  private follow(seen: Set<DocumentNode | undefined>): DocumentPart | undefined {
    const reference = this.field('$ref');
    if (reference.absent) return this;
    if (seen.has(this.node)) return reference.fail('leads back to itself', { fix: 'remove one of the references' });
    return reference.target()?.follow(seen.add(this.node));
  }

  /** What this text, a JSON Pointer, stands for; undefined after an issue. */
  target(): DocumentPart | undefined {
    const pointer = this.text();
    if (pointer === undefined) return undefined;
    if (!/^#(\/|$)/.test(pointer))
      return this.fail('refers to another document', {
        fix: 'make one document of all, as "npx @redocly/cli bundle" does, and name that',
      });
    return this.at(pointer) ?? this.fail('refers to what is not there', { fix: 'correct it, such as "#/components/schemas/<name>"' });
  }

  /** What stands at a JSON Pointer. */
  at(pointer: string): DocumentPart | undefined {
    const node = pointer
      .slice(1)
      .split('/')
      .slice(1)
      .reduce<DocumentNode | undefined>((inside, part) => {
        const name = unescaped(decoded(part));
        if (inside?.kind === 'map') return inside.entries.get(name);
        return inside?.kind === 'list' && /^\d+$/.test(name) ? inside.items[Number(name)] : undefined;
      }, this.root);
    return node === undefined ? undefined : new DocumentPart(this.prop, this.root, node, node.place, this.subject);
  }

  /** As JSON has it. */
  json(): Json {
    return this.node === undefined ? null : jsonOf(this.node);
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function jsonOf(node: DocumentNode): Json {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(jsonOf);
  return Object.fromEntries([...node.entries].map(([name, each]) => [name, jsonOf(each)]));
}
