import type { CertificateAuthority, SigningAlgorithm } from '@aws-sdk/client-acm-pca';

const BY_KEY: Readonly<Record<string, SigningAlgorithm | undefined>> = {
  EC_prime256v1: 'SHA256WITHECDSA',
  EC_secp384r1: 'SHA384WITHECDSA',
  EC_secp521r1: 'SHA512WITHECDSA',
  RSA_2048: 'SHA256WITHRSA',
  RSA_3072: 'SHA256WITHRSA',
  RSA_4096: 'SHA256WITHRSA',
};

/** What an authority signs certificates with. It follows from its key; what it was made with is how its own CSR was signed. */
export function signingAlgorithmOf({
  Arn: arn = '',
  CertificateAuthorityConfiguration: configuration,
}: CertificateAuthority): SigningAlgorithm {
  const key = configuration?.KeyAlgorithm ?? 'of no kind';
  const algorithm = BY_KEY[key];
  if (algorithm === undefined)
    throw new Error(`the key of the authority ${arn} is ${key}; the mesh takes certificates by ${Object.keys(BY_KEY).join(', ')}`);
  return algorithm;
}
