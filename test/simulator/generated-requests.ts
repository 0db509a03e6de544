/** Requests to a system of generated props that come near what its configurations name. */
import fc from 'fast-check';
import { configOf } from '../support/cases';
import type { Planned } from './planned';
import type { Request } from '../../programs/simulator/simulate';

/** All texts that stand in the configurations of a plan at these keys. */
function textsAt(value: unknown, keys: readonly string[], found = new Set<string>()): ReadonlySet<string> {
  if (typeof value !== 'object' || value === null) return found;
  for (const [key, child] of Object.entries(value)) {
    if (typeof child === 'string' && keys.includes(key)) found.add(child);
    else textsAt(child, keys, found);
  }
  return found;
}

const SEGMENTS = ['a', '7', 'x', '.', '..', '%2e%2e', '%2f', '%5c', '%61', '..;', ';x', '\\', '%252e', '%c0%ae', '', '%20', '~'];
const QUERIES = ['', '', '?q=1', '?x=/../y//z%2f', '?q=1&r=2'];

/** Somebody who sends: every task to every virtual service and past it, the edge, and strangers. */
function senders({ topology, plan, system }: Planned): readonly Request['from'][] {
  const tasks = plan.workloads.map(({ name }) => name);
  const hosts = [...system.records.keys()];
  const gateways = topology.edges.map(({ gatewayName }) => gatewayName);
  const identities = [...new Set(plan.workloads.flatMap(({ identity }) => identity?.uri ?? []))];
  return [
    ...tasks.flatMap((task) => hosts.map((to) => ({ kind: 'service' as const, task, to }))),
    ...topology.edges.map(({ name: edge }) => ({ kind: 'edge' as const, edge })),
    ...tasks
      .filter((task) => !gateways.includes(task))
      .flatMap((task) => [
        { kind: 'outsider' as const, task, tls: false },
        { kind: 'outsider' as const, task, tls: true },
        ...[...identities, 'spiffe://elsewhere/ui'].map((identity) => ({ kind: 'outsider' as const, task, tls: true, identity })),
      ]),
  ];
}

/** A path of a route; undefined if every path is one. */
export function pathOf(route: string, values: readonly string[]): string | undefined {
  const [, path] = /^[A-Z]+ (\/.*)$/.exec(route) ?? [];
  let index = 0;
  return path?.replaceAll(/\{[^}]+\}/g, () => {
    index += 1;
    return values[index - 1] ?? 'a';
  });
}

export function generatedRequests(planned: Planned, from: readonly Request['from'][] = senders(planned)): fc.Arbitrary<Request> {
  const configs = planned.plan.workloads.map(configOf);
  const named = [...textsAt(configs, ['prefix', 'path', 'exact', 'path_separated_prefix', 'prefix_rewrite'])];
  const paths = ['/', ...named.filter((text) => text.startsWith('/') && !text.startsWith('/run/'))];
  const texts = ['x', ...named.filter((text) => !text.startsWith('/') && !text.startsWith('spiffe:'))];
  const names = [...textsAt(configs, ['name'])].filter(
    (name) => /^x-[a-z0-9-]+$/.test(name) && !name.startsWith('x-mesh-') && !name.startsWith('x-edge-'),
  );
  // Those of every edge: the gateway of one may get a request in the name of a route of another.
  const routes = [...new Set(planned.topology.edges.flatMap((edge) => edge.routes.map(({ key }) => key)))];
  const path = fc
    .tuple(fc.constantFrom(...paths), fc.array(fc.constantFrom(...SEGMENTS), { maxLength: 3 }), fc.constantFrom(...QUERIES))
    .map(([start, segments, query]) => (segments.length === 0 ? start : `${start.replace(/\/$/, '')}/${segments.join('/')}`) + query);
  const extra =
    names.length === 0
      ? fc.constant({})
      : fc.dictionary(fc.constantFrom(...names), fc.constantFrom(...texts), { maxKeys: 2, noNullPrototype: true });
  // Of most requests in the name of a route the path is one of it.
  const parts = fc.array(
    fc.oneof({ weight: 4, arbitrary: fc.constantFrom('a', 'b', '7', '8') }, { weight: 1, arbitrary: fc.constantFrom(...SEGMENTS) }),
    { minLength: 3, maxLength: 3 },
  );
  return fc
    .record({
      from: fc.constantFrom(...from),
      path,
      parts,
      fitting: fc.integer({ min: 0, max: 3 }).map((dice) => dice > 0),
      method: fc.constantFrom('GET', 'GET', 'POST', 'HEAD', 'DELETE', 'OPTIONS'),
      extra,
      route: fc.constantFrom('none', ...routes),
    })
    .map(({ from: sender, path: asked, parts: values, fitting, method, extra: headers, route }) => ({
      from: sender,
      path: sender.kind === 'edge' && fitting ? (pathOf(route, values) ?? asked) : asked,
      method: sender.kind === 'edge' && /^[A-Z]+ /.test(route) && !route.startsWith('ANY ') ? route.split(' ')[0] : method,
      headers: {
        ...headers,
        ...(sender.kind === 'edge'
          ? { 'x-edge-client-ip': '192.0.2.7', 'x-edge-host': 'shop.example', ...(route === 'none' ? {} : { 'x-edge-route': route }) }
          : {}),
      },
    }));
}
