import type { Json, Resource, Template } from '../intrinsics';
import { isObject } from '../intrinsics';

/** What each resource of a template waits for. */
export type Needs = ReadonlyMap<string, readonly string[]>;

/** The resources that each resource refers to or depends on: nothing else orders them. */
export function needsOf(template: Template): Needs {
  const resources = template.Resources ?? {};
  return new Map(
    Object.entries(resources).map(([id, resource]) => [id, neededBy(resource).filter((needed) => resources[needed] !== undefined)]),
  );
}

/** Every name that a resource refers to or depends on, those of parameters and pseudo parameters too. */
export function neededBy({ Properties: properties, DependsOn: needed = [] }: Resource): readonly string[] {
  return [...new Set([...referencesIn(properties), ...[needed].flat()])];
}

/** The same in the other direction: who has to be gone before each. */
export function reversed(needs: Needs): Needs {
  const dependants = new Map<string, string[]>([...needs.keys()].map((id) => [id, []]));
  for (const [id, all] of needs) for (const needed of all) dependants.get(needed)?.push(id);
  return dependants;
}

/** The logical IDs of all resources, each after those that it refers to or depends on, as CloudFormation makes them. Throws on a cycle. */
export function deploymentOrder(template: Template): readonly string[] {
  const needs = needsOf(template);
  const ordered = new Set<string>();
  const visit = (id: string, path: readonly string[]): void => {
    if (ordered.has(id)) return;
    if (path.includes(id)) throw new Error(`resources depend on each other in a cycle: ${[...path, id].join(' -> ')}`);
    for (const needed of needs.get(id) ?? []) visit(needed, [...path, id]);
    ordered.add(id);
  };
  for (const id of needs.keys()) visit(id, []);
  return [...ordered];
}

/** Every name that a `Ref`, `Fn::GetAtt` or `Fn::Sub` in a value points to. */
export function referencesIn(value: Json | undefined): readonly string[] {
  const found: string[] = [];
  renamed(value, (id) => {
    found.push(id);
    return id;
  });
  return found;
}

/** The value with other names in every `Ref`, `Fn::GetAtt` and `Fn::Sub` in it. */
export function renamed<T extends Json | undefined>(value: T, rename: (id: string) => string): T;
export function renamed(value: Json | undefined, rename: (id: string) => string): Json | undefined {
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => renamed(item, rename));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, content]) => {
      if (key === 'Ref') return [key, typeof content === 'string' ? rename(content) : content];
      if (key === 'Fn::GetAtt') return [key, renamedAttribute(content, rename)];
      if (key === 'Fn::Sub') return [key, renamedSub(content, rename)];
      return [key, renamed(content, rename)];
    }),
  );
}

function renamedAttribute(content: Json | undefined, rename: (id: string) => string): Json | undefined {
  if (typeof content === 'string') return beforeDot(content, rename);
  const [id, ...path] = Array.isArray(content) ? (content as readonly Json[]) : [];
  return typeof id === 'string' ? [rename(id), ...path] : content;
}

function renamedSub(content: Json | undefined, rename: (id: string) => string): Json | undefined {
  const [format, variables] = Array.isArray(content) ? (content as readonly Json[]) : [content, undefined];
  if (typeof format !== 'string') return content;
  const own = isObject(variables) ? Object.keys(variables) : [];
  const text = format.replace(/\$\{([^!}][^}]*)\}/g, (all, name: string) =>
    own.includes(name.trim()) ? all : `\${${beforeDot(name.trim(), rename)}}`,
  );
  return Array.isArray(content) ? [text, renamed(variables, rename) ?? {}] : text;
}

function beforeDot(name: string, rename: (id: string) => string): string {
  const [id = name, ...path] = name.split('.');
  return [rename(id), ...path].join('.');
}
