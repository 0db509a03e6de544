/**
 * Certificate authorities that are trusted to have issued the certificate of an external service.
 *
 * @example
 * const bank: ExternalServiceProps = { host: 'api.bank.example', trust: TrustedAuthorities.file('/etc/ssl/bank.pem') };
 */
export class TrustedAuthorities {
  /**
   * Authorities that the Envoy image trusts: the file /etc/ssl/certs/ca-certificates.crt, as in docker.io/envoyproxy/envoy and
   * other images made from Debian or Ubuntu. With an image of your own that has it elsewhere, use `file`.
   */
  public static public(): TrustedAuthorities {
    return new TrustedAuthorities({});
  }

  /**
   * Authorities in a file of the Envoy image. Envoy does not start without it.
   *
   * @param path absolute; certificates in PEM
   */
  public static file(path: string): TrustedAuthorities {
    return new TrustedAuthorities({ file: path });
  }

  /**
   * Authorities in this text, and no others. It becomes a part of the task definition of each caller, which is limited to
   * 64 KiB in all.
   *
   * @param text certificates in PEM, known when the app is synthesized; never a private key
   */
  public static pem(text: string): TrustedAuthorities {
    return new TrustedAuthorities({ pem: text });
  }

  /** @internal */
  public readonly _type = 'TrustedAuthorities';

  private constructor(private readonly source: { readonly file?: string; readonly pem?: string }) {}

  /** @internal */
  public _input(): unknown {
    return { ...this.source };
  }
}
