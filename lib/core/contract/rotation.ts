/** The environment of the function that issues certificates. What is per service is in the tags of its secret. */
export type RotationVariables = {
  /** A JSON list of `IssuingAuthority`: all that services shall trust. */
  readonly AUTHORITIES: string;
  /** The name of the authority that issues. */
  readonly ISSUER: string;
  readonly TRUST_DOMAIN: string;
};

/**
 * One with an EC key takes about 900 bytes of the 4 KB that Lambda has for an environment, so four fit; replacing one needs two.
 */
export type IssuingAuthority = {
  readonly name: string;
  /** The root, DER in base64, on one line. */
  readonly certificate: string;
} & AuthoritySource;

/** A key of KMS that signs, or an authority of AWS Private CA. */
export type AuthoritySource = { readonly keyArn: string } | { readonly certificateAuthorityArn: string };

/** Tags of a certificate's secret, which say whose it is. */
export const IDENTITY_TAG = 'cdk-ecs-microservices:identity';
export const DNS_NAME_TAG = 'cdk-ecs-microservices:dns-name';

/** How KMS is asked to sign: keys allow nothing else. https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html */
export const SIGNING_ALGORITHM = 'ECDSA_SHA_256';
export const SIGNED_MESSAGE_TYPE = 'DIGEST';

/**
 * The only template by which AWS Private CA may be asked to issue: others make authorities. It takes the names from the
 * request, and makes a certificate for TLS servers and clients.
 * https://docs.aws.amazon.com/privateca/latest/userguide/template-definitions.html
 */
export function leafTemplateArn(partition: string): string {
  return `arn:${partition}:acm-pca:::template/EndEntityCertificate/V1`;
}
