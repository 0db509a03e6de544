import type { SystemPlan } from '../plan/system-plan';
import type { IssueList } from '../reading/issues';
import type { Topology } from '../model/topology';
import { appMeshProvider } from './app-mesh/plan';
import { checkCapabilities } from './check-capabilities';
import { envoyProvider } from './envoy/plan';
import type { MeshProvider } from './provider';

type ProviderId = Topology['mesh']['provider'];

export const PROVIDERS: Readonly<Record<ProviderId, MeshProvider>> = { envoy: envoyProvider, appMesh: appMeshProvider };

/** The plan of the mesh that the topology names; what that mesh cannot do is an issue. */
export function planMesh(topology: Topology, issues: IssueList): SystemPlan {
  const provider = PROVIDERS[topology.mesh.provider];
  checkCapabilities(topology, provider, Object.values(PROVIDERS), issues);
  return provider.plan(topology, issues);
}
