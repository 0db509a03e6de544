import { identityParts } from '../../../lib/core/contract/identity';

/** What a leaf is for. */
export interface LeafNames {
  /** `spiffe://<trust domain>/<service>` */
  readonly identity: string;
  readonly dnsName: string;
}

/** The names that go with an identity: nobody chooses them. @throws Error if it is none */
export function leafNamesOf(identity: string): LeafNames {
  const parts = identityParts(identity);
  if (parts === undefined) throw new Error(`${JSON.stringify(identity)} is not an identity`);
  return { identity, dnsName: `${parts.service.split('/').reverse().join('.')}.${parts.trustDomain}` };
}

export function commonNameOf({ identity }: LeafNames): string {
  return identity.slice(identity.lastIndexOf('/') + 1);
}
