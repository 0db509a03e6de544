import type { CallPolicyDescription, ServiceDescription } from '../../lib/core/description/system-description';

/**
 * What a caller does with its calls of a service, and where the props say so.
 *
 * @param calling absent: a gateway service has no policies of its own
 */
export function callPolicyOf<Field extends 'timeouts' | 'retry'>(
  field: Field,
  calling: ServiceDescription | undefined,
  callee: ServiceDescription,
): { readonly value: CallPolicyDescription[Field]; readonly path: string } {
  const prop = field === 'timeouts' ? 'timeout' : field;
  const own = calling?.callPolicies[callee.name]?.[field];
  return calling === undefined || own === undefined
    ? { value: callee.callPolicy[field], path: `${callee.path}.${prop}` }
    : { value: own, path: `${calling.path}.callPolicies.${callee.name}.${prop}` };
}

/** For how long a caller waits for a service; undefined: for ever, as of streams. */
export function waitOf(calling: ServiceDescription | undefined, callee: ServiceDescription): number | undefined {
  const { requestSeconds = 0 } = callPolicyOf('timeouts', calling, callee).value;
  return requestSeconds === 0 ? undefined : requestSeconds;
}

/** A port is served by the tasks of another service, which make the calls. */
export function callsOf({ portOf, calls }: ServiceDescription, services: readonly ServiceDescription[]): readonly string[] {
  return portOf === undefined ? calls : (services.find(({ name }) => name === portOf)?.calls ?? []);
}
