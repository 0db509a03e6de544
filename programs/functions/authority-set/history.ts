import type { AuthoritySet } from './authority-set';

/** Since when tasks hear of an authority, and until when it issued. */
export interface AuthorityRecord {
  readonly name: string;
  /** The first 16 digits of its identity, which is a hash. */
  readonly id: string;
  /** In seconds since the epoch; 0: since before the first task. */
  readonly trustedSince: number;
  /** When it stopped to issue; `now` for the issuer; undefined: it never has issued. */
  readonly issuedUntil?: number | 'now';
}

/**
 * Which authorities the mesh had, and when. The custom resource stores nothing but its physical ID, which CloudFormation hands back with
 * each update: so it is written there.
 */
export type History = readonly AuthorityRecord[];

/** Of a mesh that has no task yet: whatever it starts with, everybody has. */
export function firstHistory({ authorities, issuer }: AuthoritySet): History {
  return authorities.map(({ name, identity }) => ({
    name,
    id: idOf(identity),
    trustedSince: 0,
    ...(identity === issuer.identity ? { issuedUntil: 'now' as const } : {}),
  }));
}

/** What is true from `now` on, once the set is in effect. */
export function nextHistory(history: History, { authorities, issuer }: AuthoritySet, now: Date): History {
  const seconds = Math.floor(now.getTime() / 1000);
  return authorities.map(({ name, identity }) => {
    const before = recordOf(history, identity);
    const issues = identity === issuer.identity;
    const issuedUntil = issues ? 'now' : before?.issuedUntil === 'now' ? seconds : before?.issuedUntil;
    return {
      name,
      id: idOf(identity),
      trustedSince: before?.trustedSince ?? seconds,
      ...(issuedUntil === undefined ? {} : { issuedUntil }),
    };
  });
}

/** Those of before that the set does not have. */
export function removedFrom(history: History, { authorities }: AuthoritySet): History {
  const kept = new Set(authorities.map(({ identity }) => idOf(identity)));
  return history.filter(({ id }) => !kept.has(id));
}

export function recordOf(history: History, identity: string): AuthorityRecord | undefined {
  return history.find(({ id }) => id === idOf(identity));
}

/** `<resource>~<name>.<id>.<since>.<until>~…`, times in base 36. */
export function physicalIdOf(name: string, history: History): string {
  const time = (seconds: number | 'now' | undefined): string =>
    seconds === undefined ? '' : seconds === 'now' ? NOW : seconds.toString(36);
  return [
    name,
    ...history.map(({ name: authority, id, trustedSince, issuedUntil }) => `${authority}.${id}.${time(trustedSince)}.${time(issuedUntil)}`),
  ].join(SEPARATOR);
}

/** The name is what does not change. Undefined history: from before there was one. */
export function readPhysicalId(physicalId: string): { readonly name: string; readonly history: History | undefined } {
  const [name = '', ...records] = physicalId.split(SEPARATOR);
  if (records.length === 0) return { name, history: undefined };
  return {
    name,
    history: records.map((record) => {
      const [authority = '', id = '', since = '', until = ''] = record.split('.');
      return {
        name: authority,
        id,
        trustedSince: parseInt(since, 36),
        ...(until === '' ? {} : { issuedUntil: until === NOW ? ('now' as const) : parseInt(until, 36) }),
      };
    }),
  };
}

const SEPARATOR = '~';
/** No number of base 36. */
const NOW = '-';

function idOf(identity: string): string {
  return identity.slice(0, 16);
}
