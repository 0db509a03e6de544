import type { Construct } from 'constructs';
import type { SystemPlan } from '../../core/plan/system-plan';
import type { Topology } from '../../core/model/topology';
import { renderAppMesh } from './app-mesh/render';
import type { MeshRenderer, RenderedMesh } from './renderer';

/** Envoys without a control plane: everything stands in their tasks. */
const nothing: MeshRenderer = () => ({
  endpointArn: ({ name }) => {
    throw new Error(`bug: "${name}" has no control plane`);
  },
});

const RENDERERS: Readonly<Record<Topology['mesh']['provider'], MeshRenderer>> = { appMesh: renderAppMesh, envoy: nothing };

export function renderMesh(scope: Construct, { mesh }: Topology, plan: SystemPlan): RenderedMesh {
  return RENDERERS[mesh.provider](scope, plan);
}
