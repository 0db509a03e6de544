import { Reader } from '../reading/reader';
import type { IssueList } from '../reading/issues';
import type { Topology } from '../model/topology';
import type { Feature, FeatureId } from './features';
import { FEATURES } from './features';
import type { MeshProvider } from './provider';

/** Law 3 (ARCHITECTURE.md): what a mesh cannot do is an issue that names those that can, not silence. */
export function checkCapabilities(topology: Topology, provider: MeshProvider, all: readonly MeshProvider[], issues: IssueList): void {
  for (const id of Object.keys(FEATURES) as FeatureId[]) {
    const capability = provider.capabilities[id];
    if (capability === true) continue;
    const able = all.filter(({ capabilities }) => capabilities[id] === true).map(({ factory }) => factory);
    const { usedAt, without = 'remove it' }: Feature = FEATURES[id];
    for (const path of usedAt(topology)) {
      new Reader(issues, path, undefined).fail('UNSUPPORTED_BY_MESH', `${provider.factory} cannot do this: ${capability.no}`, {
        fix: able.length === 0 ? without : `${without}, or use ${able.join(' or ')}`,
      });
    }
  }
}
