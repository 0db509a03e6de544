import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { A_HOST, domainOf, isHostName } from '../core/reading/check-host';
import { displayValue } from '../core/reading/input';

/**
 * At synth, when tokens that are lazy have their values: hosts of external services that are no name, or nothing, which would leave the
 * variable of a text out of the task definitions without a word.
 */
export function checkHosts(
  scope: Construct,
  hosts: readonly { readonly service: string; readonly host: string }[],
  ownDomains: readonly string[],
): void {
  if (hosts.length === 0) return;
  scope.node.addValidation({
    validate: () =>
      hosts.flatMap(({ service, host }) => {
        const path = `external.${service}.host`;
        return problemsOf(path, Stack.of(scope).resolve(host) as unknown, ownDomains);
      }),
  });
}

/** What a lookup gives until it is made. https://github.com/aws/aws-cdk/pull/21520 */
const NOT_LOOKED_UP = 'dummy-value-for-';

function problemsOf(path: string, value: unknown, domains: readonly string[]): readonly string[] {
  const what = `${path}: the CDK token resolves to`;
  if (value === undefined || value === null)
    return [`INVALID_NAME: ${what} nothing. Fix: give a token that has a value, or the name of the host.`];
  // An intrinsic function, of which only the deployment knows the value.
  if (typeof value === 'object' && !Array.isArray(value)) return [];
  if (typeof value === 'string' && value.startsWith(NOT_LOOKED_UP)) return [];
  if (typeof value !== 'string' || !isHostName(value))
    return [`INVALID_NAME: ${what} ${displayValue(value)}, which is not the name of a host. Allowed: ${A_HOST}.`];
  const own = domainOf(value, domains);
  if (own === undefined) return [];
  return [
    `DOMAIN_CLASH: ${what} "${value}", a name of the mesh itself, whose zone "${own}" answers for it. ` +
      'Fix: list the service in calls; external services are outside of the mesh.',
  ];
}
