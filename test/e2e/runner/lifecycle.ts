/** In which order ECS starts and stops the containers of a task. Pure, so that it is tested without a container. */
import type { Graph } from '../../../programs/emulator/template/container-order';

export { order } from '../../../programs/emulator/template/container-order';

export interface ContainerState {
  readonly status: 'PENDING' | 'RUNNING' | 'STOPPED';
  readonly health: 'UNKNOWN' | 'HEALTHY' | 'UNHEALTHY';
  readonly exitCode?: number;
}

export type Verdict = { readonly kind: 'start' } | { readonly kind: 'wait' } | { readonly kind: 'never'; readonly because: string };

/** Whether a pending container may start now, has to wait, or never can. */
export function verdict(container: Graph, states: ReadonlyMap<string, ContainerState>): Verdict {
  let waiting = false;
  for (const { container: name, condition } of container.dependsOn) {
    const state = states.get(name);
    if (state === undefined) throw new Error(`no container "${name}"`);
    const exited = state.status === 'STOPPED';
    switch (condition) {
      case 'START':
        waiting ||= state.status === 'PENDING';
        break;
      case 'HEALTHY':
        if (exited) return never(container, name, condition, `it exited with code ${state.exitCode ?? '?'}`);
        if (state.health === 'UNHEALTHY') return never(container, name, condition, 'it is UNHEALTHY');
        waiting ||= state.health !== 'HEALTHY';
        break;
      case 'SUCCESS':
        if (exited && state.exitCode !== 0) return never(container, name, condition, `it exited with code ${state.exitCode ?? '?'}`);
        waiting ||= !exited;
        break;
      case 'COMPLETE':
        waiting ||= !exited;
        break;
    }
  }
  return { kind: waiting ? 'wait' : 'start' };
}

function never(container: Graph, name: string, condition: string, why: string): Verdict {
  return { kind: 'never', because: `container "${container.name}" waits for "${name}" to be ${condition}, but ${why}` };
}

/** Who has to be gone before this container is told to stop: those that depend on it, whatever the condition. */
export function stopsAfter(container: Graph, all: readonly Graph[]): readonly string[] {
  return all.filter((other) => other.dependsOn.some((dependency) => dependency.container === container.name)).map((other) => other.name);
}
