import { Failure } from '../failure';

const REASONS: Readonly<Record<string, string>> = {
  AccessDeniedException: 'access-denied',
  AccessDenied: 'access-denied',
  UnrecognizedClientException: 'access-denied',
  InvalidSignatureException: 'access-denied',
  ExpiredTokenException: 'access-denied',
  MissingAuthenticationTokenException: 'access-denied',
  CredentialsProviderError: 'no-credentials',
  // Keys of KMS.
  NotFoundException: 'missing',
  DisabledException: 'key-unusable',
  KMSInvalidStateException: 'key-unusable',
  KeyUnavailableException: 'unavailable',
  ResourceNotFoundException: 'missing',
  ThrottlingException: 'throttled',
  Throttling: 'throttled',
  TooManyRequestsException: 'throttled',
  RequestLimitExceeded: 'throttled',
  LimitExceededException: 'throttled',
  TimeoutError: 'network',
  NamespaceNotFound: 'namespace-not-found',
  ServiceNotFound: 'service-not-found',
  InstanceNotFound: 'instance-not-found',
  CustomHealthNotFound: 'no-custom-health',
};

/** Why a call of AWS did not work, in words that are the same for every service. */
export function awsFailure(action: string, error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (!(error instanceof Error)) return new Failure('unexpected', `${action}: ${String(error)}`);
  return new Failure(reasonOf(error), `${action}: ${error.name}: ${error.message}`, { cause: error });
}

function reasonOf(error: Error): string {
  const known = REASONS[error.name];
  if (known !== undefined) return known;
  const status = statusOf(error);
  if (status === 429) return 'throttled';
  if (status === undefined) return 'network';
  return status >= 500 ? 'unavailable' : 'unexpected';
}

function statusOf(error: Error): number | undefined {
  if (!('$metadata' in error) || typeof error.$metadata !== 'object' || error.$metadata === null) return undefined;
  const { $metadata } = error;
  return 'httpStatusCode' in $metadata && typeof $metadata.httpStatusCode === 'number' ? $metadata.httpStatusCode : undefined;
}
