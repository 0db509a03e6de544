/** Where every task's Envoy takes traffic from other tasks; Istio uses the same port for the same thing. */
export const INBOUND_PORT = 15006;

/** Where the Envoy of a service with `loadBalancerTarget` takes traffic from load balancers. */
export const LOAD_BALANCER_PORT = 15007;
/** How rules name the load balancers of a service. */
export const LOAD_BALANCER_NAME = 'load-balancer';

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

/** Those of the collector: see lib/core/plan/workload/containers.ts. */
export const COLLECTOR_VOLUMES = { etc: 'collector-etc', var: 'collector-var' };

/** Names of containers that the mesh or the CDK adds to a task. */
export const PROXY_CONTAINER = 'envoy';
export const APPLICATION_CONTAINER = 'app';
export const COLLECTOR_CONTAINER = 'collector';
/** The CDK adds it to a task in which a container logs with FireLens. */
export const LOG_ROUTER_CONTAINER = 'log-router';
export const INIT_CONTAINER = 'mesh-init';
export const AGENT_CONTAINER = 'mesh-agent';
/** What makes one answer of several, in the tasks of a gateway service. */
export const AGGREGATOR_CONTAINER = 'mesh-aggregator';

/** Memory that containers reserve beside the user's: the tracing collector, and the CDK's log router. */
export const COLLECTOR_MEMORY_MIB = 64;
export const LOG_ROUTER_MEMORY_MIB = 50;

/**
 * The agent's hard limit. Measured: 22 MiB of its own, 44 of Node.js's file; with 300 callees 32 and 44. Linux reads the file in longer
 * pieces than needed, counts them, and drops some at the limit: at 96 MiB none that matter, at 72 it reads them again and again. See
 * docs/large-systems.md.
 */
export const AGENT_MEMORY_MIB = 96;

/**
 * The aggregator's hard limit, which the gateway's Envoy leaves to it. Measured with 40 clients at a time that ask for 8 parts of 9 MiB
 * each (test/e2e/aggregation.e2e.ts): 113 MiB of its own, 44 of Node.js's file.
 */
export const AGGREGATOR_MEMORY_MIB = 160;

/** How much of the memory of its task the heap of a gateway's Envoy may take, what stands beside it included. */
export const GATEWAY_HEAP_SHARE = 0.5;

/** Short, so that a task that left is soon out of the callers' lists; Route 53 answers from the VPC for free. */
export const DISCOVERY_TTL_SECONDS = 5;

/** The pace of agents where all of them together may ask so often: see lib/core/mesh/envoy/agent-pace.ts. */
export const DEFAULT_DISCOVERY_INTERVAL_SECONDS = 2;

/**
 * Of the default quota of account and Region, agents take no more with all tasks that there can be outside of a deployment: so it is
 * enough while a deployment has twice as many.
 */
export const DEFAULT_SHARE_OF_QUOTA = 0.5;

/** The same for the weights of versions. */
export const DEFAULT_WEIGHTS_INTERVAL_SECONDS = 15;

/**
 * A certificate is valid for 7 days and is renewed after 2. Connections verify it only when they are opened, so they end after a
 * day, and at most two days after a certificate has been replaced no connection depends on it.
 */
export const DEFAULT_MAX_CONNECTION_SECONDS = 86_400;
export const MAX_CONNECTION_SECONDS = 3 * 86_400;

/**
 * The health check of the agent, which fails until the application has opened its port. A check is a process of its own that costs
 * about 7 ms of CPU time. ECS replaces a task when so many checks in a row have failed, those of the start period not counted.
 */
export const AGENT_CHECK_SECONDS = 10;
export const AGENT_CHECK_RETRIES = 9;

/** Above the start period, checks come at longer intervals: every 67 seconds for this. */
export const MAX_STARTUP_SECONDS = 900;
