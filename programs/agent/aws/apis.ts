import { defaultEndpointResolver as kms } from '@aws-sdk/client-kms/dist-es/endpoint/endpointResolver';
import { defaultEndpointResolver as lambda } from '@aws-sdk/client-lambda/dist-es/endpoint/endpointResolver';
import { defaultEndpointResolver as serviceDiscovery } from '@aws-sdk/client-servicediscovery/dist-es/endpoint/endpointResolver';
import { defaultEndpointResolver as systemsManager } from '@aws-sdk/client-ssm/dist-es/endpoint/endpointResolver';
import { booleanSelector, SelectorType } from '@smithy/core/config';
import type { Environment } from '../settings';

/** An API of AWS. The rules of its endpoints are those of the SDK. */
export interface Api {
  readonly signingName: string;
  /** AWS_ENDPOINT_URL_… https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
  readonly endpointVariable: string;
  readonly rules: typeof kms;
}

export const KMS: Api = { signingName: 'kms', endpointVariable: 'AWS_ENDPOINT_URL_KMS', rules: kms };
export const LAMBDA: Api = { signingName: 'lambda', endpointVariable: 'AWS_ENDPOINT_URL_LAMBDA', rules: lambda };
export const SERVICE_DISCOVERY: Api = {
  signingName: 'servicediscovery',
  endpointVariable: 'AWS_ENDPOINT_URL_SERVICEDISCOVERY',
  rules: serviceDiscovery,
};
export const SYSTEMS_MANAGER: Api = { signingName: 'ssm', endpointVariable: 'AWS_ENDPOINT_URL_SSM', rules: systemsManager };

export interface Endpoint {
  readonly url: URL;
  /** What the rules say beside it. */
  readonly rules: ReturnType<Api['rules']>;
}

/**
 * Of an API in a Region and its partition, by the variables that every SDK reads. Throws an Error if there is none.
 *
 * @param hostPrefix stands before the host of AWS's own endpoints
 */
export function endpointOf(api: Api, region: string, environment: Environment, hostPrefix = ''): Endpoint {
  const given = [environment[api.endpointVariable], environment['AWS_ENDPOINT_URL']].find((url) => url !== undefined && url !== '');
  const rules = api.rules({
    Region: region,
    UseFIPS: booleanSelector(environment, 'AWS_USE_FIPS_ENDPOINT', SelectorType.ENV) ?? false,
    UseDualStack: booleanSelector(environment, 'AWS_USE_DUALSTACK_ENDPOINT', SelectorType.ENV) ?? false,
    ...(given === undefined ? {} : { Endpoint: given }),
  });
  const url = new URL(rules.url);
  // A host that somebody gave has no other name.
  if (given === undefined) url.hostname = `${hostPrefix}${url.hostname}`;
  return { url, rules };
}
