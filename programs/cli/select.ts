import { suggestion, Trouble } from './trouble';
import type { Workload } from './assembly/workload';

/** What users ask for. */
export interface Selection {
  /** Where the workloads come from, for messages. */
  readonly directory: string;
  readonly service: string;
  readonly version: string | undefined;
  readonly stack: string | undefined;
}

type Found = readonly [Workload, ...Workload[]];

const isFound = (workloads: readonly Workload[]): workloads is Found => workloads.length > 0;

/** The workloads of a stack, or of all. */
export function inStack(workloads: readonly Workload[], { directory, stack }: Pick<Selection, 'directory' | 'stack'>): readonly Workload[] {
  if (stack === undefined) return workloads;
  const found = workloads.filter((each) => isIn(each, stack));
  if (found.length > 0) return found;
  const names = unique(workloads.map((each) => each.stack.path));
  throw new Trouble(`${directory} has no stack "${stack}" with services in a mesh`, { allowed: names, fix: suggestion(stack, names) });
}

/** The service that users ask for, in all its versions and stacks unless they name one. */
export function select(all: readonly Workload[], selection: Selection): Found {
  const { service, version, directory } = selection;
  const workloads = inStack(all, selection);
  const named = workloads.filter((each) => each.service === service);
  // The name of a version as Envoys have it, in clusters and traces.
  const found = named.length > 0 ? named : workloads.filter((each) => `${each.service}-${each.version}` === service);
  if (!isFound(found)) {
    const elsewhere = all.find((each) => each.service === service);
    if (elsewhere !== undefined)
      throw new Trouble(`service "${service}" is not in "${selection.stack}"`, {
        fix: `leave out --stack, or use ${placeOption(elsewhere)}`,
      });
    const names = serviceNames(workloads);
    throw new Trouble(`${directory} has no service "${service}"`, { allowed: names, fix: suggestion(service, names) });
  }
  if (version === undefined) return found;
  const ofVersion = found.filter((each) => each.version === version);
  if (isFound(ofVersion)) return ofVersion;
  const versions = unique(found.flatMap((each) => (each.version === undefined ? [] : [each.version])));
  if (versions.length === 0) throw new Trouble(`service "${service}" has no versions`, { fix: 'leave out --version' });
  throw new Trouble(`service "${service}" has no version "${version}"`, { allowed: versions, fix: suggestion(version, versions) });
}

/** The one workload that users ask for. */
export function selectOne(all: readonly Workload[], selection: Selection): Workload {
  const found = select(all, selection);
  const [one, another] = found;
  if (another === undefined) return one;
  const { service } = selection;
  const places = unique(found.map(placeOf));
  if (places.length > 1)
    throw new Trouble(`${places.length} services are called "${service}"`, {
      allowed: places,
      fix: `name the stack, or the construct in it: ${placeOption(one)}`,
      question: { message: `Which service "${service}"?`, among: places, option: '--stack' },
    });
  const versions = unique(found.flatMap(({ version }) => (version === undefined ? [] : [version])));
  throw new Trouble(`service "${service}" has ${versions.length} versions`, {
    allowed: versions,
    fix: `name one: --version ${versions[0] ?? ''}`,
    question: { message: `Which version of ${service}?`, among: versions, option: '--version' },
  });
}

function isIn({ stack, path }: Workload, name: string): boolean {
  return [stack.path, stack.name].includes(name) || path?.startsWith(`${name}/`) === true;
}

/** The construct that the service belongs to, which tells apart two systems in one stack, too. */
export function placeOf({ stack, path, service, version }: Workload): string {
  const own = version === undefined ? `/${service}` : `/${service}/${version}`;
  return path?.endsWith(own) === true ? path.slice(0, -own.length) : stack.path;
}

function placeOption(workload: Workload): string {
  return `--stack ${placeOf(workload)}`;
}

/** The services of workloads, sorted. */
export function serviceNames(workloads: readonly Workload[]): readonly string[] {
  return unique(workloads.map(({ service }) => service));
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}
