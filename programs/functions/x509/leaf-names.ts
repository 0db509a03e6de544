import { x509 } from './certificate-library';

/** What a leaf is for. */
export interface LeafNames {
  /** `spiffe://<trust domain>/<service>` */
  readonly identity: string;
  readonly dnsName: string;
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
