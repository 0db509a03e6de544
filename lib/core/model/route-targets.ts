import type { EdgeRoute } from './topology';

/** Names of the services that requests of a route reach. */
export function servicesOf({ target }: Pick<EdgeRoute, 'target'>): readonly string[] {
  return [target.service];
}
