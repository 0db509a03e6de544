import type { CacheEntry } from './parameters';

/** The cache of a stage. What a client says of caching is not looked at: it has no permission to invalidate. */
export class KeptResponses<T> {
  private readonly kept = new Map<string, { readonly response: T; readonly until: number }>();

  /** @param most how many responses; of more, those go that came first */
  constructor(private readonly most = Infinity) {}

  get(entry: CacheEntry | undefined): T | undefined {
    const found = entry === undefined ? undefined : this.kept.get(entry.key);
    return found !== undefined && found.until > Date.now() ? found.response : undefined;
  }

  /** Whatever its status: errors of the integration are kept, too, as has been seen. */
  keep(entry: CacheEntry | undefined, response: T): void {
    if (entry === undefined) return;
    this.kept.delete(entry.key);
    this.kept.set(entry.key, { response, until: Date.now() + entry.ttlSeconds * 1000 });
    for (const [first] of this.kept) {
      if (this.kept.size <= this.most) break;
      this.kept.delete(first);
    }
  }
}
