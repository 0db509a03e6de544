import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { weightsFile, weightsResource } from '../../../lib/core/contract/files';
import type { Unread } from '../../../lib/core/contract/unread';
import type { Weights, WeightsDocument } from '../../../lib/core/contract/weights';
import { weightKey, weightsPrefix } from '../../../lib/core/contract/weights';
import { Failure } from '../failure';
import type { WeightsTarget } from '../settings';
import { isRecord } from '../json';

/** What a parameter says. */
export type ServiceWeights = Required<WeightsDocument>;

/** Envoy adds weights up in 32 bits. */
const MAX_WEIGHT = 1_000_000;

/** People write it too, by hand. */
export function weightsOf(text: string): ServiceWeights {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Failure('malformed', 'the weights are not JSON');
  }
  const { weights, routes = {} }: Unread<WeightsDocument> = isRecord(value) ? value : {};
  if (!isWeights(weights))
    throw new Failure('malformed', `the weights must be {"weights":{"v1":90,"v2":10}}, of whole numbers from 0 to ${MAX_WEIGHT}`);
  if (!isRecord(routes) || !Object.values(routes).every(isWeights))
    throw new Failure('malformed', 'the routes must be {"<route>":{"v1":90,"v2":10}}');
  return { weights, routes: routes as ServiceWeights['routes'] };
}

function isWeights(value: unknown): value is Weights {
  return (
    isRecord(value) &&
    Object.values(value).every((weight) => typeof weight === 'number' && Number.isInteger(weight) && weight >= 0 && weight <= MAX_WEIGHT)
  );
}

export function weightsPath(directory: string, service: string): string {
  return join(directory, weightsFile(service));
}

/**
 * What becomes of a route that has weights of its own but is not named: it gets the service's, or nothing is taken over,
 * since whoever wrote the service's weights did not mean the route to lose its own.
 */
export type Forgotten = 'inherits' | 'fails';

/**
 * The file of Envoy's runtime discovery; see lib/core/envoy/traffic/versions.ts. A version that is not named gets nothing, and one that
 * this task does not know is left out.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/service/runtime/v3/rtds.proto
 */
export function runtimeFile(target: WeightsTarget, { weights, routes }: ServiceWeights, forgotten: Forgotten): string {
  const { service } = target;
  const weightsOfRoute = (route: string): Weights => {
    const found = own(routes, route);
    if (found === undefined && forgotten === 'fails')
      throw new Failure('malformed', `the route ${route} has weights of its own: add "routes":{"${route}":{"v1":90,"v2":10}}`);
    return found ?? weights;
  };
  const layer = {
    ...values(weightsPrefix(service), target, weights),
    ...(Object.assign({}, ...target.routes.map((route) => values(weightsPrefix(service, route), target, weightsOfRoute(route)))) as object),
  };
  const resource = { '@type': 'type.googleapis.com/envoy.service.runtime.v3.Runtime', name: weightsResource(service), layer };
  return JSON.stringify({
    version_info: createHash('sha256').update(JSON.stringify(layer)).digest('hex').slice(0, 16),
    resources: [resource],
  });
}

function values(prefix: string, { service, versions, tcp }: WeightsTarget, weights: Weights): object {
  const known = versions.map(({ name, cluster }) => ({ key: weightKey(prefix, cluster), weight: own(weights, name) ?? 0 }));
  const total = known.reduce((sum, { weight }) => sum + weight, 0);
  // Envoy would answer every request with an error.
  if (total === 0)
    throw new Failure(
      'no-weight',
      `no version of ${service} that this task knows (${versions.map(({ name }) => name).join(', ')}) has a weight`,
    );
  if (!tcp) return Object.fromEntries(known.map(({ key, weight }) => [key, weight]));
  // In turn, each takes its share of the connections that those before have left. A bare number would be percent.
  let left = total;
  return Object.fromEntries(
    known.slice(0, -1).map(({ key, weight }) => {
      const numerator = left === 0 ? 0 : Math.round((weight / left) * 1_000_000);
      left -= weight;
      return [key, { numerator, denominator: 'MILLION' }];
    }),
  );
}

/** Names come from elsewhere: "constructor" may be one. */
function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
