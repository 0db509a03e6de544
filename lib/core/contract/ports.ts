/** Where a task's Envoy, ours or App Mesh's, has its admin interface, on loopback: health checks and the agent ask there. */
export const ADMIN_PORT = 9901;

/**
 * Where App Mesh's Envoy takes what an application sends.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/appmesh-getting-started.html
 */
export const APP_MESH_EGRESS_PORT = 15001;
