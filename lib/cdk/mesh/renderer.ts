import type { Construct } from 'constructs';
import type { MeshEndpointPlan, SystemPlan } from '../../core/plan/system-plan';

/** What tasks must know of the resources of their mesh. */
export interface RenderedMesh {
  /** The ARN by which a task's Envoy is known to the control plane. */
  endpointArn(endpoint: MeshEndpointPlan): string;
}

/** Makes what a mesh has beside tasks, before them. The counterpart of `MeshProvider`, which is pure. */
export type MeshRenderer = (scope: Construct, plan: SystemPlan) => RenderedMesh;
