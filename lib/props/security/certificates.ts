import { factoryInput } from '../factory-input';

/**
 * Options of `Certificates.kms()`.
 *
 * @example
 * const replacing: KmsCertificatesOptions = { authorities: ['main', '2027'], issuer: 'main' };
 */
export interface KmsCertificatesOptions {
  /**
   * Authorities that all services trust, 1 to 4, each with a KMS key of its own. A name has 1 to 20 lower-case
   * letters, digits and hyphens. More than one is for replacing an authority, in three deployments, at least twenty minutes
   * apart: add the new one; make it the `issuer`; remove the old one. A deployment that would cut services off from each
   * other fails, and says when to try again.
   *
   * @default - ['main']
   */
  readonly authorities?: string[];

  /**
   * Authority that issues certificates, one of `authorities`.
   *
   * @default - the only one; must be given if there are more
   */
  readonly issuer?: string;

  /**
   * Concurrent executions reserved for the Lambda function that issues certificates, from 1 to 1,000: no more certificates than
   * that are issued at a time, and nothing else in the account can use these executions. Tasks whose request is throttled try
   * again: with 10 executions of 0.3 seconds, 200 tasks that start at once have their certificates within half a minute. AWS Private
   * CA can take longer to issue.
   *
   * An account must keep at least 100 executions that are not reserved, so a new account, whose limit can be 10, has none to reserve.
   *
   * @default - none are reserved; the function shares the concurrency of the account
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
   */
  readonly reservedConcurrentExecutions?: number;
}

/**
 * Options of `Certificates.privateCa()`.
 *
 * @example
 * const corporate: PrivateCaCertificatesOptions = {
 *   authorityArns: { corporate: 'arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/11111111-2222-3333-4444-555555555555' },
 * };
 */
export interface PrivateCaCertificatesOptions {
  /**
   * ARNs of the certificate authorities whose roots all services trust, 1 to 4, by a name of your own: 1 to 20
   * lower-case letters, digits and hyphens. They must be active, and in the account and region of the stack. More than
   * one is for replacing an authority: see `KmsCertificatesOptions.authorities`. Their roots together must fit into the
   * 4 KB of a Lambda function's environment: two of EC or RSA-2048 keys do, two of RSA-4096 do not. CDK tokens may
   * stand in the values.
   *
   * Whoever may issue from an authority can issue every identity of the mesh. Two meshes with the same `domain` below one
   * authority have the same identities, so each may call the other's services: set `domain`, and give every mesh another
   * one. While `domain` is the default, the warning `shared-authority` says so.
   *
   * @default - a root authority in short-lived mode is created (about $50 a month)
   * @see https://docs.aws.amazon.com/privateca/latest/userguide/short-lived-certificates.html
   */
  readonly authorityArns?: { readonly [name: string]: string };

  /**
   * Authority that issues certificates, one of the names in `authorityArns`.
   *
   * @default - the only one; must be given if there are more
   */
  readonly issuer?: string;

  /**
   * Concurrent executions reserved for the Lambda function that issues certificates, from 1 to 1,000: no more certificates than
   * that are issued at a time, and nothing else in the account can use these executions. Tasks whose request is throttled try
   * again: with 10 executions of 0.3 seconds, 200 tasks that start at once have their certificates within half a minute. AWS Private
   * CA can take longer to issue.
   *
   * An account must keep at least 100 executions that are not reserved, so a new account, whose limit can be 10, has none to reserve.
   *
   * @default - none are reserved; the function shares the concurrency of the account
   * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
   */
  readonly reservedConcurrentExecutions?: number;
}

/**
 * Issuer of the certificates of mutual TLS between services. Each task makes a key of its own, proves by its IAM role that it is
 * `spiffe://<domain>/<service>`, and gets a certificate for that identity. The key never leaves the task, and nothing is stored
 * outside of it. Certificates are valid for 7 days and renewed after 2.
 *
 * @example
 * const props: MicroservicesProps = { services, certificates: Certificates.kms() };
 */
export class Certificates {
  /**
   * Private authority whose key never leaves AWS KMS (about $1 a month, and as much for the identity key, by which tasks prove who
   * they are). Only the functions of the mesh can sign with the authority's key; IAM policies in the account can allow its
   * administration, no more.
   */
  public static kms(options: KmsCertificatesOptions = {}): Certificates {
    // From JavaScript, null may stand where the default does not reach.
    return new Certificates('kms', options ?? {});
  }

  /**
   * AWS Private CA: an authority of your own, or one that is created here in short-lived mode. Each certificate costs about
   * $0.06, so these are valid for 6 days and renewed after 3: ten a month for each task, and one whenever a task starts.
   *
   * @see https://aws.amazon.com/private-ca/pricing/
   */
  public static privateCa(options: PrivateCaCertificatesOptions = {}): Certificates {
    return new Certificates('privateCa', options ?? {});
  }

  /**
   * No certificates: calls between tasks are plain text, and callers are not authenticated. A warning says what is lost.
   * Changing to or from this on a running mesh interrupts calls until all tasks are replaced.
   */
  public static none(): Certificates {
    return new Certificates('none', {});
  }

  /** @internal */
  public readonly _type = 'Certificates';

  private constructor(
    private readonly kind: string,
    private readonly options: object,
  ) {}

  /** @internal */
  public _input(): unknown {
    return factoryInput(this.options, { kind: this.kind });
  }
}
