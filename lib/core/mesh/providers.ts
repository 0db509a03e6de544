import { appMeshProvider } from './app-mesh/provider';
import { envoyProvider } from './envoy/provider';
import type { MeshProvider } from './provider';

/** The registry: one line for each provider, and nothing else imports one. The first is the default. */
export const PROVIDERS: readonly MeshProvider[] = [envoyProvider, appMeshProvider];
