import type { ProviderProofs } from '../provider-proofs';
import { appMeshProofs } from './app-mesh';
import { envoyProofs } from './envoy';

/** By the ID of the provider. */
export const PROOFS: Readonly<Record<string, ProviderProofs | undefined>> = { appMesh: appMeshProofs, envoy: envoyProofs };
