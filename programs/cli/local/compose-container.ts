import type { ContainerDescription } from '../../../lib/core/description/system-description';
import type { ContainerModel, Dependency, FileSystemModel, HealthCheckModel } from '../../emulator/template/system';
import { TASK_AWS_PORT } from '../../local/local-system';
import type { ComposeCondition, ComposeHealthCheck } from './engine/compose-file';
import { literal } from './engine/compose-file';
import { containerName } from './engine/container-name';
import type { Unnamed } from './holders';
import { ROLE_LABEL, TASK_LABEL } from './engine/labels';
import type { LocalOptions } from './local-plan';
import type { SynthesizedWorkload } from './read-local-system';
import { Trouble } from '../trouble';

export interface TaskContainer {
  /** ID of the task. */
  readonly task: string;
  readonly workload: SynthesizedWorkload;
  readonly model: ContainerModel;
  readonly description: ContainerDescription;
  /** Names of the containers of the task that there are: nothing waits for others. */
  readonly kept: readonly string[];
}

/** What all containers of a system have. */
export interface ComposeOptions extends LocalOptions {
  readonly project: string;
  readonly region: string;
}

/** A container of a task definition as Compose has it, in the network of the holder of its task. */
export function composeContainer(container: TaskContainer, options: ComposeOptions): Unnamed {
  const { task, model, description, kept } = container;
  const mounts = mountsOf(container);
  const own = !isUsers(description);
  const given = imageGiven(container, options);
  const depends = [
    [task, { condition: 'service_started' }] as const,
    ...model.dependsOn
      .filter((each) => kept.includes(each.container))
      .map((each) => [`${task}-${each.container}`, { condition: conditionOf(each) }] as const),
  ];
  return {
    ...(given === undefined ? options.imageOf(model.image) : { image: given }),
    ...(model.entryPoint !== undefined && { entrypoint: model.entryPoint.map(literal) }),
    ...(model.command.length > 0 && { command: model.command.map(literal) }),
    network_mode: options.traits.sharesBy === 'service' ? `service:${task}` : `container:${containerName(options.project, task)}`,
    depends_on: Object.fromEntries(depends),
    ...(model.user !== undefined && { user: literal(model.user) }),
    ...(model.workingDirectory !== undefined && { working_dir: literal(model.workingDirectory) }),
    environment: environmentOf(container, options, own),
    ...(model.healthCheck !== undefined && { healthcheck: healthCheckOf(model.healthCheck) }),
    ...(model.readonlyRoot && { read_only: true }),
    ...(model.dropCapabilities.length > 0 && { cap_drop: model.dropCapabilities }),
    ...(model.initProcess && { init: true }),
    ...(model.tmpfs.length > 0 && { tmpfs: model.tmpfs.map(({ path, sizeMiB }) => literal(`${path}:size=${sizeMiB}m`)) }),
    ...(mounts.length > 0 && { volumes: mounts.map(({ volume, path, readOnly }) => literal(`${volume}:${path}${readOnly ? ':ro' : ''}`)) }),
    ...(description.memoryLimitMiB !== undefined && { mem_limit: `${description.memoryLimitMiB}m` }),
    ...(model.essential && { restart: 'on-failure' }),
    stop_grace_period: `${model.stopTimeoutMs / 1000}s`,
    labels: { [ROLE_LABEL]: description.role, [TASK_LABEL]: task },
  };
}

/** Whether it is the user's, and not the library's. */
export const isUsers = ({ role }: ContainerDescription): boolean => role === 'application' || role === 'extra';

function imageGiven(
  { workload: { description }, model, description: { role } }: TaskContainer,
  { settings: { images } }: LocalOptions,
): string | undefined {
  const names = [description.name, ...(description.service === undefined ? [] : [description.service])];
  const own = names.map((name) => images[`${name}/${model.name}`]).find((image) => image !== undefined);
  const ofService = role === 'application' ? names.map((name) => images[name]).find((image) => image !== undefined) : undefined;
  return own ?? ofService ?? images[`*/${model.name}`];
}

/** Compose has no condition for an end whatever it was; who waits for it waits in the same order if it goes well. */
function conditionOf({ condition }: Dependency): ComposeCondition {
  switch (condition) {
    case 'START':
      return 'service_started';
    case 'HEALTHY':
      return 'service_healthy';
    case 'SUCCESS':
    case 'COMPLETE':
      return 'service_completed_successfully';
  }
}

function healthCheckOf({ argv, intervalMs, timeoutMs, retries, startPeriodMs }: HealthCheckModel): ComposeHealthCheck {
  const interval = Math.min(intervalMs, LONGEST_INTERVAL_MS);
  return {
    test: ['CMD', ...argv.map(literal)],
    interval: `${interval / 1000}s`,
    timeout: `${timeoutMs / 1000}s`,
    // What fails has as long as in the cloud.
    retries: Math.ceil((retries * intervalMs) / interval),
    start_period: `${startPeriodMs / 1000}s`,
  };
}

/** Nobody at a laptop wants to wait for the first check, which comes after an interval. */
const LONGEST_INTERVAL_MS = 2000;

/** What ECS tells a container of its task; the library's own containers call the AWS of the local system, too. */
function environmentOf(container: TaskContainer, options: ComposeOptions, own: boolean): Readonly<Record<string, string>> {
  const { task, model } = container;
  const task4 = { ECS_CONTAINER_METADATA_URI_V4: `http://127.0.0.1:${TASK_AWS_PORT}/v4/${task}` };
  const { region } = options;
  const { managesConnections } = container.workload;
  const place = { AWS_EXECUTION_ENV: 'AWS_ECS_FARGATE', AWS_REGION: region, AWS_DEFAULT_REGION: region };
  const api = `http://127.0.0.1:${TASK_AWS_PORT}`;
  const credentials = { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${api}/v2/credentials/${task}` };
  const aws = { AWS_ENDPOINT_URL: api, ...credentials };
  const written = Object.fromEntries(Object.entries(model.environment).map(([name, value]) => [name, literal(value)]));
  return {
    ...task4,
    ...place,
    ...(own ? aws : {}),
    // Nothing is sent to connections without credentials; an application's own ones come first in the SDKs' order.
    ...(managesConnections ? credentials : {}),
    ...written,
    ...(own ? {} : givenTo(container, options)),
  };
}

/** What the files say of an application's variables: values of the environment file stand nowhere but in that file. */
function givenTo(
  { workload: { description }, model }: TaskContainer,
  { settings, variables }: LocalOptions,
): Readonly<Record<string, string>> {
  const names = [...(description.service === undefined ? [] : [description.service]), description.name];
  const fromSettings = Object.assign({}, ...names.map((name) => settings.environment[name])) as Readonly<Record<string, string>>;
  const own = Object.fromEntries(Object.entries(fromSettings).map(([name, value]) => [name, literal(value)]));
  const wanted = [...Object.keys(model.environment), ...Object.keys(model.secrets)];
  const fromFile = Object.fromEntries(
    wanted.flatMap((name) => {
      const specific = `${(description.service ?? description.name).toUpperCase().replace(/[^A-Z0-9]/g, '_')}_${name}`;
      const found = [specific, name].find((each) => variables.has(each));
      return found === undefined ? [] : [[name, `\${${found}}`]];
    }),
  );
  const missing = Object.keys(model.secrets).filter((name) => fromFile[name] === undefined && own[name] === undefined);
  if (missing.length > 0)
    throw new Trouble(
      `${description.name}, container "${model.name}": nobody says what ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'}`,
      {
        fix: `write ${missing.map((name) => `${name}=…`).join(' and ')} into a file, and name it with --environment`,
      },
    );
  return { ...fromFile, ...own };
}

interface Mount {
  readonly volume: string;
  readonly path: string;
  readonly readOnly: boolean;
}

function mountsOf({ task, workload: { service }, model }: TaskContainer): readonly Mount[] {
  return model.mounts.map(({ volume, path, readOnly }) => {
    const fileSystem = service.task.fileSystems.find((each) => each.volume === volume);
    return { volume: fileSystem === undefined ? `${task}-${volume}` : nameOf(fileSystem), path, readOnly };
  });
}

/** A directory of a file system is a volume that all tasks share which have it. */
function nameOf({ fileSystem, accessPoint, directory }: FileSystemModel): string {
  const place = accessPoint ?? directory.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '');
  return ['efs', fileSystem, place].filter((part) => part !== '').join('-');
}
