import { textProperty } from '../custom-resource-event';

/** Where an authority comes from. */
export type AuthoritySource =
  | { readonly name: string; readonly mesh: string; readonly keyArn: string }
  | { readonly name: string; readonly certificateAuthorityArn: string };

/** @throws Error that says what is wrong with the properties of the custom resource */
export function readAuthoritySource(properties: Readonly<Record<string, unknown>>): AuthoritySource {
  const name = textProperty(properties, 'Name');
  if (('KeyArn' in properties) === ('CertificateAuthorityArn' in properties)) throw new Error('the resource must have either the property KeyArn or the property CertificateAuthorityArn');
  return 'KeyArn' in properties
    ? { name, mesh: textProperty(properties, 'Mesh'), keyArn: textProperty(properties, 'KeyArn') }
    : { name, certificateAuthorityArn: textProperty(properties, 'CertificateAuthorityArn') };
}
