import type { Capabilities } from '../features';

export const CAPABILITIES: Capabilities = {
  allow: true,
  external: true,
};
