/** The headers of a request, pseudo-headers among them, as Envoy holds them: lower case, in order, several of a name allowed. */
export class HeaderMap {
  private entries: (readonly [string, string])[];

  constructor(entries: Iterable<readonly [string, string]>) {
    this.entries = [...entries].map(([name, value]) => [canonical(name), value]);
  }

  /** All values of a header, as Envoy matches them: one text, with commas. */
  get(name: string): string | undefined {
    const values = this.entries.filter(([key]) => key === canonical(name)).map(([, value]) => value);
    return values.length === 0 ? undefined : values.join(',');
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  set(name: string, value: string): void {
    const key = canonical(name);
    const index = this.entries.findIndex(([each]) => each === key);
    this.remove(key);
    this.entries.splice(index === -1 ? this.entries.length : index, 0, [key, value]);
  }

  add(name: string, value: string): void {
    this.entries.push([canonical(name), value]);
  }

  remove(...names: readonly string[]): void {
    const keys = names.map(canonical);
    this.entries = this.entries.filter(([key]) => !keys.includes(key));
  }

  removeWhere(matches: (name: string) => boolean): void {
    this.entries = this.entries.filter(([key]) => !matches(key));
  }

  copy(): HeaderMap {
    return new HeaderMap(this.entries);
  }

  /** Without pseudo-headers. */
  plain(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.entries.filter(([key]) => !key.startsWith(':')).map(([key]) => [key, this.get(key)!]));
  }

  get method(): string {
    return this.get(':method')!;
  }

  /** With the query string. */
  get path(): string {
    return this.get(':path')!;
  }

  get authority(): string {
    return this.get(':authority')!;
  }
}

/** Envoy knows the host by one name, whichever protocol it came by. */
function canonical(name: string): string {
  const lower = name.toLowerCase();
  return lower === 'host' ? ':authority' : lower;
}

/** A path without its query string. */
export function withoutQuery(path: string): string {
  return path.replace(/[?#].*$/s, '');
}
