import type { EdgeDescription, SystemDescription } from '../../../lib/core/description/system-description';
import { diagramOf } from './diagram-of';
import type { Call, Diagram } from './diagram';
import { routeLines } from './route-lines';

/**
 * A service, who calls it, and what it calls.
 *
 * @param name of a service or an external service that the system has
 * @param depth how many calls in a row are followed, each way
 */
export function focusOn(system: SystemDescription, name: string, depth: number): Diagram {
  const whole = diagramOf(system);
  const start = whole.boxes.filter((box) => box.name === name && isService(box.id));
  const ports = system.services.filter(({ portOf }) => portOf === name).map((port) => `service ${port.name}`);
  const seeds = [...start.map(({ id }) => id), ...ports];
  const down = follow(whole.calls, seeds, depth, ({ from, to }) => [from, to]);
  const up = follow(whole.calls, seeds, depth, ({ from, to }) => [to, from]);
  const kept = new Set([...down, ...up]);
  const ids = new Set([...seeds, ...[...kept].flatMap(({ from, to }) => [from, to])]);
  const leading = new Set(
    whole.calls.filter((call) => up.has(call) && call.from.startsWith('gateway ')).map(({ to }) => to.replace('service ', '')),
  );
  // An edge and its gateway service are one step; so are clients and theirs.
  const entries = whole.calls.filter((call) => ids.has(call.to) && isEntry(call, system, leading));
  for (const { from } of entries) ids.add(from);
  const calls = whole.calls.filter((call) => kept.has(call) || entries.includes(call) || isPort(call, ids));
  const edges = new Map(system.edges.map((edge) => [`edge ${edge.name}`, leadingTo(edge, leading)]));
  const boxes = whole.boxes
    .filter(({ id }) => ids.has(id))
    .map((box) => {
      const edge = edges.get(box.id);
      if (edge === undefined) return box;
      const { shown, all } = routeLines(edge);
      return { ...box, lines: shown, allLines: all };
    });
  const owners = whole.owners.filter((owner) => boxes.some((box) => box.owner === owner.name));
  return { title: `${system.name}: ${name}`, boxes, calls, owners };
}

function isService(id: string): boolean {
  return id.startsWith('service ') || id.startsWith('external ');
}

function isPort({ from, to, protocol }: Call, ids: ReadonlySet<string>): boolean {
  return protocol === undefined && ids.has(from) && ids.has(to);
}

function isEntry({ from, to }: Call, { clients }: SystemDescription, services: ReadonlySet<string>): boolean {
  if (!to.startsWith('gateway ')) return false;
  const client = clients.find(({ name }) => from === `client ${name}`);
  return client === undefined || client.calls.some((name) => services.has(name));
}

function leadingTo(edge: EdgeDescription, services: ReadonlySet<string>): EdgeDescription {
  return { ...edge, routes: edge.routes.filter(({ target }) => target.services.some((name) => services.has(name))) };
}

function follow(
  calls: readonly Call[],
  seeds: readonly string[],
  depth: number,
  ends: (call: Call) => readonly [here: string, there: string],
): ReadonlySet<Call> {
  const found = new Set<Call>();
  const seen = new Set(seeds);
  let here = new Set(seeds);
  for (let step = 0; step < depth && here.size > 0; step += 1) {
    const next = new Set<string>();
    for (const call of calls) {
      const [from, to] = ends(call);
      if (call.protocol === undefined || !here.has(from)) continue;
      found.add(call);
      if (!seen.has(to)) next.add(to);
      seen.add(to);
    }
    here = next;
  }
  return found;
}
