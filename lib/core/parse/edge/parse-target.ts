import type { RouteTarget } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import { checkReachable } from './check-reachable';
import { parseAggregate } from './parse-aggregate';
import type { GrpcRouteContext } from './parse-grpc-target';
import { parseGrpcTarget } from './parse-grpc-target';

/** Names of the options by which a route says where requests go; it has one of them. */
export const TARGET_FIELDS = ['service', 'grpc', 'aggregate'] as const;

/** Where the requests of a route go. */
export function parseTarget(at: Reader, context: GrpcRouteContext): RouteTarget | undefined {
  const { reachable } = context;
  const given = TARGET_FIELDS.filter((field) => !at.field(field).absent);
  if (given.length > 1)
    return at.fail('CONFLICT', `it has ${given.join(' and ')}, and a route leads to one of them`, { got: null, fix: 'remove all but one' });
  if (given[0] === 'grpc') return parseGrpcTarget(at.field('grpc'), context);
  if (given[0] === 'aggregate') return parseAggregate(at.field('aggregate'), reachable, context.key);
  const serviceAt = at.field('service');
  const service = serviceAt
    .required(
      'the service that the route leads to',
      `such as service: '${reachable.declared[0] ?? 'ui'}'; or grpc for a gRPC service, or aggregate: Aggregate.of({ … })`,
    )
    .string();
  if (service === undefined) return undefined;
  checkReachable(serviceAt, service, reachable);
  return { kind: 'service', service };
}
