import type { Topology } from '../topology/model';
import type { ServiceRoute } from '../topology/policy/model';

/** Something that a mesh may or may not be able to do; each row of the README's table is one. */
export interface Feature {
  /** As the table has it. */
  readonly title: string;
  /** Paths in the user's props that ask for it; what every mesh does by itself has none. */
  readonly usedAt: (topology: Topology) => readonly string[];
}

/** Paths of the services for which something holds. */
const services = (topology: Topology, prop: string, holds: (service: Topology['services'][number]) => boolean): readonly string[] => topology.services.filter(holds).map(({ name }) => `services.${name}.${prop}`);

const HEADERS = ['requestHeaders', 'responseHeaders'] as const;

/** Paths inside of the routes of services. */
const routes = (topology: Topology, within: (route: ServiceRoute) => readonly string[]): readonly string[] =>
  topology.services.flatMap(({ name, policy }) => policy.routes.flatMap((route, index) => within(route).map((prop) => `services.${name}.routes[${index}]${prop}`)));

/** Every feature of a mesh, by its id. A provider says of each whether it can do it; the compliance suite holds it to that. */
export const FEATURES = {
  allow: { title: 'Authorization by caller, method and path', usedAt: (topology) => services(topology, 'allow', ({ allow }) => allow !== undefined) },
  routes: { title: 'Routes by path, method, header, query parameter, gRPC method and metadata', usedAt: (topology) => routes(topology, () => ['']) },
  rewrites: { title: 'Rewrite of path and host', usedAt: (topology) => routes(topology, ({ rewrite }) => (rewrite === undefined ? [] : ['.rewrite'])) },
  headerChanges: { title: 'Changes to the headers of requests and responses', usedAt: (topology) => [
    ...HEADERS.flatMap((prop) => services(topology, prop, ({ policy }) => policy[prop] !== undefined)),
    ...routes(topology, (route) => HEADERS.filter((prop) => route[prop] !== undefined).map((prop) => `.${prop}`)),
  ] },
  rateLimits: { title: 'Local rate limits, by caller, method and path', usedAt: (topology) => services(topology, 'rateLimits', ({ policy }) => policy.rateLimits.length > 0) },
  faultInjection: { title: 'Fault injection', usedAt: (topology) => services(topology, 'faultInjection', ({ policy }) => policy.faults.length > 0) },
  maxRequestSize: { title: 'Limit on the size of requests', usedAt: (topology) => services(topology, 'maxRequestSize', ({ policy }) => policy.maxRequestBytes !== undefined) },
  webSockets: { title: 'WebSockets', usedAt: (topology) => services(topology, 'webSockets', ({ policy }) => policy.webSockets) },
} as const satisfies Readonly<Record<string, Feature>>;

export type FeatureId = keyof typeof FEATURES;

/** True, or why not: the end of a sentence that begins with the feature's title. */
export type Capability = true | { readonly no: string };

export type Capabilities = Readonly<Record<FeatureId, Capability>>;
