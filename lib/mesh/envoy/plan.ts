import { gatewayBootstrap } from '../../envoy/gateway';
import type { JsonObject } from '../../envoy/json';
import { sidecarBootstrap } from '../../envoy/sidecar';
import type { ContainerPlan, IngressPlan, SystemPlan, TaskPlan } from '../../plan/model';
import { checkTaskDefinitionSize } from '../../plan/task-definition-size';
import { ADMIN_PORT, APPLICATION_CONTAINER, COLLECTOR_CONTAINER, COLLECTOR_MEMORY_MIB, DISCOVERY_TTL_SECONDS, GATEWAY_NAME, GATEWAY_PORT, INBOUND_PORT, PROXY_CONTAINER } from '../../topology/constants';
import { PROXY_USER } from '../../topology/images';
import type { IssueList } from '../../topology/issues';
import type { EdgeTopology, ExtraContainer, Service, Sizing, Topology } from '../../topology/model';
import type { MeshProvider } from '../provider';

/** Self-managed Envoy sidecars with no control plane. */
export const envoyProvider: MeshProvider = {
  id: 'envoy',
  plan(topology: Topology, issues: IssueList): SystemPlan {
    const tasks = topology.services.map((service) => serviceTask(topology, service));
    for (const task of tasks) checkTaskDefinitionSize(task, `services.${task.name}`, issues);
    const gateway = topology.edge === undefined ? [] : [gatewayTask(topology, topology.edge)];
    for (const task of gateway) checkTaskDefinitionSize(task, 'edge', issues);
    return {
      tasks: [...tasks, ...gateway],
      records: topology.services
        .filter((service) => service.callers.length > 0)
        .map((service) => ({ service: service.name, host: service.virtualHost, address: service.address })),
      ingress: topology.services.flatMap(ingress),
      warnings: [plaintext()],
    };
  },
};

function plaintext(): SystemPlan['warnings'][number] {
  return {
    id: 'plaintext',
    path: 'mesh',
    message: 'calls between tasks are neither encrypted nor authenticated: security groups alone decide who reaches a service. Mutual TLS is not there yet',
  };
}

function ingress(service: Service): IngressPlan[] {
  const callers = service.routed ? [...service.callers, GATEWAY_NAME] : service.callers;
  return callers.map((from) => ({ to: service.name, from, port: INBOUND_PORT }));
}

function serviceTask(topology: Topology, service: Service): TaskPlan {
  return {
    name: service.name,
    sizing: sizingOf(service),
    containers: [
      proxy(topology, service, sidecarBootstrap(topology, service), INBOUND_PORT),
      application(service),
      ...service.extraContainers.map(extra),
      ...collector(topology),
    ],
    registration: { recordType: 'A', ttlSeconds: DISCOVERY_TTL_SECONDS },
    traced: topology.tracing !== undefined,
  };
}

function gatewayTask(topology: Topology, edge: EdgeTopology): TaskPlan {
  return {
    name: GATEWAY_NAME,
    sizing: edge.gateway,
    containers: [leavingSlowly(proxy(topology, edge.gateway, gatewayBootstrap(topology, edge), GATEWAY_PORT)), ...collector(topology)],
    // The VPC link of an HTTP API asks Cloud Map for address and port, and ECS registers a port only with SRV.
    registration: edge.kind === 'http'
      ? { recordType: 'SRV', ttlSeconds: DISCOVERY_TTL_SECONDS, container: PROXY_CONTAINER, port: GATEWAY_PORT }
      : { recordType: 'A', ttlSeconds: DISCOVERY_TTL_SECONDS },
    traced: topology.tracing !== undefined,
  };
}

/**
 * API Gateway goes on sending to a task that ECS stops until it asks Cloud Map again, and waits for an answer for up
 * to 30 seconds: Envoy serves all that, and only then is told to stop.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
 */
const LEAVING_SECONDS = DISCOVERY_TTL_SECONDS + 30;
const LEAVE = `trap stop=1 TERM; envoy "$@" & e=$!; wait $e; c=$?; [ -z "$stop" ] || { sleep ${LEAVING_SECONDS}; kill $e; wait $e; c=$?; }; exit $c`;

function leavingSlowly(container: ContainerPlan): ContainerPlan {
  return { ...container, entryPoint: ['bash', '-c'], command: [LEAVE, 'envoy', ...(container.command ?? [])], stopTimeoutSeconds: LEAVING_SECONDS + 10 };
}

function sizingOf(service: Service): Sizing {
  const { cpu, memoryMiB, architecture, desiredCount, scaling, enableExecuteCommand, capacityProviders } = service;
  return {
    cpu,
    memoryMiB,
    architecture,
    enableExecuteCommand,
    capacityProviders,
    ...(desiredCount === undefined ? {} : { desiredCount }),
    ...(scaling === undefined ? {} : { scaling }),
  };
}

/** The image has no curl; bash opens the socket itself. Envoy refuses HTTP/1.0 (426). */
const READY = `exec 3<>/dev/tcp/127.0.0.1/${ADMIN_PORT} && printf 'GET /ready HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && grep -q LIVE <&3`;

function proxy(topology: Topology, sizing: Sizing, config: JsonObject, port: number): ContainerPlan {
  return {
    name: PROXY_CONTAINER,
    role: 'proxy',
    image: topology.mesh.proxyImage,
    essential: true,
    command: [
      '--config-yaml', JSON.stringify(config),
      '--log-level', topology.mesh.proxyLogLevel,
      // Without it Envoy starts one worker for each core of the host, whatever share of it the task has.
      '--concurrency', String(Math.max(1, Math.ceil(sizing.cpu / 1024))),
      '--disable-hot-restart',
      // By default the access log comes in blocks, up to ten seconds late.
      '--file-flush-interval-msec', '1000',
    ],
    environment: {},
    secretNames: [],
    user: PROXY_USER,
    readonlyRootFilesystem: true,
    healthCheck: { command: ['CMD', 'bash', '-c', READY], intervalSeconds: 5, timeoutSeconds: 2, retries: 3, startPeriodSeconds: 10 },
    dependsOn: [],
    ports: [port],
    // ECS stops it after the application (the reverse of dependsOn), whose last requests pass through it.
    restart: false,
  };
}

function application(service: Service): ContainerPlan {
  return {
    name: APPLICATION_CONTAINER,
    role: 'application',
    essential: true,
    environment: service.environment,
    secretNames: service.secretNames,
    ...commandOf(service),
    readonlyRootFilesystem: service.readonlyRootFilesystem,
    dependsOn: [{ container: PROXY_CONTAINER, condition: 'HEALTHY' }],
    ports: [],
    stopTimeoutSeconds: service.stopTimeoutSeconds,
    restart: false,
  };
}

function extra(container: ExtraContainer): ContainerPlan {
  return {
    name: container.name,
    role: 'extra',
    essential: container.essential,
    environment: container.environment,
    secretNames: container.secretNames,
    ...commandOf(container),
    readonlyRootFilesystem: container.readonlyRootFilesystem,
    dependsOn: [{ container: PROXY_CONTAINER, condition: 'HEALTHY' }],
    ports: [],
    ...(container.cpu === undefined ? {} : { cpu: container.cpu }),
    ...(container.memoryLimitMiB === undefined ? {} : { memoryLimitMiB: container.memoryLimitMiB }),
    restart: false,
  };
}

function commandOf(container: Service | ExtraContainer): Pick<ContainerPlan, 'command' | 'entryPoint' | 'user'> {
  const { command, entryPoint, user } = container;
  return {
    ...(command === undefined ? {} : { command }),
    ...(entryPoint === undefined ? {} : { entryPoint }),
    ...(user === undefined ? {} : { user }),
  };
}

/**
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html
 * Losing it loses traces, not requests: it is not essential, and is restarted in place.
 */
function collector(topology: Topology): ContainerPlan[] {
  if (topology.tracing === undefined) return [];
  return [{
    name: COLLECTOR_CONTAINER,
    role: 'collector',
    image: topology.tracing.collectorImage,
    essential: false,
    environment: { CW_CONFIG_CONTENT: JSON.stringify({ traces: { traces_collected: { xray: {} } } }) },
    secretNames: [],
    readonlyRootFilesystem: false,
    dependsOn: [],
    ports: [],
    memoryReservationMiB: COLLECTOR_MEMORY_MIB,
    restart: true,
  }];
}
