/** The headers of a request, pseudo-headers among them, as Envoy holds them: lower case, in order, several of a name allowed. */
export class HeaderMap {
  private entries: (readonly [string, string])[];

  constructor(entries: Iterable<readonly [string, string]>) {
    this.entries = [...entries].map(([name, value]) => [canonical(name), value]);
  }

  /** All values of a header as one text, with commas. */
  get(name: string): string | undefined {
    const values = this.values(name);
    return values.length === 0 ? undefined : values.join(',');
  }

  /** Of headers that came several times, or were added to others. */
  values(name: string): readonly string[] {
    return this.entries.filter(([key]) => key === canonical(name)).map(([, value]) => value);
  }

  first(name: string): string | undefined {
    return this.values(name)[0];
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

  /** Headers of Envoy's own hold one value, to which others are appended, and an empty one is nothing to append. */
  add(name: string, value: string): void {
    const before = OWN.includes(canonical(name)) ? this.get(name) : undefined;
    if (before === undefined) this.entries.push([canonical(name), value]);
    else this.set(name, [before, value].filter((each) => each !== '').join(','));
  }

  remove(...names: readonly string[]): void {
    const keys = names.map(canonical);
    this.entries = this.entries.filter(([key]) => !keys.includes(key));
  }

  removeWhere(matches: (name: string) => boolean): void {
    this.entries = this.entries.filter(([key]) => !matches(key));
  }

  /** Of all headers, without pseudo-headers. */
  get names(): readonly string[] {
    return [...new Set(this.entries.map(([key]) => key))].filter((key) => !key.startsWith(':'));
  }

  copy(): HeaderMap {
    return new HeaderMap(this.entries);
  }

  /** Without pseudo-headers. */
  plain(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.entries.filter(([key]) => !key.startsWith(':')).map(([key]) => [key, this.get(key) ?? '']));
  }

  get method(): string {
    return this.get(':method') ?? '';
  }

  /** With the query string. */
  get path(): string {
    return this.get(':path') ?? '';
  }

  get authority(): string {
    return this.get(':authority') ?? '';
  }
}

/**
 * Of those of requests the ones that somebody might add something to.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers
 */
const OWN: readonly string[] = [
  'x-forwarded-proto',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-request-id',
  'content-type',
  'user-agent',
  'via',
  'te',
  'accept-encoding',
];

/** Envoy knows the host by one name, whichever protocol it came by. */
function canonical(name: string): string {
  const lower = name.toLowerCase();
  return lower === 'host' ? ':authority' : lower;
}

/** A path without its query string. */
export function withoutQuery(path: string): string {
  return path.replace(/[?#].*$/s, '');
}
