import type { Removal } from '../../model/pass-through-headers';
import { closestName } from '../../reading/closeness';
import type { IssueCode } from '../../reading/issues';
import type { Reader } from '../../reading/reader';
import { STRINGS } from '../../reading/reader';

/** Names of headers that would be removed, and are not to be. */
export function parsePassThroughHeaders(at: Reader, removal: Removal): readonly string[] {
  const { removed } = removal;
  const names = at.items(STRINGS).flatMap((item) => {
    const name = item.required('the name of a header', 'remove the entry, or give a name').string();
    if (name === undefined) return [];
    const lower = name.toLowerCase();
    if (removed.includes(lower)) return lower;
    return item.fail<string>(...complaintOf(lower, removal)) ?? [];
  });
  return [...new Set(names)].sort();
}

function complaintOf(
  name: string,
  { by, removed, always, alwaysPrefixes }: Removal,
): readonly [IssueCode, string, { readonly fix: string }] {
  const hyphens = name.trim().replaceAll(/[^a-z0-9]/g, '-');
  if (always.includes(hyphens) || alwaysPrefixes.some((prefix) => hyphens.startsWith(prefix))) {
    return ['INVALID_VALUE', `${by} always removes this header, or replaces its value`, { fix: 'remove the entry' }];
  }
  const meant = closestName(hyphens, removed);
  const fix = meant === undefined ? 'remove the entry' : `write "${meant}"`;
  if (!/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) return ['INVALID_NAME', 'is not the name of a header', { fix }];
  if (removed.includes(hyphens)) return ['INVALID_NAME', `${by} passes on headers only as they are spelled with hyphens`, { fix }];
  return ['NO_EFFECT', `${by} does not remove this header: it arrives unchanged`, { fix }];
}
