import type { Json, Template } from '../intrinsics';
import { isObject } from '../intrinsics';

/** The logical IDs of all resources, each after those that it refers to or depends on, as CloudFormation makes them. Throws on a cycle. */
export function deploymentOrder(template: Template): readonly string[] {
  const resources = template.Resources ?? {};
  const ordered = new Set<string>();
  const visit = (id: string, path: readonly string[]): void => {
    const resource = resources[id];
    // A parameter, or a pseudo parameter.
    if (resource === undefined || ordered.has(id)) return;
    if (path.includes(id)) throw new Error(`resources depend on each other in a cycle: ${[...path, id].join(' -> ')}`);
    const { DependsOn = [] } = resource;
    for (const needed of [...referencesIn(resource.Properties), ...(typeof DependsOn === 'string' ? [DependsOn] : DependsOn)])
      visit(needed, [...path, id]);
    ordered.add(id);
  };
  for (const id of Object.keys(resources)) visit(id, []);
  return [...ordered];
}

/** Every name that a `Ref`, `Fn::GetAtt` or `Fn::Sub` in a value points to. */
export function referencesIn(value: Json | undefined): readonly string[] {
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(referencesIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, content]) => {
    if (key === 'Ref') return typeof content === 'string' ? [content] : [];
    if (key === 'Fn::GetAtt') {
      const target = Array.isArray(content) ? (content as readonly Json[])[0] : content;
      return typeof target === 'string' ? [beforeDot(target)] : [];
    }
    if (key === 'Fn::Sub') return [...namesInSub(content), ...referencesIn(content)];
    return referencesIn(content);
  });
}

function namesInSub(content: Json | undefined): readonly string[] {
  const [format, variables] = Array.isArray(content) ? (content as readonly Json[]) : [content, undefined];
  if (typeof format !== 'string') return [];
  const own = isObject(variables) ? Object.keys(variables) : [];
  return [...format.matchAll(/\$\{([^!}][^}]*)\}/g)]
    .map(([, name = '']) => name.trim())
    .filter((name) => !own.includes(name))
    .map(beforeDot);
}

function beforeDot(name: string): string {
  return name.split('.')[0] ?? name;
}
