import type { Topology } from '../topology/model';

/** Something that a mesh may or may not be able to do; each row of the README's table is one. */
export interface Feature {
  /** As the table has it. */
  readonly title: string;
  /** Paths in the user's props that ask for it; what every mesh does by itself has none. */
  readonly usedAt: (topology: Topology) => readonly string[];
}

/** Paths of the services for which something holds. */
const services = (topology: Topology, prop: string, holds: (service: Topology['services'][number]) => boolean): readonly string[] => topology.services.filter(holds).map(({ name }) => `services.${name}.${prop}`);

/** Every feature of a mesh, by its id. A provider says of each whether it can do it; the compliance suite holds it to that. */
export const FEATURES = {
  allow: { title: 'Authorization by caller, method and path', usedAt: (topology) => services(topology, 'allow', ({ allow }) => allow !== undefined) },
  versions: { title: 'Versions by weight, shifted with no task replaced', usedAt: (topology) => services(topology, 'versions', ({ versions }) => versions !== undefined) },
  versionHeader: { title: 'A header that chooses a version', usedAt: (topology) => services(topology, 'versionHeader', ({ versionHeader }) => versionHeader !== undefined) },
  mirror: { title: 'Mirroring of requests to a version', usedAt: (topology) => services(topology, 'mirror', ({ mirror }) => mirror !== undefined) },
} as const satisfies Readonly<Record<string, Feature>>;

export type FeatureId = keyof typeof FEATURES;

/** True, or why not: the end of a sentence that begins with the feature's title. */
export type Capability = true | { readonly no: string };

export type Capabilities = Readonly<Record<FeatureId, Capability>>;
