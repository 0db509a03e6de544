import { CLIENT_GATEWAY_NAME, clientsDomain } from '../../../lib/core/contract/client';
import { identityParts } from '../../../lib/core/contract/identity';
import { x509 } from './certificate-library';

/** What a leaf is for. */
export interface LeafNames {
  /** `spiffe://<trust domain>/<service>` */
  readonly identity: string;
  readonly dnsName: string;
  /** By which clients outside of the mesh call, with a wildcard; absent: it is not the service that they call through. */
  readonly clientsDnsName?: string;
}

/**
 * The names that go with an identity: nobody chooses them, and who has proved another identity gets none of them.
 *
 * @throws Error if it is none
 */
export function leafNamesOf(identity: string): LeafNames {
  const parts = identityParts(identity);
  if (parts === undefined) throw new Error(`${JSON.stringify(identity)} is not an identity`);
  return {
    identity,
    dnsName: `${parts.service.split('/').reverse().join('.')}.${parts.trustDomain}`,
    ...(parts.service === CLIENT_GATEWAY_NAME ? { clientsDnsName: `*.${clientsDomain(parts.trustDomain)}` } : {}),
  };
}

export function leafSubject({ identity }: LeafNames): x509.Name {
  return new x509.Name([{ CN: [identity.slice(identity.lastIndexOf('/') + 1)] }]);
}

/** One URI and no more, as SPIFFE has it. */
export function leafAlternativeNames({ identity, dnsName, clientsDnsName }: LeafNames): x509.Extension {
  return new x509.SubjectAlternativeNameExtension([
    { type: 'url', value: identity },
    { type: 'dns', value: dnsName },
    ...(clientsDnsName === undefined ? [] : [{ type: 'dns' as const, value: clientsDnsName }]),
  ]);
}
