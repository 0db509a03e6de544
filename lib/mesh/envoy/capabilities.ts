import type { Capabilities } from '../features';

export const CAPABILITIES: Capabilities = {
  allow: true,
  versions: true,
  versionHeader: true,
  mirror: true,
};
