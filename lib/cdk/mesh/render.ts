import type { Construct } from 'constructs';
import type { SystemPlan } from '../../core/plan/system-plan';
import type { MeshSurroundings, RenderedMesh } from './renderer';
import { MESH_RENDERERS } from './renderers';

/** Envoys without a control plane: everything stands in their tasks. */
const NOTHING: RenderedMesh = {
  endpointArn: ({ name }) => {
    throw new Error(`bug: "${name}" has no control plane`);
  },
};

export function renderMesh(scope: Construct, plan: SystemPlan, surroundings: MeshSurroundings): RenderedMesh {
  if (plan.resources === undefined) return NOTHING;
  const render = MESH_RENDERERS[plan.provider];
  if (render === undefined) throw new Error(`bug: nothing renders the resources of the mesh provider "${plan.provider}"`);
  return render(scope, plan.resources, surroundings);
}
