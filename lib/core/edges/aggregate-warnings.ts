import { named } from '../model/by-name';
import type { EdgeTopology, Service, Warning } from '../model/topology';
import { counted } from '../reading/input';

/** Parts that the props give more time than their services have: these give up first. */
export function ofParts({ routes }: Pick<EdgeTopology, 'routes'>, services: readonly Service[]): readonly Warning[] {
  return routes.flatMap(({ target }) => {
    if (target.kind !== 'aggregate') return [];
    return target.aggregation.parts.flatMap(({ name, service }): readonly Warning[] => {
      const timeout = target.partTimeouts[name];
      const callee = named(services, service);
      if (timeout === undefined || callee === undefined) return [];
      const seconds = longestOf(callee);
      if (timeout.seconds <= seconds) return [];
      return [
        {
          id: 'aggregate-timeout',
          path: timeout.path,
          message:
            `the part may take ${counted(timeout.seconds, 'second')}, but its requests end with 504 after ` +
            `${counted(seconds, 'second')}, the timeout of "${service}". Give the service a longer one ` +
            `(${callee.path}.timeout), or the part one of at most ` +
            counted(seconds, 'second'),
        },
      ];
    });
  });
}

/** Which of the service's own routes a part takes is known only with its values. */
function longestOf({ callPolicy, policy }: Service): number {
  const all = [callPolicy.timeouts, ...policy.routes.flatMap(({ timeouts }) => timeouts ?? [])];
  return Math.max(...all.map(({ requestSeconds, streamSeconds }) => requestSeconds ?? streamSeconds ?? Infinity));
}
