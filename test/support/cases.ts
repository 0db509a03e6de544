import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describeSystem } from '../../lib/core/description/describe-system';
import type { SystemDescription } from '../../lib/core/description/system-description';
import type { Topology } from '../../lib/core/model/topology';
import { planSystem } from '../../lib/core/plan-system';
import type { MeshWorkloadPlan, SystemPlan } from '../../lib/core/plan/system-plan';
import { Bytes, Opaque, Seconds, Unresolved } from '../../lib/core/reading/input';
import { IssueList, MicroservicesValidationError } from '../../lib/core/reading/issues';
import { parseTopology } from '../../lib/core/parse/parse';

export const CASES = join(__dirname, '../cases');

export function caseNames(): readonly string[] {
  return readdirSync(CASES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/**
 * The props of a case. Where JSON has no word for what stands in real props: `{"$seconds": 2}` is a Duration, `{"$bytes": 2}` a Size,
 * `{"$token": "x"}` a CDK token, `{"$protos": ["x.proto"]}` a GrpcApi of these files of the repository, of which the first is named,
 * `{"$openApi": "x.yaml"}` an OpenApiDocument of this file of the case, with other fields beside it,
 * `{"$object": ["bind"]}` a CDK object with these members; an image is a string.
 */
export function readCase(name: string): unknown {
  return JSON.parse(readFileSync(join(CASES, name, 'input.json'), 'utf8'), (key: string, value: unknown) => {
    if (key === 'image' && typeof value === 'string') return opaque(['bind']);
    if (typeof value !== 'object' || value === null) return value;
    if ('$seconds' in value) return new Seconds(value.$seconds as number);
    if ('$bytes' in value) return new Bytes(value.$bytes as number);
    if ('$token' in value) return new Unresolved(value.$token as string);
    if ('$openApi' in value) return documentOf(name, value as { readonly $openApi: string });
    if ('$protos' in value) return protoFiles(value.$protos as string[]);
    return '$object' in value ? opaque(value.$object as string[]) : value;
  });
}

function protoFiles(paths: readonly string[]): unknown {
  const [named = ''] = paths;
  const folder = dirname(named);
  const texts = paths.map((path) => ({ name: relative(folder, path), path, text: readFileSync(join(CASES, '../..', path), 'utf8') }));
  return { kind: 'protoFiles', files: texts.slice(0, 1).map(({ name, path }) => ({ name, path })), texts };
}

function documentOf(name: string, { $openApi: path, ...options }: { readonly $openApi: string }): unknown {
  return { ...options, kind: 'file', path, text: readFileSync(join(CASES, name, path), 'utf8') };
}

function opaque(members: readonly string[]): Opaque {
  return new Opaque(Object.fromEntries(members.map((member) => [member, () => undefined])));
}

/**
 * The plan of a case, or the text of its issues.
 *
 * @param proxyVersion in place of the one of the case
 */
export function planCase(name: string, proxyVersion?: string): SystemPlan | string {
  const system = systemOfCase(name, proxyVersion);
  return typeof system === 'string' ? system : system.plan;
}

/** What tools are told of a case; undefined if it has issues. */
export function describeCase(name: string): SystemDescription | undefined {
  const system = systemOfCase(name);
  return typeof system === 'string' ? undefined : describeSystem(system.topology, system.plan, 'Stack/Shop');
}

function systemOfCase(name: string, proxyVersion?: string): { readonly topology: Topology; readonly plan: SystemPlan } | string {
  const issues = new IssueList();
  try {
    const props = readCase(name) as { readonly mesh?: object };
    const mesh = proxyVersion === undefined ? {} : { mesh: { provider: 'envoy', ...props.mesh, version: proxyVersion } };
    const topology = parseTopology({ props: { ...props, ...mesh }, defaultName: 'shop' }, issues);
    issues.throwIfAny('Stack/Shop');
    const plan = planSystem(topology, issues);
    issues.throwIfAny('Stack/Shop');
    return { topology, plan };
  } catch (error) {
    if (error instanceof MicroservicesValidationError) return error.message;
    throw error;
  }
}

/** Envoy's configuration in a task's plan; undefined where a control plane has it. */
export function configOf({ containers }: Pick<MeshWorkloadPlan, 'containers'>): unknown {
  return containers.find(({ config }) => config !== undefined)?.config?.envoy;
}

/** Everything that a case puts out, by file name. */
export function outputsOf(plan: SystemPlan | string): ReadonlyMap<string, unknown> {
  if (typeof plan === 'string') return new Map([['issues.txt', plan]]);
  return new Map<string, unknown>([
    ['plan.json', withoutConfigs(plan)],
    ...plan.edges.flatMap(({ name, openApi }) => (openApi === undefined ? [] : [[`openapi.${name}.json`, openApi] as const])),
    ...plan.workloads.flatMap((task) => {
      const config = configOf(task);
      return config === undefined ? [] : [[`envoy.${task.name}.json`, config] as const];
    }),
  ]);
}

/** The configurations have files of their own. */
function withoutConfigs(plan: SystemPlan): unknown {
  return {
    ...plan,
    // They are counts of what stands here.
    uses: undefined,
    edges: plan.edges.map((edge) => ({ ...edge, openApi: undefined })),
    workloads: plan.workloads.map((task) => ({
      ...task,
      containers: task.containers.map((container) =>
        container.config?.envoy === undefined
          ? container
          : { ...container, config: { ...container.config, envoy: `(envoy.${task.name}.json)` } },
      ),
    })),
  };
}
