import type { WeightedVersion } from '../../lib/core/contract/agent';
import type { Unread } from '../../lib/core/contract/unread';
import { isRecord } from './json';

/** Services and clusters name files and runtime keys. */
const LABEL = /^[a-z]([a-z0-9-]*[a-z0-9])?$/;

export function isLabel(label: unknown): label is string {
  return typeof label === 'string' && LABEL.test(label);
}

/** Undefined if one of them is none. */
export function versionsOf(list: readonly unknown[]): readonly WeightedVersion[] | undefined {
  const known = list.flatMap((version): WeightedVersion[] => {
    const { name, cluster }: Unread<WeightedVersion> = isRecord(version) ? version : {};
    return isLabel(name) && isLabel(cluster) ? [{ name, cluster }] : [];
  });
  return known.length === list.length ? known : undefined;
}
