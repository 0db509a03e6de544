/** The root certificate of one authority: made of a key of KMS, or read from an authority of AWS Private CA. */
export const AUTHORITY_RESOURCE = 'Custom::MeshAuthority';

export type AuthorityProperties =
  | {
      /** ECC_NIST_P256, SIGN_VERIFY. */
      readonly KeyArn: string;
      readonly Mesh: string;
      readonly Name: string;
    }
  | { readonly CertificateAuthorityArn: string; readonly Name: string };

export type AuthorityAttributes = {
  /** The root that services shall trust, DER in base64: one line, since CloudFormation puts it into JSON as it is. */
  readonly certificate: string;
  readonly notAfter: string;
};

/** All authorities of a mesh. It makes nothing, but refuses a change that would cut services off from each other. */
export const AUTHORITY_SET_RESOURCE = 'Custom::MeshAuthoritySet';

export type AuthoritySetProperties = {
  readonly Authorities: readonly TrustedAuthority[];
  /** The name of the authority that issues. */
  readonly Issuer: string;
  /** The scope of the mesh (scope.ts), by which its metrics are known. */
  readonly Scope: string;
  /** How long after a change tasks may still hold what was before. @default - SETTLE_SECONDS of issuing.ts */
  readonly SettleSeconds?: string;
};

export type TrustedAuthority = {
  readonly Name: string;
  /** The root, DER in base64, on one line. */
  readonly Certificate: string;
};

export type AuthoritySetAttributes = {
  /** The issuer, once its change was found to be safe. */
  readonly issuer: string;
};

/**
 * The name of a Cloud Map namespace for the API: where an account and Region has a name of a namespace twice, it is another one, and
 * CloudFormation has no attribute for it. https://docs.aws.amazon.com/cloud-map/latest/api/API_HttpProperties.html
 */
export const NAMESPACE_NAME_RESOURCE = 'Custom::MeshNamespaceName';

export type NamespaceNameProperties = {
  readonly NamespaceId: string;
};

export type NamespaceNameAttributes = {
  readonly httpName: string;
};
