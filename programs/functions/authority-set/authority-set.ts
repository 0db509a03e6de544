import type { X509Certificate } from 'node:crypto';
import type { AuthoritySetProperties, TrustedAuthority } from '../../../lib/core/contract/custom-resources';
import type { Unread } from '../../../lib/core/contract/unread';
import { SETTLE_SECONDS } from '../../../lib/core/contract/issuing';
import { textProperty } from '../custom-resource-event';
import { authorityIdentity } from '../../shared/x509/authority-identity';
import { readOneLineCertificate } from '../x509/one-line-certificate';

export interface Authority {
  readonly name: string;
  readonly certificate: X509Certificate;
  readonly identity: string;
}

/** What the mesh trusts, and who issues. */
export interface AuthoritySet {
  readonly authorities: readonly Authority[];
  readonly issuer: Authority;
  /** By which the metrics of the mesh are known; undefined in what an earlier version of the library has written. */
  readonly scope: string | undefined;
  /** How long after a change tasks may still hold the certificate and the bundle of before. */
  readonly settleMs: number;
}

/** @throws Error that says what is wrong with the properties of the custom resource */
export function readAuthoritySet(properties: Unread<AuthoritySetProperties>): AuthoritySet {
  const authorities = list(properties, 'Authorities').map(readAuthority);
  const names = authorities.map((authority) => authority.name);
  if (new Set(names).size !== names.length) throw new Error(`two authorities have the same name: ${names.join(', ')}`);
  const issuerName = textProperty(properties, 'Issuer');
  const issuer = authorities.find((authority) => authority.name === issuerName);
  if (issuer === undefined) throw new Error(`the issuer ${JSON.stringify(issuerName)} is not one of the authorities: ${names.join(', ')}`);
  const settleSeconds = Number(properties.SettleSeconds ?? SETTLE_SECONDS);
  if (!Number.isFinite(settleSeconds) || settleSeconds < 0)
    throw new Error('the property SettleSeconds of the resource must be a number of seconds');
  return { authorities, issuer, scope: scopeIn(properties), settleMs: settleSeconds * 1000 };
}

/** Earlier, meshes with one domain had their metrics together: their dimension was the trust domain. */
export function scopeIn(properties: Unread<AuthoritySetProperties> & { readonly TrustDomain?: unknown }): string | undefined {
  if (properties.Scope !== undefined) return textProperty(properties, 'Scope');
  return properties.TrustDomain === undefined ? undefined : textProperty(properties, 'TrustDomain');
}

function readAuthority(value: unknown): Authority {
  if (typeof value !== 'object' || value === null)
    throw new Error('the property Authorities of the resource must be a list of { Name, Certificate }');
  const properties: Unread<TrustedAuthority> = value;
  const name = textProperty(properties, 'Name');
  const certificate = readOneLineCertificate(textProperty(properties, 'Certificate'));
  if (certificate === undefined)
    throw new Error(`the certificate of the authority ${JSON.stringify(name)} is not one in DER in base64, on one line`);
  return { name, certificate, identity: authorityIdentity(certificate) };
}

function list(properties: Unread<AuthoritySetProperties>, name: keyof AuthoritySetProperties): readonly unknown[] {
  const value = properties[name];
  if (!Array.isArray(value)) throw new Error(`the property ${name} of the resource must be a list`);
  return value;
}
