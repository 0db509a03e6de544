import { tokenize } from 'protobufjs';

/** What a .proto file says at which line, as far as that shows without understanding it: also of a file with mistakes. */
export interface ProtoOutline {
  readonly syntax: string;
  readonly imports: readonly ProtoImport[];
  /** Of messages, fields, enums, values, services and methods, by full name. */
  readonly lines: ReadonlyMap<string, number>;
  /** Of the texts in the options of a method, by the full name of the method. */
  readonly texts: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

export interface ProtoImport {
  readonly name: string;
  readonly line: number;
}

interface Token {
  readonly text: string;
  readonly line: number;
  readonly quoted: boolean;
}

/** A block in braces. Fields of a `oneof` are fields of its message, so that it has the name of the message. */
interface Block {
  readonly kind: 'file' | 'message' | 'enum' | 'service' | 'method' | 'other';
  readonly name: string;
}

export function outlineOf(text: string): ProtoOutline {
  const reading = new OutlineReader();
  let brackets = 0;
  let statement: Token[] = [];
  for (const token of tokensOf(text)) {
    const mark = token.quoted ? '' : token.text;
    if (mark === '[') brackets += 1;
    if (mark === ']') brackets -= 1;
    // Braces in brackets belong to the value of an option.
    if (brackets > 0 || ![';', '{', '}'].includes(mark)) {
      statement.push(token);
      continue;
    }
    reading.read(statement, mark);
    statement = [];
  }
  return reading;
}

class OutlineReader implements ProtoOutline {
  syntax = 'proto2';
  readonly imports: ProtoImport[] = [];
  readonly lines = new Map<string, number>();
  readonly texts = new Map<string, Map<string, number>>();
  private package = '';
  private readonly blocks: Block[] = [];

  read(statement: readonly Token[], end: string): void {
    const { kind, name } = this.blocks.at(-1) ?? { kind: 'file', name: this.package };
    const opened = this.readStatement(statement, kind, name);
    if (end === '{') this.blocks.push(opened ?? { kind: 'other', name });
    if (end === '}') this.blocks.pop();
  }

  /** The block that it opens, if a brace follows. */
  private readStatement(statement: readonly Token[], kind: Block['kind'], scope: string): Block | undefined {
    const words = statement[0]?.text === 'export' || statement[0]?.text === 'local' ? statement.slice(1) : statement;
    const [first, second] = words;
    if (first === undefined) return undefined;
    const method =
      kind === 'method' ? scope : kind === 'other' ? this.blocks.filter((each) => each.kind === 'method').at(-1)?.name : undefined;
    if (method !== undefined) {
      const texts = this.texts.get(method) ?? new Map<string, number>();
      for (const { text, line, quoted } of words) if (quoted && !texts.has(text)) texts.set(text, line);
      this.texts.set(method, texts);
      return undefined;
    }
    if (kind === 'file' && this.readHead(words)) return undefined;
    if (first.text === 'message' || first.text === 'enum' || first.text === 'service') {
      const name = this.place(scope, second);
      return name === undefined ? undefined : { kind: first.text, name };
    }
    if (first.text === 'rpc') {
      const name = this.place(scope, second);
      return name === undefined ? undefined : { kind: 'method', name };
    }
    if (first.text === 'oneof') {
      this.place(scope, second);
      return { kind, name: scope };
    }
    return kind === 'message' || kind === 'enum' ? this.readNumbered(words, scope) : undefined;
  }

  private readHead(words: readonly Token[]): boolean {
    const quoted = words.find((token) => token.quoted);
    switch (words[0]?.text) {
      case 'syntax':
      case 'edition':
        this.syntax = quoted?.text ?? this.syntax;
        return true;
      case 'package':
        this.package = words.slice(1).map(({ text }) => text).join(''); // prettier-ignore
        return true;
      case 'import':
        if (quoted !== undefined && words[1]?.text !== 'option') this.imports.push({ name: quoted.text, line: quoted.line });
        return true;
      default:
        return false;
    }
  }

  /** A field, or a value of an enum: what stands before the first "=" is its name. A group is a field and a message. */
  private readNumbered(words: readonly Token[], scope: string): Block | undefined {
    const equals = words.findIndex(({ text, quoted }) => text === '=' && !quoted);
    const named = words[equals - 1];
    if (named === undefined || words[0]?.text === 'option') return undefined;
    const name = this.place(scope, named);
    return name !== undefined && words[equals - 2]?.text === 'group' ? { kind: 'message', name } : undefined;
  }

  private place(scope: string, named: Token | undefined): string | undefined {
    if (named === undefined) return undefined;
    const name = scope === '' ? named.text : `${scope}.${named.text}`;
    if (!this.lines.has(name)) this.lines.set(name, named.line);
    return name;
  }
}

/** Up to the first character that cannot be in a .proto file: that is an issue elsewhere. */
function tokensOf(text: string): readonly Token[] {
  const handle = tokenize(text, false);
  const tokens: Token[] = [];
  try {
    for (let token = handle.next(); token !== null; token = handle.next()) {
      if (token !== '"' && token !== "'") {
        tokens.push({ text: token, line: handle.line, quoted: false });
        continue;
      }
      // Quotes are tokens of their own, around the text.
      tokens.push({ text: handle.next() ?? '', line: handle.line, quoted: true });
      handle.next();
    }
  } catch {
    return tokens;
  }
  return tokens;
}
