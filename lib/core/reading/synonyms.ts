import { mistakes } from './closeness';
import { ELSEWHERE, OF_JOBS, SYNONYMS } from './other-tools';

export type Meant = { readonly property: string } | { readonly elsewhere: string };

/** The places in the props tree at which a property may stand, such as `services.<name>.timeout`. */
export type Places = ReadonlyMap<string, readonly string[]>;

/** At more places than these a name says little: it is more likely a typo of a property that is known where it stands. */
const MOST_PLACES = 4;
const FEW_PLACES = 2;

/** Shorter names have too many neighbors. */
const LEAST_TYPO = 4;

/**
 * What somebody means by a property that there is not: one that is known here, by another name or with one typo; one that stands
 * elsewhere in the props; or what is done in another way. In this order, so that nobody is sent away from what is there.
 *
 * @param path of the object that has the property
 */
export function meantBy(key: string, known: readonly string[], places: Places = new Map(), path = ''): Meant | undefined {
  const plain = plainOf(key);
  const names = SYNONYMS.get(plain) ?? [];
  const property =
    known.find((name) => plainOf(name) === plain) ?? names.find((name) => known.includes(name)) ?? typoOf(plain, known, places);
  if (property !== undefined) return { property };
  const ofJob = /^jobs\.[^.]+$/.test(path) ? OF_JOBS.get(plain) : undefined;
  if (ofJob !== undefined) return { elsewhere: ofJob };
  const elsewhere =
    placeOf(nameOf(plain, places), places, path) ??
    ELSEWHERE.get(plain) ??
    placeOf(
      names.find((each) => places.has(each)),
      places,
      path,
    ) ??
    names.flatMap((name) => ELSEWHERE.get(plainOf(name)) ?? [])[0];
  return elsewhere === undefined ? undefined : { elsewhere };
}

/** With one mistake, where the name is not that of another property as it is, or the mistake is its plural. */
function typoOf(plain: string, known: readonly string[], places: Places): string | undefined {
  if (plain.length < LEAST_TYPO) return undefined;
  const near = known.find((name) => mistakes(plain, name) === 1);
  if (near === undefined) return undefined;
  const isPlural = plainOf(near) === `${plain}s` || plain === `${plainOf(near)}s`;
  const isOther = SYNONYMS.has(plain) || ELSEWHERE.has(plain) || nameOf(plain, places) !== undefined;
  return isPlural || !isOther ? near : undefined;
}

/** Where a property belongs that does not belong here, if it has few places. */
function placeOf(name: string | undefined, places: Places, path: string): string | undefined {
  const found = name === undefined ? [] : nearest(places.get(name) ?? [], path);
  if (name === undefined || found.length === 0 || found.length > MOST_PLACES) return undefined;
  const texts = found.map((place) => (place === '' ? 'the props of the construct' : place));
  return `"${name}" belongs to ${texts.length === 1 ? '' : `${texts.slice(0, -1).join(', ')} or `}${texts.at(-1) ?? ''}`;
}

function nameOf(plain: string, places: Places): string | undefined {
  return [...places.keys()].find((name) => plainOf(name) === plain);
}

/**
 * Of several places those in the same part of the props, such as a service, or else, where the object in question is no small part of
 * another thing, all.
 */
function nearest(found: readonly string[], path: string): readonly string[] {
  const [first = '', ...others] = path.split(/[.[]/);
  const part = first === 'edges' ? 'edge' : first;
  const elsewhere = found.filter((place) => place !== path);
  const inPart = elsewhere.filter((place) => place === part || place.startsWith(`${part}.`));
  if (inPart.length > 0) return outermost(inPart);
  const isPart = others.length > (NAMED.includes(first) ? 1 : 0);
  return isPart ? [] : outermost(elsewhere);
}

/** What has entries, by names of the user's. */
const NAMED: readonly string[] = ['services', 'jobs', 'external', 'clients', 'edges'];

/** Of many those that stand in no other one. */
function outermost(found: readonly string[]): readonly string[] {
  if (found.length <= FEW_PLACES) return found;
  const least = Math.min(...found.map(depthOf));
  return found.filter((place) => depthOf(place) === least);
}

/** Names that the user gives, such as that of a service, do not count. */
function depthOf(place: string): number {
  return place.split('.').filter((part) => !/^<.*>$/.test(part)).length;
}

function plainOf(key: string): string {
  return key.toLowerCase().replace(/[^a-z0-9]/g, '');
}
