import { defaultEndpointResolver as kms } from '@aws-sdk/client-kms/dist-es/endpoint/endpointResolver';
import { defaultEndpointResolver as lambda } from '@aws-sdk/client-lambda/dist-es/endpoint/endpointResolver';
import { defaultEndpointResolver as serviceDiscovery } from '@aws-sdk/client-servicediscovery/dist-es/endpoint/endpointResolver';
import { defaultEndpointResolver as systemsManager } from '@aws-sdk/client-ssm/dist-es/endpoint/endpointResolver';

/** An API of AWS. The rules of its endpoints are those of the SDK. */
export interface Api {
  readonly signingName: string;
  /** AWS_ENDPOINT_URL_… https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
  readonly endpointVariable: string;
  readonly endpoint: typeof kms;
}

export const KMS: Api = { signingName: 'kms', endpointVariable: 'AWS_ENDPOINT_URL_KMS', endpoint: kms };
export const LAMBDA: Api = { signingName: 'lambda', endpointVariable: 'AWS_ENDPOINT_URL_LAMBDA', endpoint: lambda };
export const SERVICE_DISCOVERY: Api = {
  signingName: 'servicediscovery',
  endpointVariable: 'AWS_ENDPOINT_URL_SERVICEDISCOVERY',
  endpoint: serviceDiscovery,
};
export const SYSTEMS_MANAGER: Api = { signingName: 'ssm', endpointVariable: 'AWS_ENDPOINT_URL_SSM', endpoint: systemsManager };
