import { renderAppMesh } from './app-mesh/render';
import type { MeshRenderer } from './renderer';

/** The registry: one line for each mesh provider with resources of a control plane, by its ID; nothing else imports a renderer. */
export const MESH_RENDERERS: Readonly<Record<string, MeshRenderer>> = { appMesh: renderAppMesh };
