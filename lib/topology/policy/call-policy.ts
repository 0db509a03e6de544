import type { ExternalService, Service } from '../model';
import type { CallPolicy } from './model';

/**
 * What a caller's proxy does with calls to a service: field by field what the caller says, or else what the service says.
 *
 * @param caller absent: the gateway, which overrides nothing
 */
export function callPolicyOf(caller: Service | undefined, callee: Service | ExternalService): CallPolicy {
  return { ...callee.callPolicy, ...caller?.callOverrides[callee.name] };
}
