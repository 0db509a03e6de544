import { Fields } from '../template/fields';
import type { Resolver } from '../template/intrinsics';
import type { Throttle } from './limits';
import { readThrottle } from './limits';
import type { Wired } from './wiring';

/**
 * Of a route of an HTTP or a WebSocket API, or of all of its routes:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
 */
export function stageThrottles(resolver: Resolver, stage: Wired | undefined): (route: string) => Throttle | undefined {
  const fields = Fields.of(resolver.resolve(stage?.properties ?? {}), stage?.id ?? 'Stage');
  const read = (settings: Fields | undefined): Throttle | undefined =>
    readThrottle(settings, 'ThrottlingRateLimit', 'ThrottlingBurstLimit');
  const usual = read(fields.child('DefaultRouteSettings'));
  const own = fields.child('RouteSettings');
  return (route) => read(own?.child(route)) ?? usual;
}
