import { DEFAULT_SERVICE_POLICY } from './defaults';
import type { ServicePolicy } from './model';

/** Props of a service that say what happens to the requests to it, whoever sends them. */
export const SERVICE_POLICY_FIELDS = [] as const;

export function parseServicePolicy(): ServicePolicy {
  return DEFAULT_SERVICE_POLICY;
}
