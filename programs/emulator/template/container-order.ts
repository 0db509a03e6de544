import type { ContainerModel } from './system';

export type Graph = Pick<ContainerModel, 'name' | 'dependsOn'>;

/** The containers in an order in which each comes after what it depends on. Throws on a cycle. */
export function order<T extends Graph>(containers: readonly T[]): readonly T[] {
  const ordered: T[] = [];
  const visit = (container: T, path: readonly string[]): void => {
    if (path.includes(container.name))
      throw new Error(`containers depend on each other in a cycle: ${[...path, container.name].join(' -> ')}`);
    if (ordered.includes(container)) return;
    for (const { container: name } of container.dependsOn) {
      const target = containers.find((other) => other.name === name);
      if (target) visit(target, [...path, container.name]);
    }
    ordered.push(container);
  };
  for (const container of containers) visit(container, []);
  return ordered;
}
