import { isBlank } from './slices';

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const LITERALS = ['true', 'false', 'null'].map((text) => Buffer.from(text));
/** Of `\u`, four digits follow. */
const ESCAPES: ReadonlySet<number | undefined> = new Set(Buffer.from('"\\/bfnrt'));

export type Verdict = 'valid' | 'invalid' | 'too-deep';

/**
 * Whether bytes, which are UTF-8, are one JSON text (RFC 8259). JSON.parse would say it, too, with a tree that nobody needs: it takes
 * ten times as long, in which nothing else is answered, and several times the memory.
 */
export function validate(bytes: Buffer, maxDepth: number): Verdict {
  return new Validation(bytes, maxDepth).verdict();
}

class Validation {
  private at = 0;
  /** What closes each array and object that is open. */
  private readonly open: number[] = [];

  constructor(
    private readonly bytes: Buffer,
    private readonly maxDepth: number,
  ) {}

  verdict(): Verdict {
    this.blanks();
    for (;;) {
      const first = this.bytes[this.at];
      if (first === OPEN_ARRAY || first === OPEN_OBJECT) {
        if (this.open.length === this.maxDepth) return 'too-deep';
        const close = first === OPEN_ARRAY ? CLOSE_ARRAY : CLOSE_OBJECT;
        this.open.push(close);
        this.at += 1;
        this.blanks();
        if (this.bytes[this.at] !== close) {
          if (close === CLOSE_OBJECT && !this.key()) return 'invalid';
          continue;
        }
      } else if (!this.scalar(first)) return 'invalid';
      const next = this.afterValue();
      if (next !== 'value') return next;
    }
  }

  /** Behind a value, or at the end of an empty array or object. */
  private afterValue(): 'value' | 'valid' | 'invalid' {
    for (;;) {
      this.blanks();
      const close = this.open.at(-1);
      if (close === undefined) return this.at === this.bytes.length ? 'valid' : 'invalid';
      const byte = this.bytes[this.at];
      this.at += 1;
      if (byte === close) this.open.pop();
      else if (byte === COMMA) {
        this.blanks();
        return close === CLOSE_ARRAY || this.key() ? 'value' : 'invalid';
      } else return 'invalid';
    }
  }

  private key(): boolean {
    if (this.bytes[this.at] !== QUOTE || !this.string()) return false;
    this.blanks();
    if (this.bytes[this.at] !== COLON) return false;
    this.at += 1;
    this.blanks();
    return true;
  }

  private scalar(first: number | undefined): boolean {
    if (first === QUOTE) return this.string();
    if (first === 0x2d || isDigit(first)) return this.number();
    const literal = LITERALS.find((text) => text[0] === first);
    if (literal === undefined || !this.bytes.subarray(this.at, this.at + literal.length).equals(literal)) return false;
    this.at += literal.length;
    return true;
  }

  private string(): boolean {
    const { bytes } = this;
    let at = this.at + 1;
    for (;;) {
      const byte = bytes[at];
      // Control characters, or the end.
      if (byte === undefined || byte < 0x20) return false;
      at += 1;
      if (byte === QUOTE) {
        this.at = at;
        return true;
      }
      if (byte === BACKSLASH) {
        const escape = bytes[at];
        at += 1;
        if (escape === 0x75) {
          for (const end = at + 4; at < end; at += 1) if (!isHex(bytes[at])) return false;
        } else if (!ESCAPES.has(escape)) return false;
      }
    }
  }

  private number(): boolean {
    if (this.bytes[this.at] === 0x2d) this.at += 1;
    if (this.bytes[this.at] === 0x30) this.at += 1;
    else if (!this.digits()) return false;
    if (this.bytes[this.at] === 0x2e) {
      this.at += 1;
      if (!this.digits()) return false;
    }
    const exponent = this.bytes[this.at];
    if (exponent !== 0x65 && exponent !== 0x45) return true;
    this.at += 1;
    const sign = this.bytes[this.at];
    if (sign === 0x2b || sign === 0x2d) this.at += 1;
    return this.digits();
  }

  private digits(): boolean {
    const start = this.at;
    while (isDigit(this.bytes[this.at])) this.at += 1;
    return this.at > start;
  }

  private blanks(): void {
    while (isBlank(this.bytes[this.at])) this.at += 1;
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function isHex(byte: number | undefined): boolean {
  return isDigit(byte) || (byte !== undefined && ((byte >= 0x61 && byte <= 0x66) || (byte >= 0x41 && byte <= 0x46)));
}
