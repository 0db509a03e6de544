import type { ParsedKey } from '../../model/edge-routes';
import type { RouteTarget } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import type { Reachable } from './check-reachable';
import { checkReachable } from './check-reachable';
import { parseAggregate } from './parse-aggregate';

/** Names of the options by which a route says where requests go; it has one of them. */
export const TARGET_FIELDS = ['service', 'aggregate'] as const;

/** Where the requests of a route go. */
export function parseTarget(at: Reader, reachable: Reachable, route: ParsedKey | undefined): RouteTarget | undefined {
  const given = TARGET_FIELDS.filter((field) => !at.field(field).absent);
  if (given.length > 1)
    at.fail('CONFLICT', `a route leads to one target, and this one has ${given.join(' and ')}`, { got: null, fix: 'remove all but one' });
  if (given[0] === 'aggregate') return parseAggregate(at.field('aggregate'), reachable, route);
  const serviceAt = at.field('service');
  const service = serviceAt
    .required(
      'the service that the route leads to',
      `such as service: '${reachable.declared[0] ?? 'ui'}'; or aggregate: Aggregate.of({ … })`,
    )
    .string();
  if (service === undefined) return undefined;
  checkReachable(serviceAt, service, reachable);
  return { kind: 'service', service };
}
