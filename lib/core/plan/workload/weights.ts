import type { WeightedService } from '../../contract/agent';
import type { Weights, WeightsDocument } from '../../contract/weights';
import type { Service } from '../../model/topology';
import type { WeightsPlan } from '../system-plan';
import { weightsPattern } from './weights-pattern';

/** The callees whose weights the agent reads. */
export function weightedCallees(callees: readonly Service[]): readonly Service[] {
  return callees.filter(({ versions }) => versions !== undefined);
}

/** The agent's settings for them, in the order of their parameters. */
export function weightsTargets(callees: readonly Service[]): readonly WeightedService[] {
  return weightedCallees(callees).map(({ name: service, protocol, versions = [], policy }): WeightedService => {
    const routes = policy.routes.filter((route) => route.versions !== undefined).map(({ name }) => name);
    return {
      service,
      ...(protocol === 'tcp' ? { tcp: true } : {}),
      // In the order of Envoy's configuration, since each takes its share of what those before have left.
      versions: versions.map(({ name, workloadName: cluster }) => ({ name, cluster })),
      ...(routes.length === 0 ? {} : { routes }),
    };
  });
}

/** What stands in a service's parameter; people may change it by hand, between deployments. */
export function weightsPlan({ name: service, versions = [], policy, shift }: Service): WeightsPlan {
  const routes = policy.routes.flatMap((route): [string, Weights][] =>
    route.versions === undefined ? [] : [[route.name, route.versions]],
  );
  const document: WeightsDocument = {
    weights: Object.fromEntries(versions.map(({ name, weight }) => [name, weight])),
    ...(routes.length === 0 ? {} : { routes: Object.fromEntries(routes) }),
  };
  return {
    service,
    text: JSON.stringify(document),
    pattern: weightsPattern(
      versions.map(({ name }) => name),
      routes.map(([name]) => name),
    ),
    ...(shift === undefined ? {} : { shift }),
  };
}
