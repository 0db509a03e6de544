import { closest, distance } from 'fastest-levenshtein';

/** What differs from it in few letters, at most a quarter of them; undefined if nothing does. */
export function typoOf(got: string, names: readonly string[]): string | undefined {
  const name = closest(got, [...names]);
  return distance(got, name) <= Math.max(1, got.length / 4) ? name : undefined;
}
