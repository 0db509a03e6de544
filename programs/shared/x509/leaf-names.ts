import { identityParts } from '../../../lib/core/contract/identity';
import { x509 } from './certificate-library';

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

export function leafSubject({ identity }: LeafNames): x509.Name {
  return new x509.Name([{ CN: [identity.slice(identity.lastIndexOf('/') + 1)] }]);
}

/** One URI and no more, as SPIFFE has it. */
export function leafAlternativeNames({ identity, dnsName }: LeafNames): x509.Extension {
  return new x509.SubjectAlternativeNameExtension([
    { type: 'url', value: identity },
    { type: 'dns', value: dnsName },
  ]);
}
