import { FIRST_UNPRIVILEGED_PORT, LOAD_BALANCER_PORT } from '../../model/constants';
import type { TaskFootprint } from '../../model/task-footprint';
import type { DraftExternal } from './parse-external';
import type { DraftService } from './parse-service';

/** What services call, by name. */
export type Callees = ReadonlyMap<string, DraftService | DraftExternal>;

/** See DEFAULT_VIRTUAL_PORT: whoever listens on 0.0.0.0:P keeps Envoy from listening on 127.x.y.z:P. */
export function checkVirtualPorts(caller: DraftService, drafts: readonly DraftService[], callees: Callees, footprint: TaskFootprint): void {
  const ports = new Map([caller.port ?? [], caller.otherPorts ?? []].flat().map((port) => [port, `the application of "${caller.name}"`]));
  for (const { name, additionalPort } of drafts)
    if (additionalPort?.service === caller.name) ports.set(additionalPort.inboundPort, `the Envoy of "${caller.name}", for "${name}",`);
  for (const container of containersBeside(caller))
    for (const port of container.ports) ports.set(port, `the container "${container.name}" of "${caller.name}"`);
  if (caller.loadBalancerTarget !== undefined) ports.set(LOAD_BALANCER_PORT, `the Envoy of "${caller.name}", for load balancers,`);
  for (const call of caller.calls) {
    const callee = callees.get(call.name);
    const owner = callee === undefined || callee === caller ? undefined : ports.get(callee.virtualPort);
    if (callee === undefined || callee.virtualPort === 0 || owner === undefined) continue;
    call.at.fail(
      'PORT_CLASH',
      `"${callee.name}" is reached on port ${callee.virtualPort}, on which ${owner} listens: both would bind it in one network namespace`,
      {
        fix: `set ${callee.at.path}.virtualPort to a free port, such as ${freePort(callee.virtualPort, callee, drafts, footprint)}`,
      },
    );
  }
}

/** A port that clashes with nothing in any task that calls the service. */
function freePort(from: number, callee: DraftService | DraftExternal, drafts: readonly DraftService[], { ports }: TaskFootprint): number {
  const taken = new Set<number>(ports.keys());
  for (const caller of drafts) {
    if (!caller.calls.some((call) => call.name === callee.name)) continue;
    for (const port of [
      caller.port ?? [],
      caller.otherPorts ?? [],
      containersBeside(caller).flatMap((container) => container.ports),
    ].flat())
      taken.add(port);
    if (caller.loadBalancerTarget !== undefined) taken.add(LOAD_BALANCER_PORT);
  }
  let port = from;
  while (taken.has(port)) port = port >= 65535 ? FIRST_UNPRIVILEGED_PORT : port + 1;
  return port;
}

/** Of a service's tasks, whatever version they have. */
function containersBeside({ extraContainers, versions = [] }: DraftService): DraftService['extraContainers'] {
  return [...extraContainers, ...versions.flatMap((version) => version.extraContainers)];
}
