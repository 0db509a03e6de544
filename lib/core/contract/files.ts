/** Where the volume is that a task's agent writes and its Envoy reads. In the agent's image, Envoy's user owns it. */
export const MESH_DIRECTORY = '/run/mesh';

/** The same for a task of App Mesh: in the agent's image, the user of App Mesh's Envoy owns it. */
export const APP_MESH_DIRECTORY = '/run/app-mesh';

/** The agent's program, in its image. */
export const AGENT_PROGRAM = '/agent/agent.js';

/** What asks the running agent how it is, beside it: a program of Perl, which starts with a seventh of the CPU that Node.js takes. */
export const AGENT_HEALTH_PROGRAM = '/agent/health.pl';

/** Envoy's configuration, which `mesh-init` unpacks. */
export const ENVOY_CONFIG_FILE = 'envoy.json';

/** The settings of the agent, which `mesh-init` leaves for it. */
export const AGENT_SETTINGS_FILE = 'agent.json';

/** What Envoy's secret discovery reads: the task's own certificate and key, and the authorities it trusts. */
export type CertificatePart = 'identity' | 'trust';

/** For our Envoys, as secret discovery has it. The resource in it has the name of the part. */
export function sdsFile(part: CertificatePart): string {
  return `${part}.json`;
}

/** For App Mesh's Envoys, as PEM. */
export function pemFile(part: CertificatePart): string {
  return `${part}.pem`;
}

/** The endpoints of a cluster, as Envoy's endpoint discovery has them. */
export function endpointsFile(cluster: string): string {
  return `eds-${cluster}.json`;
}

/** The weights of a service's versions, as Envoy's runtime discovery has them. */
export function weightsFile(service: string): string {
  return `${weightsResource(service)}.json`;
}

/** The resource in that file, and the layer of Envoy's runtime that it fills. */
export function weightsResource(service: string): string {
  return `weights-${service}`;
}
