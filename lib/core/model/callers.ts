/** All that may call a service: those that list it, and the gateways whose edges have a route to it. */
export function everyCaller({
  callers,
  gateways,
}: {
  readonly callers: readonly string[];
  readonly gateways: readonly string[];
}): readonly string[] {
  return [...callers, ...gateways];
}
