import type { X509Certificate } from 'node:crypto';
import type { IssuingAuthority, RotationVariables } from '../../../lib/core/contract/rotation';
import type { KeysOf, Unread } from '../../../lib/core/contract/unread';
import { authorityIdentity } from '../x509/authority-identity';
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

export type RotationAuthority = KmsAuthority | PrivateCaAuthority;

export interface RotationConfiguration {
  /** All that services shall trust. */
  readonly authorities: readonly RotationAuthority[];
  /** The one of them that issues. */
  readonly issuer: RotationAuthority;
  readonly trustDomain: string;
}

/**
 * Reads the function's environment: `RotationVariables`.
 *
 * @throws Error that says what is wrong
 */
export function readConfiguration(environment: Readonly<Record<string, string | undefined>>): RotationConfiguration {
  const variable = (name: keyof RotationVariables): string => {
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
  return { authorities, issuer, trustDomain: variable('TRUST_DOMAIN') };
}

function readAuthorities(json: string): readonly RotationAuthority[] {
  const value = parsed(json);
  if (!Array.isArray(value)) throw new Error('the environment variable AUTHORITIES is not a JSON list of { name, keyArn, certificate }');
  return value.map(readAuthority);
}

function readAuthority(value: unknown, index: number): RotationAuthority {
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
