import { DEADLINE_MS } from './wait';

export interface LogLine {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
  /** Milliseconds since the epoch at which the runner read the line. */
  readonly at: number;
}

/** The output of one container, line by line, across its restarts. */
export class ContainerLog {
  private readonly all: LogLine[] = [];
  private readonly listeners = new Set<(line: LogLine) => void>();
  private readonly partial = { stdout: '', stderr: '' };

  constructor(readonly name: string) {}

  get lines(): readonly LogLine[] {
    return this.all;
  }

  text(): string {
    return this.all.map((line) => line.text).join('\n');
  }

  /** The last lines, for an error message. */
  tail(count = 20): string {
    return this.all
      .slice(-count)
      .map((line) => line.text)
      .join('\n');
  }

  /** Every line that is a JSON object: Envoy's access log, for one. */
  json(): readonly Readonly<Record<string, unknown>>[] {
    return this.all.map(parse).filter((entry) => entry !== undefined);
  }

  /**
   * The same, with every line that was written before this call: an answer can reach the runner before the line about it,
   * since each comes by a pipe of its own. One turn of the event loop reads all pipes that hold something.
   */
  async jsonSoFar(): Promise<readonly Readonly<Record<string, unknown>>[]> {
    for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    return this.json();
  }

  /** The first line, past or future, that satisfies the predicate. */
  async until(
    predicate: (line: LogLine) => boolean,
    options: { readonly timeoutMs?: number; readonly what?: string } = {},
  ): Promise<LogLine> {
    const found = this.all.find(predicate);
    if (found) return found;
    const timeoutMs = options.timeoutMs ?? DEADLINE_MS;
    return new Promise((resolve, reject) => {
      const stop = this.onLine((line) => {
        if (!predicate(line)) return;
        clearTimeout(timer);
        stop();
        resolve(line);
      });
      const timer = setTimeout(() => {
        stop();
        reject(
          new Error(`waited ${timeoutMs} ms for ${options.what ?? 'a line'} in the log of ${this.name}; its last lines:\n${this.tail()}`),
        );
      }, timeoutMs);
    });
  }

  /** The first JSON line, past or future, that satisfies the predicate. */
  async untilJson(
    predicate: (entry: Readonly<Record<string, unknown>>) => boolean,
    options: { readonly timeoutMs?: number; readonly what?: string } = {},
  ): Promise<Readonly<Record<string, unknown>>> {
    const line = await this.until((candidate) => {
      const entry = parse(candidate);
      return entry !== undefined && predicate(entry);
    }, options);
    return parse(line) ?? {};
  }

  /** Calls back for every line from now on; the result ends that. */
  onLine(listener: (line: LogLine) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  write(stream: LogLine['stream'], chunk: string): void {
    const lines = (this.partial[stream] + chunk).split('\n');
    this.partial[stream] = lines.pop() ?? '';
    for (const text of lines) this.add(stream, text);
  }

  /** The stream ended: a last line without a newline counts too. */
  end(stream: LogLine['stream']): void {
    if (this.partial[stream] !== '') this.add(stream, this.partial[stream]);
    this.partial[stream] = '';
  }

  private add(stream: LogLine['stream'], text: string): void {
    const line = { stream, text, at: Date.now() };
    this.all.push(line);
    for (const listener of [...this.listeners]) listener(line);
  }
}

function parse(line: LogLine): Readonly<Record<string, unknown>> | undefined {
  if (!line.text.startsWith('{')) return undefined;
  try {
    return JSON.parse(line.text) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}
