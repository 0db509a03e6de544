/** Bytes that are put together, in one buffer that grows. */
export class ByteWriter {
  private buffer: Buffer;
  private length = 0;

  /** @param most more is not written, so the buffer does not grow beyond it */
  constructor(
    expected: number,
    private readonly most = Infinity,
  ) {
    this.buffer = Buffer.allocUnsafeSlow(Math.max(64, expected));
  }

  text(text: string): void {
    // At most three bytes of UTF-8 for each unit of UTF-16.
    this.reserve(text.length * 3);
    this.length += this.buffer.write(text, this.length, 'utf8');
  }

  slice(source: Buffer, start: number, end: number): void {
    this.reserve(end - start);
    this.length += source.copy(this.buffer, this.length, start, end);
  }

  /** No more than was written stays in memory. */
  bytes(): Buffer {
    if (this.length * 2 >= this.buffer.length) return this.buffer.subarray(0, this.length);
    const exact = Buffer.allocUnsafeSlow(this.length);
    this.buffer.copy(exact, 0, 0, this.length);
    return exact;
  }

  private reserve(count: number): void {
    if (this.length + count <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(grown(this.buffer.length, this.length + count, this.most));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}

/** How large a buffer gets that is too small. */
export function grown(size: number, needed: number, most: number): number {
  return Math.max(needed, Math.min(size * 2, most));
}
