import { defined } from '../../defined';
import { ECS } from '../../limits/ecs';
import { rangeOf } from '../../limits/limit';
import type { ContainerOptions, ContainerSettings, TaskStorage } from '../../model/topology';
import { Unresolved, counted, displayValue } from '../../reading/input';
import type { Reader } from '../../reading/reader';
import { STRINGS } from '../../reading/reader';
import { LINUX_FIELDS, parseAbsolutePath, parseLinux } from './parse-linux';
import { parseMounts } from './parse-volumes';

export const CONTAINER_FIELDS = [
  'image',
  'environment',
  'secrets',
  'environmentFiles',
  'command',
  'entryPoint',
  'workingDirectory',
  'user',
  'readonlyRootFilesystem',
  'initProcess',
  'mountPoints',
  'dockerLabels',
  'interactive',
  'pseudoTerminal',
  ...LINUX_FIELDS,
  'healthCheck',
  'logging',
  'gpuCount',
] as const;
/**
 * When the application gets SIGTERM, its requests are over, so it may end at once. What an extra container does for it until then is
 * not known.
 */
export const INIT_OF_APPLICATIONS = true;
export const INIT_OF_OTHERS = false;

/** What is said of a container beside what its props say. */
interface ContainerRole {
  readonly what: string;
  /** Whether it has an init process unless it says otherwise. */
  readonly initProcess: boolean;
  /** Of its task. */
  readonly storage: TaskStorage;
  /** @default true */
  readonly needsImage?: boolean;
}

/** Settings that the application, versions of it and extra containers have alike. */
export function parseContainer(at: Reader, { what, initProcess, storage, needsImage = true }: ContainerRole): ContainerSettings {
  const image = at.field('image');
  const registry = typeof image.value === 'string' && /^[\w./:@-]{1,80}$/.test(image.value) ? image.value : '...';
  const imageFix = `use ecs.ContainerImage.fromRegistry('${registry}') or another ecs.ContainerImage`;
  if (needsImage) image.required(`the image of ${what}`, imageFix);
  image.checkInstance('an ecs.ContainerImage', ['bind()'], imageFix);
  at.field('logging').checkInstance('an ecs.LogDriver', ['bind()'], 'use ecs.LogDrivers');
  checkHealthCheck(at.field('healthCheck'));
  const secrets = at.field('secrets').entries();
  for (const [name, secret] of secrets) {
    checkVariableName(name, secret);
    const fix = 'use ecs.Secret.fromSecretsManager() or ecs.Secret.fromSsmParameter()';
    // Without the value, which may be the secret itself and does not belong in a log.
    if (typeof secret.value === 'string') secret.fail('WRONG_TYPE', 'must be an ecs.Secret', { got: 'a string', fix });
    else secret.required('an ecs.Secret', `remove the variable, or ${fix}`).checkInstance('an ecs.Secret', ['arn', 'grantRead()'], fix);
  }
  const variables = at.field('environment').entries();
  const environment = parseEnvironment(variables);
  for (const [name, secret] of secrets) {
    if (Object.hasOwn(environment, name))
      secret.fail('CONFLICT', `${displayValue(name)} is both a secret and an environment variable`, {
        got: null,
        fix: 'remove one of the two',
      });
  }
  checkVariableCount(at, variables.length, secrets.length);
  return {
    environment,
    secretNames: secrets.map(([name]) => name).sort(),
    ...parseOptions(at, storage),
    readonlyRootFilesystem: at.field('readonlyRootFilesystem').boolean() ?? false,
    initProcess: at.field('initProcess').boolean() ?? initProcess,
  };
}

function parseOptions(at: Reader, storage: TaskStorage): ContainerOptions {
  const linux = parseLinux(at);
  const mounts = parseMounts(at.field('mountPoints'), storage, linux.linux?.tmpfs?.map(({ path }) => path) ?? []);
  const dockerLabels = parseLabels(at.field('dockerLabels').entries());
  return {
    ...linux,
    ...defined({
      command: parseCommand(at.field('command')),
      entryPoint: parseCommand(at.field('entryPoint')),
      user: at.field('user').text(),
      workingDirectory: parseAbsolutePath(at.field('workingDirectory')),
      interactive: at.field('interactive').boolean() === true ? true : undefined,
      pseudoTerminal: at.field('pseudoTerminal').boolean() === true ? true : undefined,
      mounts: mounts.length === 0 ? undefined : mounts,
      dockerLabels: Object.keys(dockerLabels).length === 0 ? undefined : dockerLabels,
      environmentFiles: parseEnvironmentFiles(at.field('environmentFiles')),
      ownLogDriver: at.field('logging').absent ? undefined : true,
    }),
  };
}

const ENVIRONMENT_FILE = 'use ecs.EnvironmentFile.fromBucket() or ecs.EnvironmentFile.fromAsset()';

/** What is in them is not known before a task starts. */
function parseEnvironmentFiles(at: Reader): true | undefined {
  const files = at.items();
  for (const file of files)
    file
      .required('an ecs.EnvironmentFile', `remove the entry, or ${ENVIRONMENT_FILE}`)
      .checkInstance('an ecs.EnvironmentFile', ['bind()'], ENVIRONMENT_FILE);
  const most = ECS.environmentFiles.value;
  if (files.length > most)
    at.fail('OUT_OF_RANGE', `the container has ${files.length} files of environment variables`, {
      got: null,
      allowed: `at most ${most}`,
      fix: 'put several into one',
    });
  return files.length === 0 ? undefined : true;
}

const HEALTH_CHECK_EXAMPLE = "write a command, such as ['CMD-SHELL', 'curl -f http://localhost:8080/health || exit 1']";

function checkHealthCheck(at: Reader): void {
  if (!at.checkFields(['command', 'interval', 'timeout', 'retries', 'startPeriod'])) return;
  const command = at.field('command').required('the command of the health check', HEALTH_CHECK_EXAMPLE);
  // The CDK puts CMD before it, which it cannot with a token for the whole list.
  const parts = command.value instanceof Unresolved ? command.items(STRINGS) : parseCommand(command, HEALTH_CHECK_EXAMPLE);
  if (Array.isArray(command.value) && parts?.length === 0)
    command.fail('MISSING', 'the command of the health check is empty', { fix: HEALTH_CHECK_EXAMPLE });
  const interval = at.field('interval').seconds(rangeOf(ECS.healthInterval));
  const timeout = at.field('timeout').seconds(rangeOf(ECS.healthTimeout));
  if (interval !== undefined && timeout !== undefined && interval < timeout) {
    at.field('interval').fail(
      'OUT_OF_RANGE',
      `the interval of ${counted(interval, 'second')} is shorter than the timeout of ${counted(timeout, 'second')}`,
      { allowed: `at least ${counted(timeout, 'second')}`, fix: 'raise interval or lower timeout' },
    );
  }
  at.field('retries').number(rangeOf(ECS.healthRetries));
  at.field('startPeriod').seconds(rangeOf(ECS.healthStartPeriod));
}

function checkVariableName(name: string, at: Reader): void {
  if (!/^[^=\s]+$/.test(name))
    at.fail('INVALID_NAME', `${displayValue(name)} cannot be the name of an environment variable`, {
      got: null,
      allowed: 'at least one character, no spaces and no "="',
    });
}

function checkVariableCount(container: Reader, plain: number, secret: number): void {
  const total = plain + secret;
  if (total <= ECS.variables.value) return;
  const from = plain === 0 ? ', all from secrets' : secret === 0 ? '' : `: ${plain} in plain text, and ${secret} from secrets`;
  // Where it stands: a version may have only one of them for itself.
  const fields = [container.field('environment'), container.field('secrets')].filter((field) => !field.absent);
  const own = fields.find((field) => field.path.startsWith(`${container.path}.`)) ?? fields[0];
  const most = ECS.variables.value;
  own?.fail('TOO_MANY_VARIABLES', `the container has ${total} environment variables${from}`, {
    got: null,
    allowed: `at most ${most} in all`,
    fix: `remove ${total - most}, or put several into one as JSON, or let the application read a file or AWS Systems Manager`,
  });
}

function parseEnvironment(variables: readonly (readonly [string, Reader])[]): Readonly<Record<string, string>> {
  for (const [name, value] of variables) checkVariableName(name, value);
  return parseTexts(variables);
}

function parseLabels(labels: readonly (readonly [string, Reader])[]): Readonly<Record<string, string>> {
  for (const [name, value] of labels)
    if (name === '') value.fail('INVALID_NAME', 'a label needs a name', { got: null, allowed: 'at least one character' });
  return parseTexts(labels);
}

/** Sorted, since a task definition is replaced if its variables change their order. */
function parseTexts(entries: readonly (readonly [string, Reader])[]): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const [name, value] of [...entries].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const text = parseVariable(value);
    // Own property even for "__proto__", which plain assignment would swallow.
    if (text !== undefined) Object.defineProperty(texts, name, { value: text, enumerable: true, configurable: true, writable: true });
  }
  return texts;
}

function parseVariable(at: Reader): string | undefined {
  if (at.absent) return at.fail('MISSING', 'a value must be given', { fix: 'give a string, or remove the variable' });
  const { value } = at;
  if (typeof value === 'number' || typeof value === 'boolean')
    return at.fail('WRONG_TYPE', 'must be a string', { fix: `write '${String(value)}', with quotes` });
  return at.text();
}

function parseCommand(at: Reader, example?: string): readonly string[] | undefined {
  if (typeof at.value !== 'string') return at.texts();
  return at.wrongType(STRINGS, example ?? `write ${shortList(at.value)}`);
}

function shortList(command: string): string {
  const words = command.trim().split(/\s+/);
  return words.length > 5 ? "['program', 'argument', ...]" : `[${words.map((word) => `'${word}'`).join(', ')}]`;
}
