import type { EdgeRoute } from './topology';

type Targeted = Pick<EdgeRoute, 'target'>;

/** Names of the services that requests of a route reach. */
export function servicesOf({ target }: Targeted): readonly string[] {
  switch (target.kind) {
    case 'service':
    case 'grpc':
      return [target.service];
    case 'aggregate':
      return [...new Set(target.aggregation.parts.map(({ service }) => service))].sort();
  }
}

/** Names of the services that get the client's own request, and whose answer the client gets. */
export function passedOnTo({ target }: Targeted): readonly string[] {
  return target.kind === 'aggregate' ? [] : [target.service];
}
