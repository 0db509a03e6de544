import type { AgentCommand, ApplicationStart, DiscoveryTarget, MeshVariables } from '../../contract/agent';
import { meshVariables } from '../../contract/agent';
import { AGENT_HEALTH_PROGRAM, MESH_DIRECTORY } from '../../contract/files';
import { identityOf } from '../../contract/identity';
import { PRIVATE_CA_RENEW_AFTER_SECONDS } from '../../contract/issuing';
import { ECS } from '../../limits/ecs';
import {
  AGENT_CHECK_RETRIES,
  AGENT_CHECK_SECONDS,
  AGENT_CONTAINER,
  AGENT_MEMORY_MIB,
  APPLICATION_CONTAINER,
  DISCOVERY_TTL_SECONDS,
  INBOUND_PORT,
  INIT_CONTAINER,
  MESH_VOLUME,
} from '../../model/constants';
import { PROXY_USER } from '../../model/images';
import type { Registration, Service, Topology } from '../../model/topology';
import { registrationsOf } from '../../model/topology';
import type { ContainerPlan, DependencyPlan, DeployedValue, HealthCheckPlan } from '../system-plan';
import { weightedCallees, weightsTargets } from './weights';

/** What a task's agent has to know. */
export interface AgentPlan {
  readonly topology: Topology;
  /** Its service, whose identity it has. */
  readonly service: string;
  /** Its name in Cloud Map. */
  readonly name: string;
  readonly callees: readonly Service[];
  /** How long the task may take to leave, before the application gets SIGTERM. */
  readonly stopSeconds: number;
  /** After this long, whoever calls the task has asked discovery again. */
  readonly refreshSeconds: number;
  /** The application whose port it waits for before the task counts as healthy; absent: none. */
  readonly application?: ApplicationStart;
  /** How often it asks, where it discovers tasks or reads weights. */
  readonly intervals?: AgentIntervals;
}

export interface AgentIntervals {
  readonly discoverySeconds: number;
  readonly weightsSeconds: number;
}

/** What the agent's own steps may take beside waiting for callers and requests. */
const STEPS_SECONDS = 5;

/** How old an agent's list of callees may be: two turns, and their jitter. */
export function listSecondsOf({ discoverySeconds }: AgentIntervals): number {
  return Math.max(DISCOVERY_TTL_SECONDS, Math.ceil(discoverySeconds * 2.5));
}

function intervalsOf({ name, intervals }: AgentPlan): AgentIntervals {
  if (intervals === undefined) throw new Error(`bug: the agent of ${name} is not to ask for anything`);
  return intervals;
}

/** Callers ask DNS when its TTL is over, or their agents list the tasks at intervals. */
export function refreshSecondsOf(intervals: AgentIntervals, { discovery }: Service): number {
  return discovery === 'cloudMap' ? listSecondsOf(intervals) : DISCOVERY_TTL_SECONDS;
}

/** @param requestSeconds how long requests in flight may take */
export function stopSecondsOf(refreshSeconds: number, requestSeconds: number): number {
  // The agent waits for callers for twice their refresh and a second.
  return Math.min(ECS.stopTimeout.value, 2 * refreshSeconds + 1 + STEPS_SECONDS + requestSeconds);
}

/** The callees, or versions of them, whose tasks the agent finds, since DNS would name only some of them. */
export function discoveredBy(callees: readonly Service[]): readonly Registration[] {
  return callees.flatMap(registrationsOf).filter((tasks) => tasks.discovery === 'cloudMap');
}

/** Whether Envoy's configuration names files that have to be there when it starts. */
export function needsFiles({ topology, callees }: AgentPlan): boolean {
  return topology.certificates.kind !== 'none' || discoveredBy(callees).length > 0 || weightedCallees(callees).length > 0;
}

/** Waits for the certificate, and writes every file that Envoy needs at its start. */
export function initContainer(agent: AgentPlan): ContainerPlan {
  return {
    ...program(),
    environment: fileVariables(agent),
    deployedEnvironment: { ...issuerOf(agent), ...namespaceOf(agent), ...weightsParametersOf(agent) },
    name: INIT_CONTAINER,
    role: 'init',
    essential: false,
    command: ['init' satisfies AgentCommand],
    dependsOn: [],
    restart: false,
  };
}

/**
 * Renews, discovers, and is the pre-stop hook of the task: it depends on all other containers, so that ECS
 * stops it first. It is essential, but restarted in place: a task whose agent cannot run is replaced.
 */
export function agentContainer(agent: AgentPlan, others: readonly ContainerPlan[]): ContainerPlan {
  return {
    ...program(),
    environment: {
      ...fileVariables(agent),
      ...renewalVariables(agent),
      ...intervalVariables(agent),
      ...(agent.application === undefined ? {} : meshVariables({ MESH_APPLICATION: JSON.stringify(agent.application) })),
      ...meshVariables({ MESH_REFRESH_SECONDS: String(agent.refreshSeconds), MESH_STOP_SECONDS: String(agent.stopSeconds) }),
    },
    deployedEnvironment: {
      ...meshVariables<DeployedValue>({ MESH_CLOUD_MAP_SERVICE_ID: 'discoveryServiceId' }),
      ...issuerOf(agent),
      ...namespaceOf(agent),
      ...weightsParametersOf(agent),
    },
    name: AGENT_CONTAINER,
    role: 'agent',
    essential: true,
    command: ['run' satisfies AgentCommand],
    healthCheck: healthCheckOf(agent),
    dependsOn: others.filter(({ role }) => role !== 'init').map(({ name }): DependencyPlan => ({ container: name, condition: 'START' })),
    memoryLimitMiB: AGENT_MEMORY_MIB,
    stopTimeoutSeconds: agent.stopSeconds,
    restart: true,
  };
}

/**
 * The application that the agent of a service's tasks waits for. A service that nobody calls may have opened no port at all, as a
 * worker that only calls others.
 */
export function applicationOf({
  port,
  startupTimeoutSeconds,
  callers,
  gateways,
  loadBalancerTarget,
}: Service): ApplicationStart | undefined {
  if (startupTimeoutSeconds === 0 || (callers.length + gateways.length === 0 && loadBalancerTarget === undefined)) return undefined;
  return { container: APPLICATION_CONTAINER, port, startupSeconds: startupTimeoutSeconds };
}

/** How long the agent itself takes to start on a busy machine. */
const AGENT_START_SECONDS = 30;

/**
 * ECS gives a container its start period and as many failed checks as there are retries: together at least the application's time.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
 */
function healthCheckOf({ application }: AgentPlan): HealthCheckPlan {
  const seconds = Math.max(AGENT_START_SECONDS, application?.startupSeconds ?? 0);
  const startPeriodSeconds = Math.min(ECS.healthStartPeriod.value, seconds);
  return {
    command: ['CMD', 'perl', AGENT_HEALTH_PROGRAM],
    intervalSeconds: Math.max(AGENT_CHECK_SECONDS, Math.ceil((seconds - startPeriodSeconds) / AGENT_CHECK_RETRIES)),
    timeoutSeconds: 10,
    retries: AGENT_CHECK_RETRIES,
    startPeriodSeconds,
  };
}

function program(): Pick<ContainerPlan, 'secretNames' | 'user' | 'readonlyRootFilesystem' | 'dropCapabilities' | 'mounts' | 'ports'> {
  return {
    secretNames: [],
    user: PROXY_USER,
    readonlyRootFilesystem: true,
    dropCapabilities: true,
    mounts: [{ volume: MESH_VOLUME, path: MESH_DIRECTORY, readOnly: false }],
    ports: [],
  };
}

/** What the agent writes files of. */
function fileVariables(agent: AgentPlan): MeshVariables {
  const { callees } = agent;
  const targets = discoveredBy(callees).map(({ name }): DiscoveryTarget => ({ cluster: name, serviceName: name, port: INBOUND_PORT }));
  const weighed = weightsTargets(callees);
  return {
    ...certificateVariables(agent),
    ...(targets.length === 0 ? {} : meshVariables({ MESH_DISCOVERY: JSON.stringify(targets) })),
    ...(weighed.length === 0 ? {} : meshVariables({ MESH_WEIGHTS: JSON.stringify(weighed) })),
  };
}

function intervalVariables(agent: AgentPlan): MeshVariables {
  return { ...discoveryVariables(agent), ...weightsVariables(agent) };
}

function weightsVariables(agent: AgentPlan): MeshVariables {
  return weightedCallees(agent.callees).length === 0 ? {} : { MESH_WEIGHTS_SECONDS: String(intervalsOf(agent).weightsSeconds) };
}

function discoveryVariables(agent: AgentPlan): MeshVariables {
  const { name, callees } = agent;
  if (discoveredBy(callees).length === 0) return {};
  return {
    MESH_OWN_SERVICE: name,
    MESH_POLL_SECONDS: String(intervalsOf(agent).discoverySeconds),
    MESH_LIST_SECONDS: String(listSecondsOf(intervalsOf(agent))),
  };
}

function issuerOf({ topology }: AgentPlan): MeshVariables<DeployedValue> {
  return topology.certificates.kind === 'none'
    ? {}
    : { MESH_SCOPE: 'scope', MESH_IDENTITY_KEY_ARN: 'identityKeyArn', MESH_ISSUER_ARN: 'issuerArn' };
}

function namespaceOf({ callees }: AgentPlan): MeshVariables<DeployedValue> {
  return discoveredBy(callees).length === 0 ? {} : { MESH_NAMESPACE: 'namespaceHttpName' };
}

/** The same for all agents of a mesh, but for the identity. */
function certificateVariables({ topology, service }: AgentPlan): MeshVariables {
  if (topology.certificates.kind === 'none') return {};
  return { MESH_IDENTITY: identityOf(topology.trustDomain, service) };
}

function renewalVariables({ topology }: AgentPlan): MeshVariables {
  // What is the agent's default is not said.
  return topology.certificates.kind === 'privateCa' ? { MESH_RENEW_SECONDS: String(PRIVATE_CA_RENEW_AFTER_SECONDS) } : {};
}

function weightsParametersOf({ callees }: AgentPlan): MeshVariables<DeployedValue> {
  return weightedCallees(callees).length === 0 ? {} : { MESH_WEIGHTS_PARAMETERS: 'weightsParameterNames' };
}
