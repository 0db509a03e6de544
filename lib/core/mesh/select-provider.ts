import type { MeshSettings, Topology } from '../model/topology';
import type { MeshPlan } from '../plan/system-plan';
import type { IssueList } from '../reading/issues';
import type { Reader } from '../reading/reader';
import { checkCapabilities } from './check-capabilities';
import type { MeshProvider } from './provider';
import { PROVIDERS } from './providers';
import { SHARED_OPTIONS, checkImages } from './shared-options';

/** Of every provider. */
export const MESH_OPTIONS: readonly string[] = [...new Set([...SHARED_OPTIONS, ...PROVIDERS.flatMap(({ options }) => options)])];

/** Reads the prop `mesh`. */
export function parseMesh(at: Reader, services: Reader): { readonly provider: MeshProvider; readonly settings: MeshSettings } {
  const provider = chosenProvider(at);
  const usable = provider !== undefined && at.checkFields([...SHARED_OPTIONS, ...provider.options], 'provider');
  const chosen = provider ?? providerOf(PROVIDERS[0]?.id ?? '');
  if (usable) checkImages(at);
  return { provider: chosen, settings: chosen.parse(usable ? at : at.withoutValue, services) };
}

function chosenProvider(at: Reader): MeshProvider | undefined {
  const factories = PROVIDERS.map(({ factory }) => factory);
  if (!at.checkFactory('Mesh', factories.join(' or '))) return undefined;
  const id = at.field('provider').oneOf(
    PROVIDERS.map((provider) => provider.id),
    'a Mesh',
    factories,
  );
  return id === undefined ? undefined : providerOf(id);
}

function providerOf(id: string): MeshProvider {
  const provider = PROVIDERS.find((each) => each.id === id);
  if (provider === undefined) throw new Error(`bug: there is no mesh provider "${id}"`);
  return provider;
}

/** The plan of the mesh that the topology names; what that mesh cannot do is an issue. */
export function planMesh(topology: Topology, issues: IssueList): MeshPlan {
  const provider = providerOf(topology.mesh.provider);
  checkCapabilities(topology, provider, PROVIDERS, issues);
  return provider.plan(topology, issues);
}
