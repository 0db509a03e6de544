import type { Service, Topology } from '../topology/model';

/** Something that a mesh may or may not be able to do; each row of the README's table is one. */
export interface Feature {
  /** As the table has it. */
  readonly title: string;
  /** Paths in the user's props that ask for it; none for what every system has by default. */
  readonly usedAt: (topology: Topology) => readonly string[];
}

/** Paths of the services for which something holds. */
function services(topology: Topology, prop: string, holds: (service: Service) => boolean): readonly string[] {
  return topology.services.filter(holds).map(({ name }) => `services.${name}.${prop}`);
}

const speaking = (protocol: Service['protocol']) => (topology: Topology): readonly string[] => services(topology, 'protocol', (service) => service.protocol === protocol);
const always = (): readonly string[] => [];

/** Every feature of a mesh, by its id. A provider says of each whether it can do it; the compliance suite holds it to that. */
export const FEATURES = {
  http: { title: 'HTTP/1.1', usedAt: always },
  http2: { title: 'HTTP/2', usedAt: speaking('http2') },
  grpc: { title: 'gRPC', usedAt: speaking('grpc') },
  tcp: { title: 'TCP', usedAt: speaking('tcp') },
  declaredCalls: { title: 'Only declared calls, by security group and by the proxies', usedAt: always },
  mutualTls: { title: 'Mutual TLS with certificates that renew themselves', usedAt: always },
  manyTasks: { title: 'More than 8 tasks of a service', usedAt: (topology) => services(topology, 'scaling', ({ discovery }) => discovery === 'cloudMap') },
  accessLogs: { title: 'Access logs of the proxies', usedAt: always },
  traces: { title: 'X-Ray traces of the proxies', usedAt: always },
  edge: { title: 'API Gateway in front (`edge`)', usedAt: (topology) => (topology.edge === undefined ? [] : ['edge']) },
  allow: { title: 'Authorization by caller, method and path (`allow`)', usedAt: (topology) => services(topology, 'allow', ({ allow }) => allow !== undefined) },
  timeouts: { title: 'Timeouts (`timeout`)', usedAt: always },
} as const satisfies Readonly<Record<string, Feature>>;

export type FeatureId = keyof typeof FEATURES;

/** True, or why not. */
export type Capability = true | { readonly no: string };

export type Capabilities = Readonly<Record<FeatureId, Capability>>;
