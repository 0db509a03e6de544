import { everyCaller } from '../../model/callers';
import { CLIENT_GATEWAY_NAME } from '../../model/clients';
import type { Service, Warning } from '../../model/topology';

/**
 * A caller that no rule names, though others are named: most likely forgotten.
 *
 * @param clients those that call the service
 */
export function checkAllow({ name, path, allow, callers, gateways }: Service, clients: readonly string[]): Warning[] {
  if (allow === undefined || allow.some((rule) => rule.callers === undefined)) return [];
  const named = new Set(allow.flatMap((rule) => rule.callers ?? []));
  const clientCallers = named.has(CLIENT_GATEWAY_NAME) ? [] : clients;
  return [
    ...everyCaller({ callers, gateways }).filter((caller) => clients.length === 0 || caller !== CLIENT_GATEWAY_NAME),
    ...clientCallers,
  ]
    .filter((caller) => !named.has(caller))
    .map((caller) => ({
      id: 'caller-without-rule',
      path: `${path}.allow`,
      message: gateways.includes(caller)
        ? `a route of the edge leads to "${name}", but no rule names "${caller}": every request of the edge will get 403`
        : `"${caller}" lists "${name}" in calls, but no rule names it: all of its requests will be refused`,
    }));
}
