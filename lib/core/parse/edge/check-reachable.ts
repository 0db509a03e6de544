import { named } from '../../model/by-name';
import type { Reader } from '../../reading/reader';
import type { DraftService } from '../service/parse-service';
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
