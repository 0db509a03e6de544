import { GATEWAY_NAME } from './constants';

/** All that may call a service: those that list it, and the gateway if a route of the edge leads to it. */
export function everyCaller({ callers, routed }: { readonly callers: readonly string[]; readonly routed: boolean }): readonly string[] {
  return routed ? [...callers, GATEWAY_NAME] : callers;
}
