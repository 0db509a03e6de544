import { checkLabel } from '../../reading/check-label';
import type { ProtocolId } from '../../model/topology';
import type { Reader } from '../../reading/reader';

export interface NamedEntries {
  /** What each entry is, such as "a rate limit". */
  readonly what: string;
  readonly example: string;
  readonly fields: readonly string[];
}

/** Entries by names of the user's, sorted; none for a TCP service, which has no requests. */
export function parseNamed<T>(
  at: Reader,
  protocol: ProtocolId,
  { what, example, fields }: NamedEntries,
  parse: (entry: Reader, name: string) => T | undefined,
): readonly T[] {
  if (at.absent) return [];
  if (protocol === 'tcp')
    return at.fail<readonly T[]>('UNSUPPORTED_BY_PROTOCOL', 'a TCP service has no requests', { fix: 'remove it' }) ?? [];
  return [...at.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, entry]) => {
      checkLabel(name, entry, what);
      entry.required('an object', `remove it, or write ${example}`);
      return entry.checkFields(fields) ? (parse(entry, name) ?? []) : [];
    });
}
