import { APP_MESH_DIRECTORY, pemFile } from '../../contract/files';

/**
 * Where App Mesh's Envoy takes what ECS leads to it from other tasks.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/appmesh-getting-started.html
 */
export const INGRESS_PORT = 15000;

/** Metadata of the task, and of the host on which it may run. */
export const IGNORED_IPS: readonly string[] = ['169.254.170.2', '169.254.169.254'];

/**
 * What the virtual names resolve to. Envoy goes by the host that a request names, and by the port of a TCP connection,
 * so one address will do; but it must not be a loopback address, as with `Mesh.envoy()`, since ECS intercepts nothing
 * that stays on loopback. This one is for documentation (RFC 5737): no host has it, so what is not intercepted
 * arrives nowhere.
 */
export const VIRTUAL_ADDRESS = '192.0.2.1';

/** Written by programs/agent/certificate/pem.ts: chain and key in one file, so that they fit together at any moment. */
export const IDENTITY_PEM = `${APP_MESH_DIRECTORY}/${pemFile('identity')}`;
export const TRUST_PEM = `${APP_MESH_DIRECTORY}/${pemFile('trust')}`;

/** Until Envoys have heard from App Mesh that a task has left Cloud Map; AWS names no time. */
export const REFRESH_SECONDS = 20;

/**
 * App Mesh's Envoys read authorities once, so their tasks are replaced: one after the other within ten minutes, when the agent has
 * heard of the change (programs/agent/certificate/retirement.ts). The rest is for a task to leave, and for another one to start.
 */
export const SETTLE_SECONDS = 1800;
