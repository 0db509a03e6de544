/** Real containers for tests. */
export { ContainerEngine } from './engine';
export type { EngineContainer, EngineOptions } from './engine';
export { CONTAINER_IMAGES } from './images';
