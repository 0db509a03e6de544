import type { Topology } from '../../../lib/core/model/topology';
import type { ProviderProofs } from '../provider-proofs';
import { appMeshProofs } from './app-mesh';
import { envoyProofs } from './envoy';

/** The type makes sure that no provider is left out. */
export const PROOFS: Readonly<Record<Topology['mesh']['provider'], ProviderProofs>> = { appMesh: appMeshProofs, envoy: envoyProofs };
