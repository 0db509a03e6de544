import type { Construct } from 'constructs';
import type { MeshEndpointPlan } from '../../core/plan/system-plan';

/** What tasks must know of the resources of their mesh. */
export interface RenderedMesh {
  /** The ARN by which a task's Envoy is known to the control plane. */
  endpointArn(endpoint: MeshEndpointPlan): string;
}

/** What a control plane must know that only a deployment does. */
export interface MeshSurroundings {
  /** By which Cloud Map's API knows the namespace of the tasks; undefined unless the plan says that somebody asks it. */
  readonly namespaceHttpName: string | undefined;
}

/**
 * Makes the resources that a provider has planned, before any task. The counterpart of `MeshProvider`, which is pure.
 *
 * @param resources `MeshPlan.resources` of the provider of the same ID
 */
export type MeshRenderer = (scope: Construct, resources: unknown, surroundings: MeshSurroundings) => RenderedMesh;
