/** The SPIFFE ID of a service. https://github.com/spiffe/spiffe/blob/main/standards/SPIFFE-ID.md */
export function identityOf(trustDomain: string, service: string): string {
  return `${trustPrefix(trustDomain)}${service}`;
}

/** What every identity of a mesh begins with. */
export function trustPrefix(trustDomain: string): string {
  return `${SCHEME}${trustDomain}/`;
}

const SCHEME = 'spiffe://';
const IDENTITY = new RegExp(`^${SCHEME}([a-z0-9._-]+)/([A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)*)$`);

/** Undefined for anything that is not an identity. */
export function identityParts(uri: string): { readonly trustDomain: string; readonly service: string } | undefined {
  const [, trustDomain, service] = IDENTITY.exec(uri) ?? [];
  return trustDomain === undefined || service === undefined ? undefined : { trustDomain, service };
}
