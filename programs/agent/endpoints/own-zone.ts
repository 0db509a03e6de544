import type { Instance } from './cloud-map';

/** So few that one which fails is a large part of the zone. */
const MIN_LOCAL = 2;
/** How much more than its share an instance may get. */
const MAX_OVERLOAD = 1.25;

/**
 * Whether callers may keep to their own zone, as long as it is healthy. It is safe if no instance of the callee gets
 * much more than its share by it, which depends on where the callers are: a single caller would put all of its load
 * on a third of the callees. All callers see the same lists, so they come to the same answer; it is all or nothing,
 * since a zone that keeps to itself beside one that does not would get more than its share.
 */
export function mayPreferOwnZone(zone: string | undefined, callees: readonly Instance[], callers: readonly Instance[]): boolean {
  if (zone === undefined || callers.length === 0 || callees.length === 0) return false;
  if ([...callees, ...callers].some((instance) => instance.zone === undefined)) return false;
  if (countIn(zone, callees) < MIN_LOCAL) return false;
  const zones = new Set([...callees, ...callers].map((instance) => instance.zone));
  return [...zones].every((each) => countIn(each, callers) / callers.length <= (MAX_OVERLOAD * countIn(each, callees)) / callees.length);
}

function countIn(zone: string | undefined, instances: readonly Instance[]): number {
  return instances.filter((instance) => instance.zone === zone).length;
}
