import { createHash } from 'node:crypto';
import { PUBLIC_AUTHORITIES_FILE } from '../../../lib/core/model/constants';
import type { ContainerDescription, SystemDescription } from '../../../lib/core/description/system-description';
import type { ContainerModel } from '../../emulator/template/system';
import type { Template } from '../../emulator/template/template';
import { isList, isObject } from '../../emulator/template/template';
import type { LocalEdge, LocalSystem, LocalTask, Relay, TaskSettings } from '../../local/local-system';
import { AWS_HOST, ISSUER_PORT, ISSUERS_DIRECTORY } from '../../local/local-system';
import type { ComposeFile, ComposeService } from './engine/compose-file';
import { composeContainer, isUsers } from './compose-container';
import { containerName } from './engine/container-name';
import type { EngineTraits } from './engine/engine';
import type { Unnamed } from './holders';
import { awsContainer, holder, NETWORK, readOnly } from './holders';
import type { LocalImage } from './images';
import type { KeySource } from './issuers';
import { issuersName, keySourcesOf, portsInUse } from './issuers';
import { DEFINITION_LABEL } from './engine/labels';
import type { SynthesizedJob, SynthesizedSystem, SynthesizedWorkload } from './read-local-system';
import type { LocalSettings, Swap } from './settings';
import { Trouble } from '../trouble';

export interface LocalOptions {
  /** Names of services whose own applications run; undefined: all. */
  readonly only: ReadonlySet<string> | undefined;
  /** Processes on the host in place of applications, by the names of services, and of versions as `<service>-<version>`. */
  readonly swaps: ReadonlyMap<string, Swap>;
  readonly settings: LocalSettings;
  /** Names of variables that the files of the environment have. */
  readonly variables: ReadonlySet<string>;
  /** On the host, by the names of edges. */
  readonly edgePorts: ReadonlyMap<string, number>;
  readonly controlPort: number;
  /** The first port on the host at which swapped processes reach what they call. */
  readonly firstCalleePort: number;
  readonly traits: EngineTraits;
  readonly imageOf: (reference: string) => LocalImage;
}

/** All files of a local system. */
export interface LocalPlan {
  readonly compose: ComposeFile;
  readonly system: LocalSystem;
  readonly tasks: Readonly<Record<string, TaskSettings>>;
  /** Where processes on the host reach what they call. */
  readonly callees: readonly LocalCallee[];
  readonly jobs: readonly LocalJob[];
  /** Hosts in whose place the local issuer answers gateway services. */
  readonly issuerHosts: readonly string[];
  /** Containers of the template that are not run, with the reason. */
  readonly leftOut: readonly string[];
}

/** A job, whose task runs when somebody starts it. */
export interface LocalJob {
  readonly name: string;
  /** ID of its task. */
  readonly task: string;
  /** Name of the container whose exit code is that of the job. */
  readonly container: string;
  /** Logical ID of its task definition. */
  readonly definition: string;
  /** Whether it runs before the services are started. */
  readonly before: 'run' | 'left out' | 'never';
  /** Of its task alone. */
  readonly compose: ComposeFile;
}

export interface LocalCallee {
  readonly caller: string;
  readonly callee: string;
  readonly port: number;
}

/** A task, with the names of its Compose services. */
export interface PlannedTask {
  readonly id: string;
  readonly workload: SynthesizedWorkload;
  readonly serviceName: string;
  readonly swap: Swap | undefined;
  readonly standsIn: boolean;
  /** Of issuers that the local one stands in for. */
  readonly keys: readonly KeySource[];
}

export function planLocal(system: SynthesizedSystem, options: LocalOptions): LocalPlan {
  const project = projectName(system.description);
  const tasks = system.workloads.flatMap((workload) => tasksOf(workload, options));
  const callees = calleesOf(system, tasks, options);
  const agent = agentImageOf(system, options);
  const hosts = hostsOf(tasks);
  const whole = { system, project, agent, callees, hosts, options };
  const aws: [string, Unnamed] = ['aws', awsContainer(agent, system, options)];
  const jobs = system.jobs.map((job): LocalJob => {
    const { name } = job.description;
    const task: PlannedTask = { id: `${name}-1`, workload: job, serviceName: name, swap: undefined, standsIn: false, keys: [] };
    const container = job.description.containers.find(({ role }) => role === 'application')?.name ?? '';
    const file = composeFile(
      project,
      servicesOf(task, whole).map(([service, content]) => [service, atEnd(content)]),
    );
    return { name, task: task.id, container, definition: job.service.logicalId, before: beforeOf(job, options), compose: file };
  });
  return {
    compose: composeFile(project, [aws, ...tasks.flatMap((task) => servicesOf(task, whole))]),
    jobs,
    system: localSystem(system, tasks, jobs, options),
    tasks: Object.fromEntries(tasks.map((task) => [task.id, settingsOf(task, callees, options)])),
    callees: callees.map(({ caller, callee, port }) => ({ caller, callee, port })),
    issuerHosts: hosts,
    leftOut: leftOutOf(system, jobs),
  };
}

/** What all tasks of a system have in common. */
interface Whole {
  readonly system: SynthesizedSystem;
  readonly project: string;
  readonly agent: LocalImage;
  readonly callees: readonly PlannedCallee[];
  readonly hosts: readonly string[];
  readonly options: LocalOptions;
}

/** The holder of a task and its containers, by the names of their services. */
function servicesOf(task: PlannedTask, { system, project, agent, callees, hosts, options }: Whole): readonly [string, Unnamed][] {
  const containers = containersOf(task);
  const own = callees.filter(({ task: id }) => id === task.id);
  const hash = hashOf(containers.filter(({ description }) => !isUsers(description)).map(({ model }) => model));
  // The configuration of an Envoy names the file: whom it trusts changes by what is there.
  const authorities = `./${ISSUERS_DIRECTORY}/${issuersName(hosts)}.pem:${PUBLIC_AUTHORITIES_FILE}:${readOnly(options)}`;
  const services = containers.map(({ model, description }): [string, Unnamed] => {
    const made = composeContainer(
      { task: task.id, workload: task.workload, model, description, kept: containers.map((each) => each.model.name) },
      { ...options, project, region: system.model.region },
    );
    const trusted = description.role === 'proxy' && task.keys.length > 0 ? [authorities] : [];
    const volumes = [...(made.volumes ?? []), ...trusted];
    const labels = { ...made.labels, [DEFINITION_LABEL]: isUsers(description) ? hashOf([model]) : hash };
    return [`${task.id}-${model.name}`, { ...made, ...(volumes.length > 0 && { volumes }), labels }];
  });
  return [[task.id, holder(task, system, agent, own, options)], ...services];
}

function composeFile(project: string, services: readonly (readonly [string, Unnamed])[]): ComposeFile {
  const built = new Set<string>();
  const mounted = services.flatMap(([, { volumes = [] }]) => volumes.map((each) => each.split(':')[0] ?? ''));
  const volumes = [...new Set(mounted)].filter((name) => !name.startsWith('.')).sort();
  return {
    name: project,
    'x-podman': { in_pod: false },
    services: Object.fromEntries(
      services.map(([name, service]) => [name, builtOnce({ container_name: containerName(project, name), ...service }, built)]),
    ),
    networks: { [NETWORK]: {} },
    volumes: Object.fromEntries(volumes.map((name) => [name, {}])),
  };
}

/** What ends in a task of a job ends the task. */
function atEnd(content: Unnamed): Unnamed {
  return Object.fromEntries(Object.entries(content).filter(([name]) => name !== 'restart')) as Unnamed;
}

function beforeOf({ description: { name }, beforeDeployment }: SynthesizedJob, { only, settings }: LocalOptions): LocalJob['before'] {
  if (!beforeDeployment) return 'never';
  return (only !== undefined && !only.has(name)) || settings.tasks[name] === 0 ? 'left out' : 'run';
}

/** What Compose calls the system: by its place in the app, of which names are there once. `Shop/Shop` is `shop-local`. */
export function projectName({ path }: SystemDescription): string {
  const parts = path
    .toLowerCase()
    .split('/')
    .map((part) => part.replace(/[^a-z0-9_]+/g, '-'));
  return [...parts.filter((part, index) => part !== parts[index - 1]), 'local'].join('-');
}

/** An image is built by the first of the services that have it. */
function builtOnce(service: ComposeService, built: Set<string>): ComposeService {
  if (service.build === undefined) return service;
  const { build, ...others } = service;
  if (built.has(service.image)) return { ...others, pull_policy: 'never' };
  built.add(service.image);
  return { ...others, build };
}

function tasksOf(workload: SynthesizedWorkload, { settings, swaps, only }: LocalOptions): readonly PlannedTask[] {
  const { name, service: serviceName = name, version, edge } = workload.description;
  const isService = edge === undefined && !workload.description.clientGateway;
  // Of a service with versions, the process takes the place of one.
  const swap = swaps.get(version === undefined ? serviceName : name);
  const standsIn = isService && swap === undefined && only !== undefined && !only.has(serviceName) && !only.has(name);
  const count = swap === undefined ? (settings.tasks[name] ?? 1) : 1;
  const inUse = portsInUse(workload);
  const keys = keySourcesOf(workload).filter(({ port }) => !inUse.includes(port));
  return Array.from({ length: count }, (_, index) => ({ id: `${name}-${index + 1}`, workload, serviceName, swap, standsIn, keys }));
}

/** Of issuers whose keys gateway services fetch from the local one. */
function hostsOf(tasks: readonly PlannedTask[]): readonly string[] {
  return [...new Set(tasks.flatMap(({ keys }) => keys.map(({ host }) => host)))].sort();
}

interface NamedContainer {
  readonly model: ContainerModel;
  readonly description: ContainerDescription;
}

/** Those that run: the collector sends to AWS or elsewhere, and what a task stands in for, or the host runs, has no container. */
function containersOf({ workload, swap, standsIn }: PlannedTask): readonly NamedContainer[] {
  const replaced = swap !== undefined || standsIn;
  return namedContainers(workload).filter(({ description }) => description.role !== 'collector' && !(replaced && isUsers(description)));
}

function namedContainers({ service, description }: SynthesizedWorkload): readonly NamedContainer[] {
  return service.task.containers.map((model) => {
    const found = description.containers.find(({ name }) => name === model.name);
    return { model, description: found ?? { name: model.name, role: 'extra', essential: model.essential } };
  });
}

/** The holder and the container `aws` have the image of the agent, which has a Node.js. */
function agentImageOf({ workloads }: SynthesizedSystem, { settings, imageOf }: LocalOptions): LocalImage {
  const agent = workloads.flatMap(namedContainers).find(({ description: { role } }) => role === 'agent');
  if (agent === undefined) throw new Trouble('no task of the system has a mesh agent', { fix: 'run `npx cdk synth` again' });
  const given = settings.images[`*/${agent.model.name}`];
  return given === undefined ? imageOf(agent.model.image) : { image: given };
}

export interface PlannedCallee extends LocalCallee {
  readonly task: string;
  readonly relay: Relay;
}

/** What swapped processes call: a port of the host for each, since names of the mesh mean nothing there. */
function calleesOf(
  { description, model }: SynthesizedSystem,
  tasks: readonly PlannedTask[],
  { firstCalleePort }: LocalOptions,
): readonly PlannedCallee[] {
  const addresses = new Map(
    model.zones.flatMap(({ records }) =>
      records.flatMap(({ name, values: [value] }) => (value === undefined ? [] : [[name, value] as const])),
    ),
  );
  const called = tasks.flatMap(({ id, swap, serviceName, workload }) => {
    const service = description.services.find(({ name }) => name === serviceName);
    if (swap === undefined || service === undefined) return [];
    return service.calls.map((callee) => ({
      id,
      caller: workload.description.version === undefined ? serviceName : workload.description.name,
      callee,
      url: description.services.find(({ name }) => name === callee)?.url,
    }));
  });
  return called.flatMap(({ id, caller, callee, url }, index) => {
    const parsed = url === undefined ? undefined : new URL(url.replace(/^[a-z]+:/, 'http:'));
    const address = parsed === undefined ? undefined : addresses.get(parsed.hostname);
    if (parsed === undefined || address === undefined) return [];
    const port = firstCalleePort + index;
    return [
      {
        task: id,
        caller,
        callee,
        port,
        relay: { port, everywhere: true, toHost: address, toPort: Number(parsed.port === '' ? 80 : parsed.port) },
      },
    ];
  });
}

function settingsOf(task: PlannedTask, callees: readonly PlannedCallee[], { settings }: LocalOptions): TaskSettings {
  const { workload, swap, standsIn, serviceName } = task;
  const [first] = workload.ports;
  const relays = callees.filter(({ task: id }) => id === task.id).map(({ relay }) => relay);
  const toHost: readonly Relay[] =
    swap === undefined || first === undefined ? [] : [{ port: first.port, everywhere: true, toHost: swap.host, toPort: swap.port }];
  const answers = settings.answers[serviceName] ?? [];
  const ports = [...new Set(task.keys.map(({ port }) => port))];
  const toIssuers = ports.map((port): Relay => ({ port, toHost: AWS_HOST, toPort: ISSUER_PORT }));
  return {
    applicationPorts: swap === undefined ? workload.ports.map(({ port }) => port) : toHost.map(({ port }) => port),
    standIns: standsIn ? workload.ports.map((each) => ({ ...each, answers })) : [],
    relays: [...toHost, ...relays, ...toIssuers],
  };
}

function localSystem(
  { template, values, description }: SynthesizedSystem,
  tasks: readonly PlannedTask[],
  jobs: readonly LocalJob[],
  { edgePorts }: LocalOptions,
): LocalSystem {
  const edges = description.edges.flatMap(({ name }): readonly LocalEdge[] => {
    const port = edgePorts.get(name);
    return port === undefined ? [] : [{ name, port }];
  });
  const urls = [...new Set(tasks.flatMap(({ keys }) => keys.map(({ url }) => url)))].sort();
  return {
    template,
    values,
    tasks: tasks.map(({ id, workload }): LocalTask => ({ id, service: workload.service.logicalId, workload: workload.description.name })),
    ...(jobs.length > 0 && { jobs: jobs.map(({ task, name, definition }) => ({ id: task, taskDefinition: definition, workload: name })) }),
    edges,
    ...(urls.length > 0 && { issuers: { file: `${ISSUERS_DIRECTORY}/${issuersName(hostsOf(tasks))}.json`, urls } }),
  };
}

function leftOutOf({ workloads, description, template }: SynthesizedSystem, jobs: readonly LocalJob[]): readonly string[] {
  const collectors = workloads.some((workload) => namedContainers(workload).some(({ description: { role } }) => role === 'collector'));
  const started = jobs.filter(({ before }) => before === 'never').map(({ name }) => name);
  const leftOut = jobs.filter(({ before }) => before === 'left out').map(({ name }) => name);
  return [
    ...lostFields(template),
    ...workloads.flatMap(unanswered),
    ...(collectors ? [description.traced ? 'collectors of traces, which send to AWS X-Ray' : 'collectors of traces'] : []),
    ...(started.length > 0 ? [`schedules and events that start jobs; \`local run <job>\` starts one of ${started.join(', ')}`] : []),
    ...(leftOut.length > 0 ? [`jobs before the services, which --only or the settings leave out: ${leftOut.join(', ')}`] : []),
  ];
}

/** The port of an issuer that a process of the gateway service has: nobody else can answer there. */
function unanswered(workload: SynthesizedWorkload): readonly string[] {
  const inUse = portsInUse(workload);
  return keySourcesOf(workload).flatMap(({ url, port }) =>
    inUse.includes(port) ? [`the local issuer in the place of ${url}, whose port a process of ${workload.description.name} has`] : [],
  );
}

/** By which scrapers find tasks of a cluster: nobody looks for them here. */
function areOfScrapers(labels: unknown): boolean {
  return isObject(labels) && Object.keys(labels).every((name) => name.startsWith('ECS_PROMETHEUS_'));
}

/** What containers of ECS have, and these do not get. */
const LOST = ['DockerLabels', 'EnvironmentFiles', 'Interactive', 'PseudoTerminal', 'ResourceRequirements', 'Ulimits'];

function lostFields({ Resources: resources = {} }: Template): readonly string[] {
  const definitions = Object.values(resources).filter(({ Type: type }) => type === 'AWS::ECS::TaskDefinition');
  return definitions.flatMap(({ Properties: properties = {} }) => {
    const containers = properties['ContainerDefinitions'];
    return (isList(containers) ? containers : []).filter(isObject).flatMap((container) => {
      const lost = LOST.filter((name) => container[name] !== undefined && !(name === 'DockerLabels' && areOfScrapers(container[name])));
      return lost.length === 0 ? [] : [`${lost.join(', ')} of the container ${JSON.stringify(container['Name'])}`];
    });
  });
}

function hashOf(containers: readonly ContainerModel[]): string {
  return createHash('sha256').update(JSON.stringify(containers)).digest('hex').slice(0, 16);
}
