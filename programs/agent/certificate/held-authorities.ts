import type { X509Svid } from '../../shared/svid';
import { isIssuedBy, readPemCertificates } from '../../shared/svid';
import { authoritiesDigest } from '../../shared/x509/authorities';

/** Of the authorities that the certificate comes from and the task trusts, as the issuing function names them; empty if that cannot be. */
export function heldAuthorities({ certificateChain, trustBundle }: X509Svid): string {
  const roots = readPemCertificates(trustBundle) ?? [];
  const last = readPemCertificates(certificateChain)?.at(-1);
  const issuer = last === undefined ? undefined : roots.find((root) => isIssuedBy(last, root));
  return issuer === undefined ? '' : authoritiesDigest(issuer, roots);
}
