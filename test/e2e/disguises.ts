/** Ways to write a path so that API Gateway, Envoy and applications might each read another path in it. */
type Disguise = (path: string) => readonly string[];

const escaped = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
/** The path with the text at one place replaced: one result for each place. */
const eachPlace =
  (pattern: RegExp, replace: (found: string) => string): Disguise =>
  (path) => {
    const places = [...path.matchAll(pattern)];
    return places.map(({ 0: found, index }) => `${path.slice(0, index)}${replace(found)}${path.slice(index + found.length)}`);
  };
const everyPlace =
  (pattern: RegExp, replace: (found: string) => string): Disguise =>
  (path) => [path.replace(pattern, replace)];
const inner = /(?<!^)\//g;
const first = /(?<=\/)[a-z]/g;
const end = /(?<=[a-z0-9])(?=\/|$)/g;

const inPlaceOf = (slash: string): readonly Disguise[] => [eachPlace(inner, () => slash), everyPlace(inner, () => slash)];
const asLetters = (spell: (letter: string) => string): readonly Disguise[] => [eachPlace(first, spell), everyPlace(/(?<=.)[a-z]/g, spell)];
const behindParts = (parameter: string): readonly Disguise[] => [eachPlace(end, () => parameter), everyPlace(end, () => parameter)];

const SLASHES = [
  '%2F',
  '%2f',
  '%252F',
  '%5C',
  '%5c',
  '\\',
  '//',
  '/./',
  '/%2E/',
  '/;/',
  '%2F%2F',
  '/x/../',
  '/x%2F..%2F',
  '/x/..;/',
  '%c0%af',
  '%EF%BC%8F',
  '%u002f',
];
const ENDS = [
  '/',
  '%2F',
  '//',
  '/.',
  '/%2E',
  '.',
  '%2E',
  '%20',
  '%20/',
  '%09',
  '%00',
  '%0A',
  '%3F',
  '%3Fx',
  '%23',
  '%23x',
  '?',
  '#',
  '/;x',
  '/%3Bx',
  '/%20',
  '/%3F',
  '/x/..',
  '%2Fx%2F..',
  ';/',
  '.json',
];
const STARTS = ['/.', '/%2E', '/', '/x/..', '/x%2F..', '/;', '/;x', '/%20', '/%2F', '/x/%2E%2E'];

const DISGUISES: readonly Disguise[] = [
  ...SLASHES.flatMap(inPlaceOf),
  ...[escaped, (letter: string) => escaped(letter).toLowerCase(), (letter: string) => `%25${escaped(letter).slice(1)}`].flatMap(asLetters),
  ...asLetters((letter) => letter.toUpperCase()),
  everyPlace(/:/g, escaped),
  everyPlace(/:/g, () => '%253a'),
  ...[';', ';x', ';x=1', '%3B', '%3Bx=/y', '%20', '.'].flatMap(behindParts),
  ...ENDS.map((text): Disguise => (path) => [`${path}${text}`]),
  ...STARTS.map((text): Disguise => (path) => [`${text}${path}`]),
];
/** Of the pairs of disguises, which are tens of thousands, each of this many is tried. A prime, so that every disguise has its turn. */
const ONE_PAIR_OF = 17;

/** A path as it is, in each disguise, and in two disguises at once. */
export function disguised(path: string): readonly string[] {
  const once = DISGUISES.flatMap((disguise) => disguise(path));
  const twice = once.flatMap((each) => DISGUISES.flatMap((disguise) => disguise(each))).filter((_, index) => index % ONE_PAIR_OF === 0);
  return [...new Set([path, ...once, ...twice])];
}

/**
 * What an application may take a path for: without what stands behind ";" in its parts, without spaces and dots at the end of
 * them, without one slash at its end, decoded once more, in any case; or any of this together.
 */
export function readingsOf(path: string): readonly string[] {
  const looser: readonly ((text: string) => string)[] = [
    (text) => text.replace(/;[^/]*/g, ''),
    (text) => text.replace(/(%20|\.)+(?=\/|$)/g, ''),
    (text) => (text.length > 1 ? text.replace(/\/$/, '') : text),
    (text) => text.replace(/%([2-7][0-9A-Fa-f])/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
    (text) => text.toLowerCase(),
  ];
  return [...looser.reduce((forms, loosen) => new Set([...forms, ...[...forms].map(loosen)]), new Set([path]))];
}
