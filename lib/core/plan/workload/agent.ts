import type {
  AgentCommand,
  ApplicationStart,
  AwaitedCallee,
  CountedRequests,
  DiscoveryTarget,
  MeshVariables,
  TaskMetrics,
} from '../../contract/agent';
import { meshVariables } from '../../contract/agent';
import { AGENT_HEALTH_PROGRAM, MESH_DIRECTORY } from '../../contract/files';
import { identityOf } from '../../contract/identity';
import { PRIVATE_CA_RENEW_AFTER_SECONDS } from '../../contract/issuing';
import type { TaskConfig } from '../../contract/task-config';
import { ECS } from '../../limits/ecs';
import {
  AGENT_CHECK_RETRIES,
  AGENT_CHECK_SECONDS,
  AGENT_CONTAINER,
  AGENT_MEMORY_MIB,
  APPLICATION_CONTAINER,
  DISCOVERY_TTL_SECONDS,
  INIT_CONTAINER,
  MESH_VOLUME,
} from '../../model/constants';
import { PROXY_USER } from '../../model/images';
import { everyCaller } from '../../model/callers';
import { additionalPortsOf } from '../../model/service-ports';
import { callPolicyOf, policiesOfCallers } from '../../model/call-policy';
import type { CallPolicy } from '../../model/traffic-policy';
import type { Registration, Service, Sizing, Topology } from '../../model/topology';
import { registrationsOf } from '../../model/topology';
import type { ContainerPlan, DependencyPlan, DeployedValue, HealthCheckPlan } from '../system-plan';
import { awaitedCallees } from '../placement';
import { defined } from '../../defined';
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
  /** Whether its tasks may end at any moment, also before the agent's program has asked for signals. @default false */
  readonly endsByItself?: boolean;
  /** Whether its tasks register in Cloud Map. @default true */
  readonly registers?: boolean;
  /** After this long, whoever calls the task has noticed that it leaves. */
  readonly refreshSeconds: number;
  /** The application whose port it waits for before the task counts as healthy; absent: none. */
  readonly application?: ApplicationStart;
  /** How often it sends requests, where it discovers tasks or reads weights. */
  readonly pace?: AgentPace;
  /** Its service as a caller, whose calls have policies; absent: a gateway. */
  readonly caller?: Service;
  /** Whose requests it counts, where they scale the number of tasks; absent: it counts none. */
  readonly requests?: CountedRequests;
  /** What it reports of its Envoy's statistics; absent: nothing. */
  readonly metrics?: TaskMetrics;
  /** Whether its Envoy announces to callers that it stops. @default false */
  readonly announcesStop?: boolean;
}

/** What agents wait for at least between two requests. */
export interface AgentPace {
  /** Whether tasks of a callee came or went. */
  readonly pollSeconds: number;
  /** The tasks of a callee. */
  readonly listSeconds: number;
  /** The tasks of a callee whose stop the caller does not notice: the list is never older. */
  readonly silentListSeconds: number;
  /** The weights of versions. */
  readonly weightsSeconds: number;
}

/** What the agent's own steps may take beside waiting for callers and requests. */
const STEPS_SECONDS = 5;

function paceOf({ name, pace }: AgentPlan): AgentPace {
  if (pace === undefined) throw new Error(`bug: the agent of ${name} has no pace`);
  return pace;
}

/** A task waits for twice its callers' refresh before it drains. In half of that, each of them has checked whether it lives. */
const CHECKED_WITHIN_SECONDS = DISCOVERY_TTL_SECONDS;

/**
 * Whether a caller notices that a task stops: it checks the Envoy of the task, which announces the stop, and often enough. Checks of the
 * application do not show it.
 */
export function noticesStop({ livenessCheck }: CallPolicy): boolean {
  return livenessCheck !== undefined && livenessCheck.intervalSeconds <= CHECKED_WITHIN_SECONDS;
}

/** Callers notice that a task stops, query DNS when its TTL is over, or list the tasks anew. */
export function refreshSecondsOf(topology: Topology, pace: AgentPace, service: Service): number {
  const policies = [service, ...additionalPortsOf(topology, service)].flatMap((port) => [...policiesOfCallers(topology, port).values()]);
  return service.discovery === 'cloudMap' && !policies.every(noticesStop) ? pace.silentListSeconds : DISCOVERY_TTL_SECONDS;
}

/** How long a task that stops goes on serving: callers have twice their refresh and a second to notice. */
export function waitSecondsOf(refreshSeconds: number): number {
  return Math.ceil(2 * refreshSeconds) + 1;
}

/** Whether ECS lets a task wait for that long. */
export function fitsStopTimeout(refreshSeconds: number): boolean {
  return waitSecondsOf(refreshSeconds) + STEPS_SECONDS <= ECS.stopTimeout.value;
}

/** @param requestSeconds how long requests in flight may take */
export function stopSecondsOf(refreshSeconds: number, requestSeconds: number): number {
  return Math.min(ECS.stopTimeout.value, waitSecondsOf(refreshSeconds) + STEPS_SECONDS + requestSeconds);
}

/** The callees, or versions of them, whose tasks the agent finds, since DNS would name only some of them. */
export function discoveredBy(callees: readonly Service[]): readonly Registration[] {
  return callees.flatMap(registrationsOf).filter((tasks) => tasks.discovery === 'cloudMap');
}

function awaitedBy({ topology, service, callees }: AgentPlan): readonly AwaitedCallee[] {
  return awaitedCallees(topology, service, callees).map((callee) => ({
    service: callee.name,
    hosts: registrationsOf(callee).map(({ discoveryHost }) => discoveryHost),
  }));
}

/**
 * Unpacks the configuration, waits for the certificate, and writes every file that Envoy needs at its start, and the settings of the agent.
 *
 * @param others what other programs of the task are configured with. Without Envoy's, a control plane has it
 */
export function initContainer(agent: AgentPlan, others: Omit<TaskConfig, 'variables'> = {}): ContainerPlan {
  return {
    ...program(),
    environment: {},
    config: { ...others, variables: variablesOf(agent) },
    deployedEnvironment: deployedVariables(agent),
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
    // What runs before it leaves its settings in a file.
    ...(others.some(({ role }) => role === 'init')
      ? { environment: {} }
      : { environment: variablesOf(agent), deployedEnvironment: deployedVariables(agent) }),
    name: AGENT_CONTAINER,
    role: 'agent',
    essential: true,
    command: ['run' satisfies AgentCommand],
    healthCheck: healthCheckOf(agent),
    dependsOn: others
      .filter(({ role, ends }) => role !== 'init' && ends !== true)
      .map(({ name }): DependencyPlan => ({ container: name, condition: 'START' })),
    memoryLimitMiB: AGENT_MEMORY_MIB,
    stopTimeoutSeconds: agent.stopSeconds,
    restart: true,
    // As process 1 it would not notice a SIGTERM that comes so early, and the task would wait until its stop timeout is over.
    ...(agent.endsByItself === true ? { initProcess: true } : {}),
  };
}

/**
 * The application that the agent of a service's tasks waits for. A service that nobody calls may have opened no port at all, as a
 * worker that only calls others.
 */
export function applicationOf(topology: Topology, service: Service): ApplicationStart | undefined {
  const { port, startupTimeoutSeconds, loadBalancerTarget } = service;
  const called = [service, ...additionalPortsOf(topology, service)].some((each) => everyCaller(each).length > 0);
  if (port === undefined || startupTimeoutSeconds === 0 || (!called && loadBalancerTarget === undefined)) return undefined;
  return { container: APPLICATION_CONTAINER, port, startupSeconds: startupTimeoutSeconds };
}

/** What the agent counts where requests scale: of a service, a version of one, or a gateway. */
export function countedRequests(service: string, { scaling }: Sizing, version?: string): CountedRequests | undefined {
  return scaling?.requestsPerTask === undefined ? undefined : { service, ...defined({ version }) };
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

/** What all programs of the agent's image have. */
export function program(): Pick<
  ContainerPlan,
  'secretNames' | 'user' | 'readonlyRootFilesystem' | 'dropCapabilities' | 'mounts' | 'ports'
> {
  return {
    secretNames: [],
    user: PROXY_USER,
    readonlyRootFilesystem: true,
    dropCapabilities: true,
    mounts: [{ volume: MESH_VOLUME, path: MESH_DIRECTORY, readOnly: false }],
    ports: [],
  };
}

/** What the plan knows. */
function variablesOf(agent: AgentPlan): MeshVariables {
  return {
    ...fileVariables(agent),
    ...awaitVariables(agent),
    ...renewalVariables(agent),
    ...paceVariables(agent),
    ...(agent.application === undefined ? {} : meshVariables({ MESH_APPLICATION: JSON.stringify(agent.application) })),
    ...(agent.requests === undefined ? {} : meshVariables({ MESH_REQUESTS: JSON.stringify(agent.requests) })),
    ...(agent.metrics === undefined ? {} : meshVariables({ MESH_METRICS: JSON.stringify(agent.metrics) })),
    ...(agent.announcesStop === true ? meshVariables({ MESH_ANNOUNCES_STOP: 'true' }) : {}),
    ...(agent.registers === false ? {} : meshVariables({ MESH_REFRESH_SECONDS: String(agent.refreshSeconds) })),
    ...meshVariables({ MESH_STOP_SECONDS: String(agent.stopSeconds) }),
  };
}

function deployedVariables(agent: AgentPlan): MeshVariables<DeployedValue> {
  return {
    ...(agent.registers === false ? {} : meshVariables<DeployedValue>({ MESH_CLOUD_MAP_SERVICE_ID: 'discoveryServiceId' })),
    ...sharedBy(agent),
    ...scopeFor(agent),
    ...namespaceOf(agent),
    ...weightsParametersOf(agent),
  };
}

/** What the agent writes files of. */
function fileVariables(agent: AgentPlan): MeshVariables {
  const { callees, caller } = agent;
  const targets = callees.flatMap((callee) => {
    const silent = noticesStop(callPolicyOf(caller, callee)) ? {} : { listSeconds: paceOf(agent).silentListSeconds };
    return discoveredBy([callee]).map(({ name: cluster, registeredAs: serviceName, inboundPort: port }): DiscoveryTarget => ({
      cluster,
      serviceName,
      port,
      ...silent,
    }));
  });
  const weighed = weightsTargets(callees);
  return {
    ...certificateVariables(agent),
    ...(targets.length === 0 ? {} : meshVariables({ MESH_DISCOVERY: JSON.stringify(targets) })),
    ...(weighed.length === 0 ? {} : meshVariables({ MESH_WEIGHTS: JSON.stringify(weighed) })),
  };
}

function awaitVariables(agent: AgentPlan): MeshVariables {
  const awaited = awaitedBy(agent);
  return awaited.length === 0 ? {} : { MESH_AWAITED: JSON.stringify(awaited) };
}

function paceVariables(agent: AgentPlan): MeshVariables {
  return { ...discoveryVariables(agent), ...weightsVariables(agent) };
}

function weightsVariables(agent: AgentPlan): MeshVariables {
  return weightedCallees(agent.callees).length === 0 ? {} : { MESH_WEIGHTS_SECONDS: String(paceOf(agent).weightsSeconds) };
}

function discoveryVariables(agent: AgentPlan): MeshVariables {
  const { name, callees } = agent;
  if (discoveredBy(callees).length === 0) return {};
  return {
    ...(agent.registers === false ? {} : meshVariables({ MESH_OWN_SERVICE: name })),
    MESH_POLL_SECONDS: String(paceOf(agent).pollSeconds),
    MESH_LIST_SECONDS: String(paceOf(agent).listSeconds),
  };
}

/** Who issues its certificate. */
function sharedBy({ topology }: AgentPlan): MeshVariables<DeployedValue> {
  return topology.certificates.kind === 'none' ? {} : { MESH_SHARED: 'shared' };
}

/** With certificates it is among what all tasks share. */
function scopeFor({ topology, requests, metrics }: AgentPlan): MeshVariables<DeployedValue> {
  return (requests === undefined && metrics === undefined) || topology.certificates.kind !== 'none' ? {} : { MESH_SCOPE: 'meshScope' };
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
