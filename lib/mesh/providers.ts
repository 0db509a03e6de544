import type { Topology } from '../topology/model';
import { envoyProvider } from './envoy/plan';
import type { MeshProvider } from './provider';

const PROVIDERS: Readonly<Record<Topology['mesh']['provider'], MeshProvider>> = { envoy: envoyProvider };

export function meshProvider(id: Topology['mesh']['provider']): MeshProvider {
  return PROVIDERS[id];
}
