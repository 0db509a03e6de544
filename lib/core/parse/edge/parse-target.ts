import { named } from '../../model/by-name';
import type { RouteTarget } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import type { DraftService } from '../service/parse-service';
import { unknownService } from '../service/parse-service';
import type { GrpcRouteContext } from './parse-grpc-target';
import { parseGrpcTarget } from './parse-grpc-target';

/** What a route can lead to. */
export interface Reachable {
  /** Sorted by name. */
  readonly services: readonly DraftService[];
  /** The names of all services. */
  readonly declared: readonly string[];
  /** Those of external services, to which no route can lead. */
  readonly external: readonly string[];
}

/** Names of the options by which a route says where requests go. */
export const TARGET_FIELDS = ['service', 'grpc'] as const;

/** Where the requests of a route go. */
export function parseTarget(at: Reader, context: GrpcRouteContext): RouteTarget | undefined {
  const { reachable } = context;
  const given = TARGET_FIELDS.filter((field) => !at.field(field).absent);
  if (given.length > 1)
    return at.fail('CONFLICT', `it has ${given.join(' and ')}, and a route leads to one of them`, {
      got: null,
      fix: 'remove one of the two',
    });
  if (given[0] === 'grpc') return parseGrpcTarget(at.field('grpc'), context);
  const serviceAt = at.field('service');
  const service = serviceAt
    .required('the service that the route leads to', `such as service: '${reachable.declared[0] ?? 'ui'}', or grpc for a gRPC service`)
    .string();
  if (service === undefined) return undefined;
  checkReachable(serviceAt, service, reachable);
  return { kind: 'service', service };
}

function checkReachable(at: Reader, service: string, { services, declared, external }: Reachable): void {
  if (external.includes(service) && !declared.includes(service)) refuseExternal(at);
  else checkProtocol(at, service, { services, declared });
}

function refuseExternal(at: Reader): void {
  at.fail('UNSUPPORTED_BY_EDGE', 'the edge leads to services of the mesh, and this one is outside of it', {
    fix: 'route to a service that calls it, or give it an integration of its own in API Gateway',
  });
}

function checkProtocol(at: Reader, service: string, { services, declared }: Omit<Reachable, 'external'>): void {
  const target = named(services, service);
  if (target === undefined) {
    if (!declared.includes(service)) unknownService(at, service, declared);
    return;
  }
  if (target.protocol === 'http' || target.protocol === 'http2') return;
  at.fail(
    'ROUTE_PROTOCOL',
    `"${target.name}" speaks ${target.protocol === 'grpc' ? 'gRPC' : 'TCP'}, which API Gateway cannot pass through`,
    {
      allowed: 'services with Protocol.HTTP or Protocol.HTTP2',
      fix:
        target.protocol === 'grpc'
          ? 'route to its methods with grpc, which translates JSON and gRPC-Web, or to an HTTP service that calls it'
          : 'route to an HTTP service that calls it',
    },
  );
}
