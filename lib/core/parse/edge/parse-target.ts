import type { RouteTarget } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import { checkReachable } from './check-reachable';
import { parseAggregate } from './parse-aggregate';
import type { TargetContext } from './parse-grpc-target';
import { parseGrpcTarget } from './parse-grpc-target';

type ParseTarget = (at: Reader, context: TargetContext) => RouteTarget | undefined;

/** By the names of the options by which a route says where requests go; it has one of them. */
const TARGETS = {
  service: toService,
  grpc: parseGrpcTarget,
  aggregate: parseAggregate,
} as const satisfies Readonly<Record<string, ParseTarget>>;

export const TARGET_FIELDS = Object.keys(TARGETS) as readonly (keyof typeof TARGETS)[];

/** Where the requests of a route go. */
export function parseTarget(at: Reader, context: TargetContext): RouteTarget | undefined {
  const given = TARGET_FIELDS.filter((field) => !at.field(field).absent);
  if (given.length === 0) return toService(at.field('service'), context);
  if (given.length > 1)
    at.fail('CONFLICT', `a route leads to one target, and this one has ${given.join(' and ')}`, { got: null, fix: 'remove all but one' });
  // What is wrong with the others is said, too.
  const [target] = given.map((field) => TARGETS[field](at.field(field), context));
  return target;
}

function toService(at: Reader, { reachable }: TargetContext): RouteTarget | undefined {
  const service = at
    .required(
      'the service that the route leads to',
      `such as service: '${reachable.declared[0] ?? 'ui'}'; or grpc for a gRPC service, or aggregate: Aggregate.of({ … })`,
    )
    .string();
  if (service === undefined) return undefined;
  checkReachable(at, service, reachable);
  return { kind: 'service', service };
}
