import type { AuthorityProperties } from '../../../lib/core/contract/custom-resources';
import type { Unread } from '../../../lib/core/contract/unread';
import { textProperty } from '../custom-resource-event';

/** Where an authority comes from. */
export type AuthoritySource =
  | { readonly name: string; readonly mesh: string; readonly keyArn: string }
  | { readonly name: string; readonly certificateAuthorityArn: string };

/** @throws Error that says what is wrong with the properties of the custom resource */
export function readAuthoritySource(properties: Unread<AuthorityProperties>): AuthoritySource {
  const name = textProperty(properties, 'Name');
  if ((properties.KeyArn === undefined) === (properties.CertificateAuthorityArn === undefined))
    throw new Error('the resource must have either the property KeyArn or the property CertificateAuthorityArn');
  return properties.KeyArn !== undefined
    ? { name, mesh: textProperty(properties, 'Mesh'), keyArn: textProperty(properties, 'KeyArn') }
    : { name, certificateAuthorityArn: textProperty(properties, 'CertificateAuthorityArn') };
}
