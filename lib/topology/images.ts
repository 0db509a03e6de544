/**
 * Default images, pinned so that a deployment a year from now is the deployment of today.
 * https://hub.docker.com/r/envoyproxy/envoy/tags
 */
export const PROXY_IMAGE = 'docker.io/envoyproxy/envoy:v1.40.0';

/** The user `envoy` of the Envoy image. */
export const PROXY_USER = '101';

/** https://gallery.ecr.aws/cloudwatch-agent/cloudwatch-agent */
export const COLLECTOR_IMAGE = 'public.ecr.aws/cloudwatch-agent/cloudwatch-agent:1.300062.0b1304';
