import type { Reader } from '../../reading/reader';
import { CALL_POLICY_FIELDS } from '../traffic/parse-call-policy';
import { SERVICE_POLICY_FIELDS } from '../traffic/parse-service-policy';
import { VERSION_FIELDS } from '../workload/parse-versions';

/** Props about what others call. */
const OF_CALLED = [
  'protocol',
  'virtualPort',
  'grpcApi',
  'allow',
  'loadBalancerTarget',
  'startupTimeout',
  ...VERSION_FIELDS,
  ...CALL_POLICY_FIELDS,
  ...SERVICE_POLICY_FIELDS,
] as const;

/** A service without a port is a worker: what is said of calls to it would change nothing. */
export function checkWorker(name: string, at: Reader): void {
  for (const field of OF_CALLED) {
    const own = at.field(field);
    if (own.absent) continue;
    own.fail('NO_EFFECT', `"${name}" has no port, so nobody calls it`, {
      got: null,
      fix: 'remove it, or set port, such as port: 8080: a service without a port is a worker',
    });
  }
}

/** @param callee what is called, or what a route leads to */
export function failWithoutPort(at: Reader, callee: { readonly name: string; readonly path: string }): void {
  const isJob = callee.path.startsWith('jobs.');
  at.fail('NO_PORT', `"${callee.name}" ${isJob ? 'is a job' : 'has no port'}, so nobody can call it`, {
    fix: isJob ? 'name a service' : `set ${callee.path}.port, such as port: 8080`,
  });
}
