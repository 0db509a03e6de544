/** A certificate that an Envoy presents to others. */
export interface PresentedCertificate {
  /** Such as `spiffe://shop.internal/ui`. */
  readonly identity: string;
  readonly serial: string;
  /** Milliseconds since 1970. */
  readonly validFrom: number;
  readonly expires: number;
}

export const CERTIFICATES_PATH = '/certs';

/**
 * The certificates with an identity of a mesh, each once: Envoy lists them for each place that has them.
 * https://www.envoyproxy.io/docs/envoy/latest/api-v3/admin/v3/certs.proto
 *
 * @param text what Envoy answers to `CERTIFICATES_PATH`
 * @throws if it is no such answer
 */
export function readCertificates(text: string): readonly PresentedCertificate[] {
  const { certificates = [] } = JSON.parse(text) as { readonly certificates?: readonly Listed[] };
  const found = certificates
    .flatMap(({ cert_chain: chain = [] }) => chain)
    .flatMap(({ subject_alt_names: names = [], serial_number: serial = '', valid_from: from = '', expiration_time: expires = '' }) => {
      const identity = names.find(({ uri }) => uri?.startsWith('spiffe://') === true)?.uri;
      return identity === undefined ? [] : [{ identity, serial, validFrom: Date.parse(from), expires: Date.parse(expires) }];
    });
  return [...new Map(found.map((certificate) => [`${certificate.serial} ${certificate.identity}`, certificate])).values()];
}

interface Listed {
  readonly cert_chain?: readonly {
    readonly serial_number?: string;
    readonly subject_alt_names?: readonly { readonly uri?: string }[];
    readonly valid_from?: string;
    readonly expiration_time?: string;
  }[];
}
