/** Where every task's Envoy takes traffic from other tasks; Istio uses the same port for the same thing. */
export const INBOUND_PORT = 15006;

/**
 * Port on which HTTP and gRPC services are called, unless they set `virtualPort`.
 * It is not the application's port: on Linux an application that listens on 0.0.0.0:8080 and an Envoy that
 * listens on 127.64.0.1:8080 cannot share a network namespace (EADDRINUSE), and callers and callees that all
 * listen on 8080 are the common case. It is above 1023 because Envoy runs as a non-root user, who cannot
 * bind lower ports on Fargate (aws/containers-roadmap#1721).
 */
export const DEFAULT_VIRTUAL_PORT = 15080;

export const XRAY_PORT = 2000;

/** Where the gateway service takes traffic from API Gateway. */
export const GATEWAY_PORT = 8080;
export const GATEWAY_NAME = 'gateway';

/**
 * A port below this cannot be bound by Envoy, which runs as a non-root user.
 * https://docs.kernel.org/networking/ip-sysctl.html (ip_unprivileged_port_start)
 */
export const FIRST_UNPRIVILEGED_PORT = 1024;

/**
 * Where docker.io/envoyproxy/envoy has the authorities that its Ubuntu trusts.
 * https://github.com/envoyproxy/envoy/blob/main/distribution/docker/Dockerfile-envoy
 */
export const PUBLIC_AUTHORITIES_FILE = '/etc/ssl/certs/ca-certificates.crt';

/** The volume that a task's agent writes and its Envoy reads. */
export const MESH_VOLUME = 'mesh';

/** Names of containers that the mesh or the CDK adds to a task. */
export const PROXY_CONTAINER = 'envoy';
export const APPLICATION_CONTAINER = 'app';
export const COLLECTOR_CONTAINER = 'collector';
/** The CDK adds it to a task in which a container logs with FireLens. */
export const LOG_ROUTER_CONTAINER = 'log-router';
export const INIT_CONTAINER = 'mesh-init';
export const AGENT_CONTAINER = 'mesh-agent';

/** Memory that containers reserve beside the user's: the tracing collector, and the CDK's log router. */
export const COLLECTOR_MEMORY_MIB = 64;
export const LOG_ROUTER_MEMORY_MIB = 50;

/** The agent's hard limit. Measured at most: 75 MiB, and 7 MiB for the health check beside it; see rotation.e2e.ts. */
export const AGENT_MEMORY_MIB = 128;

/** Short, so that a task that left is soon out of the callers' lists; Route 53 answers from the VPC for free. */
export const DISCOVERY_TTL_SECONDS = 5;

/** Cloud Map takes 1,000 lists and 3,000 revisions a second. https://docs.aws.amazon.com/cloud-map/latest/dg/cloud-map-limits.html */
export const DEFAULT_DISCOVERY_INTERVAL_SECONDS = 2;

/**
 * Systems Manager takes 40 calls of GetParameters a second from all tasks of an account and region, at no cost: enough for
 * 600 tasks. https://docs.aws.amazon.com/general/latest/gr/ssm.html#limits_ssm
 */
export const DEFAULT_WEIGHTS_INTERVAL_SECONDS = 15;

/**
 * A certificate is valid for 7 days and is renewed after 2. Connections verify it only when they are opened, so they end after a
 * day, and at most two days after a certificate has been replaced no connection depends on it.
 */
export const DEFAULT_MAX_CONNECTION_SECONDS = 86_400;
export const MAX_CONNECTION_SECONDS = 3 * 86_400;

/** Cloud Map answers a DNS query with at most this many instances. https://docs.aws.amazon.com/cloud-map/latest/dg/services-values.html */
export const MAX_DNS_INSTANCES = 8;

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html */
export const MAX_CONTAINERS = 10;

/**
 * Of one container, those from secrets included. Above it a deployment succeeds, and the container has no variables at all.
 * https://github.com/aws/aws-cdk/issues/38225
 */
export const MAX_VARIABLES = 100;

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html */
export const MAX_TASK_DEFINITION_BYTES = 64 * 1024;

/**
 * The longest that an edge can wait for a response: "When you use response streaming, you can configure the integration timeout up to 15
 * minutes."
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/response-streaming-http.html
 */
export const MAX_EDGE_SECONDS = 900;
