import type { X509Certificate } from 'node:crypto';
import type { IssuingAuthority, IssuerVariables } from '../../../lib/core/contract/issuing';
import type { KeysOf, Unread } from '../../../lib/core/contract/unread';
import { authorityIdentity } from '../../shared/x509/authority-identity';
import { readOneLineCertificate } from '../x509/one-line-certificate';

interface AnyAuthority {
  readonly name: string;
  /** The root. */
  readonly certificate: X509Certificate;
  readonly identity: string;
}

/** Issues here, with a key that KMS signs with. */
export interface KmsAuthority extends AnyAuthority {
  readonly keyArn: string;
}

/** Issues in AWS Private CA; itself the root, or below it. */
export interface PrivateCaAuthority extends AnyAuthority {
  readonly certificateAuthorityArn: string;
}

export type IssuerAuthority = KmsAuthority | PrivateCaAuthority;

export interface IssuerConfiguration {
  /** All that services shall trust. */
  readonly authorities: readonly IssuerAuthority[];
  /** The one of them that issues. */
  readonly issuer: IssuerAuthority;
  readonly trustDomain: string;
  /** Of the mesh (lib/core/contract/scope.ts); it stands in every proof. */
  readonly scope: string;
  /** By which tasks prove who they are. */
  readonly identityKeyArn: string;
}

/**
 * Reads the function's environment: `IssuerVariables`.
 *
 * @throws Error that says what is wrong
 */
export function readConfiguration(environment: Readonly<Record<string, string | undefined>>): IssuerConfiguration {
  const variable = (name: keyof IssuerVariables): string => {
    const value = environment[name];
    if (value === undefined || value === '') throw new Error(`the environment variable ${name} is missing`);
    return value;
  };
  const authorities = readAuthorities(variable('AUTHORITIES'));
  const issuerName = variable('ISSUER');
  const issuer = authorities.find((authority) => authority.name === issuerName);
  if (issuer === undefined)
    throw new Error(
      `the issuer ${JSON.stringify(issuerName)} is not one of ` +
        `the authorities: ${authorities.map((authority) => authority.name).join(', ')}`,
    );
  return {
    authorities,
    issuer,
    trustDomain: variable('TRUST_DOMAIN'),
    scope: variable('MESH_SCOPE'),
    identityKeyArn: variable('IDENTITY_KEY_ARN'),
  };
}

function readAuthorities(json: string): readonly IssuerAuthority[] {
  const value = parsed(json);
  if (!Array.isArray(value)) throw new Error('the environment variable AUTHORITIES is not a JSON list of { name, keyArn, certificate }');
  return value.map(readAuthority);
}

function readAuthority(value: unknown, index: number): IssuerAuthority {
  const fields: Unread<IssuingAuthority> = typeof value === 'object' && value !== null ? value : {};
  const field = (name: KeysOf<IssuingAuthority>): string => {
    const content = fields[name];
    if (typeof content !== 'string' || content === '')
      throw new Error(`the environment variable AUTHORITIES has no text at [${index}].${name}`);
    return content;
  };
  const certificate = readOneLineCertificate(field('certificate'));
  if (certificate === undefined)
    throw new Error(
      `the environment variable AUTHORITIES has something else than a certificate (DER in base64, on one line) at [${index}].certificate`,
    );
  const authority = { name: field('name'), certificate, identity: authorityIdentity(certificate) };
  if ((fields.keyArn === undefined) === (fields.certificateAuthorityArn === undefined))
    throw new Error(`the environment variable AUTHORITIES must have either keyArn or certificateAuthorityArn at [${index}]`);
  return fields.keyArn !== undefined
    ? { ...authority, keyArn: field('keyArn') }
    : { ...authority, certificateAuthorityArn: field('certificateAuthorityArn') };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
