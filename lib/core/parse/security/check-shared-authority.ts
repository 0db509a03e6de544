import type { CertificateSettings, Warning } from '../../model/topology';

/**
 * An authority that is given by ARN may issue for other meshes, and services are known by root and identity alone. So the
 * domain, which is a part of every identity, must not be one that another mesh gets by the same default.
 */
export function checkSharedAuthority(certificates: CertificateSettings, domain: string, isDefault: boolean): Warning[] {
  if (certificates.kind !== 'privateCa' || !isDefault || certificates.authorities.every(({ arn }) => arn === undefined)) return [];
  return [
    {
      id: 'shared-authority',
      path: 'certificates.authorityArns',
      message:
        `the domain "${domain}" is a default, and another mesh below the same authority may have it, too: then both ` +
        `have the same identities (spiffe://${domain}/<service>), so each may call the other's services. Set domain ` +
        'to a name that no other mesh below the authority has',
    },
  ];
}
