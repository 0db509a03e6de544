/** The SPIFFE ID of a service. https://github.com/spiffe/spiffe/blob/main/standards/SPIFFE-ID.md */
export function identityOf(trustDomain: string, service: string): string {
  return `${trustPrefix(trustDomain)}${service}`;
}

/** What every identity of a mesh begins with. */
export function trustPrefix(trustDomain: string): string {
  return `spiffe://${trustDomain}/`;
}
