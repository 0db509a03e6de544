/**
 * How a task gets its certificate. It makes a key, and asks the issuing function by Lambda's Invoke; who it is, it proves by KMS:
 * only its IAM role may encrypt with the identity key of the mesh under an encryption context that names its identity.
 */

/** The environment of the function that issues certificates. No service is named in it. */
export type IssuerVariables = {
  /** A JSON list of `IssuingAuthority`: all that services shall trust. */
  readonly AUTHORITIES: string;
  /** The name of the authority that issues. */
  readonly ISSUER: string;
  readonly TRUST_DOMAIN: string;
  /** The scope of the mesh (scope.ts), which stands in every proof. */
  readonly MESH_SCOPE: string;
  /** The ARN of the identity key, by which tasks prove who they are. */
  readonly IDENTITY_KEY_ARN: string;
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

export type IssuingRequest =
  /** Which authorities there are; a task whose certificate is of others asks for a new one. */
  | { readonly action: 'authorities' }
  | {
      readonly action: 'issue';
      /** The SPIFFE ID that the proof is for. */
      readonly identity: string;
      /** PKCS#10, PEM: of the key that the certificate is for, and signed by it. */
      readonly csr: string;
      /** A `ProofContent` as JSON, encrypted under `proofContext`, in base64. */
      readonly proof: string;
      /** The ID of KMS's answer, by which CloudTrail has the role that made the proof. For the log alone. */
      readonly proofRequestId?: string;
    };

export type IssuingAnswer =
  | {
      readonly outcome: 'authorities';
      /** See `authoritiesDigest` of programs/shared/x509/authorities.ts. */
      readonly authorities: string;
    }
  | {
      readonly outcome: 'issued';
      /** PEM, leaf first, no root. */
      readonly certificateChain: string;
      /** PEM, roots. */
      readonly trustBundle: string;
    }
  | {
      readonly outcome: 'refused';
      readonly reason: IssuingRefusal;
      /** One sentence without a full stop. */
      readonly message: string;
    };

export type IssuingRefusal =
  /** The request is not one. */
  | 'malformed'
  /** The identity is none of the mesh's. */
  | 'foreign-identity'
  /** KMS says that the proof was not made for this mesh and this identity. */
  | 'not-proven'
  /** The proof is too old, or from a clock that is wrong. */
  | 'proof-expired'
  /** The proof is of another key than the request. */
  | 'proof-of-another-key'
  /** The request is not signed by its own key, or its key is not EC P-256. */
  | 'bad-request-key'
  /** The request asks for names that are not those of the identity. */
  | 'other-names';

/** What a task encrypts. */
export type ProofContent = {
  /** SHA-256 of the public key (SubjectPublicKeyInfo, DER), in hexadecimal. */
  readonly keyHash: string;
  /** By the task's clock, as ISO 8601. */
  readonly issuedAt: string;
  /** The ARN of the ECS task, as it says itself; for the log alone. */
  readonly task?: string;
};

/** How far `issuedAt` may be from the function's clock. A proof that somebody else finds is of no use after that. */
export const PROOF_WINDOW_MS = 5 * 60 * 1000;

/** Fields of the encryption context of a proof: all of them, and no other. */
export const PROOF_CONTEXT_FIELDS = ['identity', 'mesh'] as const;
export type ProofContext = Readonly<Record<(typeof PROOF_CONTEXT_FIELDS)[number], string>>;

/** @param scope of the mesh (scope.ts) */
export function proofContext(scope: string, identity: string): ProofContext {
  return { identity, mesh: scope };
}

/**
 * The tag of a role that holds the identity which its tasks may prove. The key's policy compares the two, so that `kms:Encrypt` on
 * every key, which some role of the account may have, proves nothing.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/access_iam-tags.html
 */
export const IDENTITY_TAG = 'cdk-ecs-microservices-identity';

/**
 * The tag of the same role that holds the scope of its mesh (scope.ts): services of two meshes may have one identity, and a role that
 * may use every key and function of the account is to be somebody in its own mesh only.
 */
export const MESH_TAG = 'cdk-ecs-microservices-mesh';

const DAY_SECONDS = 24 * 60 * 60;

/** How long a certificate is valid. */
export const LIFETIME_SECONDS = 7 * DAY_SECONDS;

/** How old a certificate is when its task asks for the next one. */
export const RENEW_AFTER_SECONDS = 2 * DAY_SECONDS;

/** By which share of that it may be later, so that tasks which started together do not renew together. */
export const RENEWAL_SPREAD = 0.2;

/**
 * How long a certificate of AWS Private CA is valid. An authority in short-lived mode issues for 7 days at most, and AWS lets a
 * certificate begin an hour ago. https://docs.aws.amazon.com/privateca/latest/userguide/short-lived-certificates.html
 */
export const PRIVATE_CA_LIFETIME_DAYS = 6;

/** How old it is when it is replaced: each costs money. https://aws.amazon.com/private-ca/pricing/ */
export const PRIVATE_CA_RENEW_AFTER_SECONDS = (PRIVATE_CA_LIFETIME_DAYS / 2) * DAY_SECONDS;

/** How long a task waits for a certificate: AWS Private CA may take half a minute. */
export const ISSUE_TIMEOUT_SECONDS = 40;

/** How long the function may run. Longer than a task waits, so that what was paid for is not lost in the last second. */
export const ISSUER_TIMEOUT_SECONDS = 45;

/** How often a task asks whether the authorities have changed. */
export const CHECK_SECONDS = 300;

/**
 * When every task that reaches the function has the certificate and the authorities of a change, and has reported so: the time that a
 * deployment takes to change the function, a check with its jitter, and a report that has arrived. A mesh whose proxies take longer
 * has a time of its own.
 */
export const SETTLE_SECONDS = 1200;

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
