import { named } from '../../model/by-name';
import type { Reader } from '../../reading/reader';
import type { DraftService } from '../service/parse-service';
import { failWithoutPort } from '../service/check-worker';
import { unknownService } from '../service/parse-service';

/** What a route can lead to. */
export interface Reachable {
  /** Sorted by name. */
  readonly services: readonly DraftService[];
  /** The names of all services. */
  readonly declared: readonly string[];
  /** Those of external services, to which no route can lead. */
  readonly external: readonly string[];
}

/** Whether a route, or a part of an answer, can lead to a service of this name. */
export function checkReachable(at: Reader, service: string, { services, declared, external }: Reachable): void {
  const target = findReachable(at, service, { services, declared, external }, OR_AN_INTEGRATION);
  if (target === undefined) return;
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

const OR_AN_INTEGRATION = ', or give it an integration of its own in API Gateway';

/**
 * A service of the mesh; undefined after an issue, here or where the service stands.
 *
 * @param otherwise what else is there to do for one that is outside, after "route to a service that calls it"
 */
export function findReachable(
  at: Reader,
  name: string,
  { services, declared, external }: Reachable,
  otherwise = '',
): DraftService | undefined {
  if (external.includes(name) && !declared.includes(name))
    return at.fail('UNSUPPORTED_BY_EDGE', 'the edge leads to services of the mesh, and this one is outside of it', {
      fix: `route to a service that calls it${otherwise}`,
    });
  const target = named(services, name);
  if (target === undefined && !declared.includes(name)) unknownService(at, name, declared);
  if (target === undefined || target.port !== undefined) return target;
  failWithoutPort(at, target);
  return undefined;
}
