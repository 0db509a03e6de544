import type { Capabilities } from '../features';

export const CAPABILITIES: Capabilities = {
  allow: true,
  routes: true,
  rewrites: true,
  headerChanges: true,
  rateLimits: true,
  faultInjection: true,
  maxRequestSize: true,
  webSockets: true,
};
