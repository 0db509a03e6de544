/**
 * Default images, pinned so that a deployment a year from now is the deployment of today.
 * https://hub.docker.com/r/envoyproxy/envoy/tags
 */
export const PROXY_VERSION = 'v1.40.0';
export const PROXY_IMAGE = `docker.io/envoyproxy/envoy:${PROXY_VERSION}`;

/** Envoy 1.37 is the first with `admin.allow_paths`, the newest part of our configuration. https://github.com/envoyproxy/envoy/pull/42367 */
export const FIRST_PROXY_MINOR = 37;

/** The user `envoy` of the Envoy image. The agent, which writes what Envoy reads, is the same user. */
export const PROXY_USER = '101';

/** https://gallery.ecr.aws/cloudwatch-agent/cloudwatch-agent */
export const COLLECTOR_IMAGE = 'public.ecr.aws/cloudwatch-agent/cloudwatch-agent:1.300062.0b1304';

/** https://gallery.ecr.aws/appmesh/aws-appmesh-envoy */
export const APP_MESH_IMAGE = 'public.ecr.aws/appmesh/aws-appmesh-envoy';
export const APP_MESH_VERSION = 'v1.34.13.0-prod';

/** Envoy 1.34 is the first with %PATH% in access logs. https://github.com/envoyproxy/envoy/pull/38761 */
export const FIRST_APP_MESH_MINOR = 34;

/** The user of App Mesh's Envoy. What it sends, and what else this user sends, is not intercepted (IgnoredUID). */
export const APP_MESH_USER = '1337';

/** What a member of this group sends is not intercepted either (IgnoredGID): for helpers that have to be another user. */
export const APP_MESH_GROUP = '1338';
