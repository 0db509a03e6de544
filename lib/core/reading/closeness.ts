import { distance } from 'fastest-levenshtein';

/**
 * One mistake for every three letters of the longer name, and at least one: what compilers suggest names by. With more, short
 * names that have nothing in common are suggested; with fewer, a word that was left out makes a long name unknown.
 * https://doc.rust-lang.org/nightly/nightly-rustc/rustc_span/edit_distance/fn.find_best_match_for_name.html
 */
const LETTERS_PER_MISTAKE = 3;

/** Longer names are not compared: they are not typed by hand, and the time that it takes grows with the square of the length. */
const MAX_LENGTH = 200;

/**
 * The name that `got` is most likely a typo of, if any is close enough to be worth suggesting, or else the only name that begins
 * so. Case makes no difference.
 */
export function closestName(got: string, names: readonly string[]): string | undefined {
  // From JavaScript, anything may be asked for. One letter is too little to go by.
  if (typeof got !== 'string' || got.length < 2 || got.length > MAX_LENGTH) return undefined;
  const [closest] = names
    .map((name) => ({ name, wrong: mistakes(got, name), longer: Math.max(got.length, name.length) }))
    .filter(({ wrong, longer }) => wrong <= Math.max(1, Math.floor(longer / LETTERS_PER_MISTAKE)))
    .sort((a, b) => a.wrong - b.wrong);
  return closest?.name ?? completed(got, names);
}

/** Of a property one mistake for every four letters of the shorter name: props of other tools look like ours, and mean something else. */
const LETTERS_PER_MISTAKE_OF_PROPERTY = 4;

/** As `closestName`, for the names of properties. */
export function closestProperty(got: string, names: readonly string[]): string | undefined {
  const near = names.filter(
    (name) => mistakes(got, name) <= Math.max(1, Math.floor(Math.min(got.length, name.length) / LETTERS_PER_MISTAKE_OF_PROPERTY)),
  );
  return closestName(got, near) ?? completed(got, names);
}

/** Of fewer letters than three there is too little to go by. */
function completed(got: string, names: readonly string[]): string | undefined {
  const begun = names.filter((name) => got.length >= 3 && name.toLowerCase().startsWith(got.toLowerCase()));
  return begun.length === 1 ? begun[0] : undefined;
}

/** Letters that are added, left out, replaced, or exchanged with the next one, once. */
export function mistakes(a: string, b: string): number {
  const [from, to] = [a.toLowerCase(), b.toLowerCase()];
  const exchanged = Array.from(
    { length: Math.max(0, Math.min(from.length, MAX_LENGTH) - 1) },
    (_, at) => 1 + distance(`${from.slice(0, at)}${from.charAt(at + 1)}${from.charAt(at)}${from.slice(at + 2)}`, to),
  );
  return Math.min(distance(from, to), ...exchanged);
}
