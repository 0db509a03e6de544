import type { ParsedKey } from '../../model/edge-routes';
import type { RouteTarget } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import type { Reachable } from './check-reachable';
import { checkReachable } from './check-reachable';
import { parseAggregate } from './parse-aggregate';

type ParseTarget = (at: Reader, reachable: Reachable, route: ParsedKey | undefined) => RouteTarget | undefined;

/** By the names of the options by which a route says where requests go; it has one of them. */
const TARGETS = { service: toService, aggregate: parseAggregate } as const satisfies Readonly<Record<string, ParseTarget>>;

export const TARGET_FIELDS = Object.keys(TARGETS) as readonly (keyof typeof TARGETS)[];

/** Where the requests of a route go. */
export function parseTarget(at: Reader, reachable: Reachable, route: ParsedKey | undefined): RouteTarget | undefined {
  const given = TARGET_FIELDS.filter((field) => !at.field(field).absent);
  if (given.length === 0) return toService(at.field('service'), reachable);
  if (given.length > 1)
    at.fail('CONFLICT', `a route leads to one target, and this one has ${given.join(' and ')}`, { got: null, fix: 'remove all but one' });
  // What is wrong with the others is said, too.
  const [target] = given.map((field) => TARGETS[field](at.field(field), reachable, route));
  return target;
}

function toService(at: Reader, reachable: Reachable): RouteTarget | undefined {
  const service = at
    .required('the service that the route leads to', `such as service: '${reachable.declared[0] ?? 'ui'}'; or aggregate: Aggregate.of({ … })`)
    .string();
  if (service === undefined) return undefined;
  checkReachable(at, service, reachable);
  return { kind: 'service', service };
}
