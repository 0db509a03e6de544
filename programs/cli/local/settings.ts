import { existsSync, readFileSync } from 'node:fs';
import { parse, YAMLParseError } from 'yaml';
import { isObject } from '../../../lib/core/readable/json';
import { closestName } from '../../../lib/core/reading/closeness';
import type { StandInAnswer } from '../../local/local-system';
import { suggestion, Trouble } from '../trouble';

/** The file of `--settings`. */
export interface LocalSettings {
  /** By the names of services, by `<service>/<container>`, or by `*` in place of the service for that of every task. */
  readonly images: Readonly<Record<string, string>>;
  /** Variables of applications, in place of those of the template, by the names of services. */
  readonly environment: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What stand-ins answer, by the names of services. */
  readonly answers: Readonly<Record<string, readonly StandInAnswer[]>>;
  /** Numbers of tasks, by the names of workloads. @default 1 of each */
  readonly tasks: Readonly<Record<string, number>>;
}

/** A process on the host in place of an application. */
export interface Swap {
  readonly host: string;
  readonly port: number;
}

const EMPTY: LocalSettings = { images: {}, environment: {}, answers: {}, tasks: {} };
const MOST_TASKS = 10;

export interface KnownNames {
  readonly services: readonly string[];
  readonly jobs: readonly string[];
  /** Of which settings may give the number of tasks. */
  readonly workloads: readonly string[];
  /** Of all containers, as `<service>/<container>`. */
  readonly containers: readonly string[];
}

/** @throws Trouble at the first thing that cannot be meant */
export function readSettings(file: string | undefined, names: KnownNames): LocalSettings {
  if (file === undefined) return EMPTY;
  if (!existsSync(file)) throw new Trouble(`there is no file ${file}`, { fix: 'name a file with --settings' });
  const content = contentOf(file);
  const given = new SettingsReader(file, content);
  const everywhere = names.containers.map((name) => `*/${name.split('/')[1] ?? ''}`);
  given.only(Object.keys(EMPTY));
  return {
    images: given.map('images', [...names.services, ...names.jobs, ...names.workloads, ...names.containers, ...everywhere], asText),
    environment: given.map('environment', [...names.services, ...names.jobs, ...names.workloads], asTexts),
    answers: given.map('answers', names.services, asAnswers),
    tasks: given.map('tasks', names.workloads, asCount),
  };
}

function contentOf(file: string): unknown {
  try {
    // JSON is YAML.
    return parse(readFileSync(file, 'utf8')) ?? {};
  } catch (error) {
    const why = error instanceof YAMLParseError || error instanceof Error ? error.message : String(error);
    throw new Trouble(`${file} cannot be read: ${why.split('\n')[0] ?? ''}`, { fix: 'write it as YAML or JSON' });
  }
}

/** What a value is to be; undefined if it is not. */
interface Wanted<T> {
  readonly what: string;
  readonly read: (value: unknown) => T | undefined;
}

class SettingsReader {
  constructor(
    private readonly file: string,
    private readonly content: unknown,
  ) {
    if (!isObject(content))
      throw new Trouble(`${file} has no settings: it is ${typeName(content)}`, { fix: 'see docs/local.md for what it may have' });
  }

  only(names: readonly string[]): void {
    const unknown = Object.keys(this.content as object).find((name) => !names.includes(name));
    if (unknown !== undefined)
      throw new Trouble(`${this.file} has a setting "${unknown}", which there is not`, {
        allowed: names,
        fix: suggestion(unknown, names, 'remove it'),
      });
  }

  map<T>(name: string, known: readonly string[], { what, read }: Wanted<T>): Readonly<Record<string, T>> {
    const all = (this.content as Readonly<Record<string, unknown>>)[name] ?? {};
    if (!isObject(all))
      throw new Trouble(`${this.file}, ${name}: ${typeName(all)} is no object`, { fix: 'write names of services, each with its value' });
    return Object.fromEntries(
      Object.entries(all).map(([key, value]) => {
        if (!known.includes(key))
          throw new Trouble(`${this.file}, ${name}: the system has no "${key}"`, {
            ...(closestName(key, known) === undefined && { allowed: known }),
            fix: suggestion(key, known, 'name one of these'),
          });
        const result = read(value);
        if (result === undefined)
          throw new Trouble(`${this.file}, ${name}.${key}: ${JSON.stringify(value)} is not ${what}`, { fix: `write ${what}` });
        return [key, result];
      }),
    );
  }
}

const asText: Wanted<string> = { what: 'a text', read: (value) => (typeof value === 'string' && value !== '' ? value : undefined) };

const asTexts: Wanted<Readonly<Record<string, string>>> = {
  what: 'an object of variables',
  read: (value) => {
    if (!isObject(value)) return undefined;
    const entries = Object.entries(value);
    if (!entries.every(([, each]) => ['string', 'number', 'boolean'].includes(typeof each))) return undefined;
    return Object.fromEntries(entries.map(([name, each]) => [name, String(each)]));
  },
};

const asCount: Wanted<number> = {
  what: `a whole number from 0 to ${MOST_TASKS}`,
  read: (value) => (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_TASKS ? value : undefined),
};

const FIELDS = ['method', 'path', 'status', 'headers', 'body', 'delayMs'];

const asAnswers: Wanted<readonly StandInAnswer[]> = {
  what: `a list of answers, each with some of ${FIELDS.join(', ')}`,
  read: (value) => (Array.isArray(value) && value.every(isAnswer) ? (value as readonly StandInAnswer[]) : undefined),
};

function isAnswer(value: unknown): boolean {
  if (!isObject(value) || !Object.keys(value).every((name) => FIELDS.includes(name))) return false;
  const { method = 'GET', path = '/', status = 200, headers = {}, delayMs = 0 } = value;
  const isStatus = typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 599;
  const isDelay = typeof delayMs === 'number' && delayMs >= 0;
  return (
    typeof method === 'string' &&
    typeof path === 'string' &&
    path.startsWith('/') &&
    isStatus &&
    isDelay &&
    asTexts.read(headers) !== undefined
  );
}

function typeName(value: unknown): string {
  return Array.isArray(value) ? 'a list' : value === null ? 'null' : `a ${typeof value}`;
}

/**
 * `ui=http://localhost:3000`
 *
 * @param applications those that a process may take the place of; of a service with versions, the names of these
 * @throws Trouble if it is something else
 */
export function readSwap(
  text: string,
  applications: ReadonlyMap<string, readonly string[] | undefined>,
  host: string,
): readonly [service: string, swap: Swap] {
  const [, service, url] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (service === undefined || url === undefined)
    throw new Trouble(`--swap "${text}" names no process on this machine`, {
      fix: 'write <service>=<URL>, such as ui=http://localhost:3000',
    });
  const services = [...applications].filter(([, versions]) => versions === undefined).map(([name]) => name);
  const versions = applications.get(service);
  if (versions !== undefined)
    throw new Trouble(`--swap ${service}: the service has versions, and a process takes the place of one of them`, {
      allowed: versions,
      fix: `name one, such as ${versions[0] ?? ''}=${url}; the others go on, with the weights of the props`,
    });
  if (!services.includes(service))
    throw new Trouble(`--swap names "${service}", which is no service that is called`, {
      allowed: services,
      fix: suggestion(service, services),
    });
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== 'http:' || !['localhost', '127.0.0.1', '[::1]'].includes(parsed.hostname) || parsed.pathname !== '/')
    throw new Trouble(`--swap ${service}: "${url}" is no address of a process on this machine`, {
      fix: 'write http://localhost:<port>: the proxy of the task speaks for it what it spoke for the application',
    });
  return [service, { host, port: Number(parsed.port === '' ? 80 : parsed.port) }];
}
