import { displayValue } from '../../reading/input';
import type { CertificateSettings, IssuerSettings } from '../../model/topology';
import type { Reader } from '../../reading/reader';
import { STRINGS, suggest } from '../../reading/reader';
import { defined } from '../../defined';

/** The one authority of who names none: construct IDs and the root's common name hold it. */
const DEFAULT_AUTHORITY = 'main';

/** The issuing function's environment holds their certificates, and Lambda takes 4 KB. */
const MAX_AUTHORITIES = 4;

/** So much that no account has it: that a new account has none to reserve is a warning (`LAMBDA.reservedConcurrency`). */
const MAX_CONCURRENCY = 1_000_000;

/** Short, since it stands in the common name of a root, which X.520 holds to 64 characters. */
const NAME = /^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$/;
const NAMES = '1 to 20 lower-case letters, digits and hyphens, with no hyphen at either end';

/** https://docs.aws.amazon.com/privateca/latest/APIReference/API_CreateCertificateAuthority.html */
const PRIVATE_CA_ARN = /^arn:aws[a-z-]*:acm-pca:[a-z0-9-]+:\d{12}:certificate-authority\/[A-Za-z0-9-]+$/;

export function parseCertificates(at: Reader): CertificateSettings {
  const fallback: CertificateSettings = { kind: 'kms', authorities: [DEFAULT_AUTHORITY], issuer: DEFAULT_AUTHORITY };
  if (!at.checkFactory('Certificates', 'Certificates.kms(), Certificates.privateCa() or Certificates.none()')) return fallback;
  const kind = at
    .field('kind')
    .required('the kind of certificates', 'use Certificates.kms(), Certificates.privateCa() or Certificates.none()')
    .oneOf(['kms', 'privateCa', 'none'], 'a Certificates');
  if (!at.checkFields(FIELDS[kind ?? 'none'], 'kind')) return fallback;
  if (kind === 'none') return { kind };
  if (kind === 'privateCa') return parsePrivateCa(at);
  return kind === 'kms' ? parseKms(at) : fallback;
}

const ISSUER_FIELDS = ['issuer', 'reservedConcurrentExecutions'] as const;
/** Of every kind. */
export const CERTIFICATE_FIELDS = ['authorities', 'authorityArns', ...ISSUER_FIELDS] as const;
const FIELDS = { kms: ['authorities', ...ISSUER_FIELDS], privateCa: ['authorityArns', ...ISSUER_FIELDS], none: [] } as const;

function parseKms(at: Reader): CertificateSettings {
  const list = at.field('authorities');
  const names = list.items(STRINGS).flatMap((item) => {
    const name = item.required('the name of an authority', 'remove the entry, or name an authority').string();
    return name !== undefined && checkName(name, item) ? [{ name, item }] : [];
  });
  for (const [index, { name, item }] of names.entries()) {
    if (names.slice(0, index).some((other) => other.name === name))
      item.fail('DUPLICATE', `the authority "${name}" is listed twice`, { fix: 'remove one' });
  }
  if (Array.isArray(list.value) && list.value.length === 0)
    list.fail('MISSING', 'certificates need at least one authority', {
      fix: `leave authorities out, or name one, such as ['${DEFAULT_AUTHORITY}']`,
    });
  const authorities = list.absent ? [DEFAULT_AUTHORITY] : [...new Set(names.map(({ name }) => name))].sort();
  checkCount(list, authorities);
  return { kind: 'kms', authorities, issuer: parseIssuer(at.field('issuer'), authorities), ...parseConcurrency(at) };
}

function parsePrivateCa(at: Reader): CertificateSettings {
  const map = at.field('authorityArns');
  const given = map.entries().flatMap(([name, item]) => {
    const arn = item.required('the ARN of a certificate authority', 'remove the entry, or give an ARN').text();
    if (typeof item.value === 'string' && !PRIVATE_CA_ARN.test(item.value))
      item.fail('INVALID_FORMAT', 'is not the ARN of a certificate authority of AWS Private CA', {
        allowed: 'such as "arn:aws:acm-pca:eu-west-1:111122223333:certificate-authority/11111111-2222-3333-4444-555555555555"',
      });
    return checkName(name, item) && arn !== undefined ? [{ name, arn }] : [];
  });
  if (map.empty)
    map.fail('MISSING', 'certificates need at least one authority', { fix: 'leave authorityArns out, to create one, or give an ARN' });
  const authorities = map.absent ? [{ name: DEFAULT_AUTHORITY }] : given.sort((a, b) => (a.name < b.name ? -1 : 1));
  const names = authorities.map(({ name }) => name);
  checkCount(map, names);
  return { kind: 'privateCa', authorities, issuer: parseIssuer(at.field('issuer'), names), ...parseConcurrency(at) };
}

function parseConcurrency(at: Reader): Pick<IssuerSettings, 'reservedConcurrentExecutions'> {
  return defined({ reservedConcurrentExecutions: at.field('reservedConcurrentExecutions').number({ min: 1, max: MAX_CONCURRENCY }) });
}

function checkName(name: string, at: Reader): boolean {
  if (NAME.test(name)) return true;
  at.fail('INVALID_NAME', `${displayValue(name)} cannot be the name of an authority`, { got: null, allowed: NAMES });
  return false;
}

function checkCount(at: Reader, names: readonly string[]): void {
  if (names.length > MAX_AUTHORITIES)
    at.fail('OUT_OF_RANGE', `there are ${names.length} authorities`, {
      got: null,
      allowed: `at most ${MAX_AUTHORITIES}`,
      fix: 'replace one authority after the other',
    });
}

function parseIssuer(at: Reader, names: readonly string[]): string {
  const [first = DEFAULT_AUTHORITY] = names;
  if (at.absent) {
    if (names.length > 1)
      at.fail('MISSING', 'with more than one authority, the one that issues must be named', {
        allowed: names.join(', '),
        fix: 'keep the current issuer for at least twenty minutes after the new authority was deployed',
      });
    return first;
  }
  const issuer = at.string();
  if (issuer === undefined || names.includes(issuer)) return issuer ?? first;
  at.fail('INVALID_VALUE', `there is no authority ${displayValue(issuer)}`, suggest(issuer, names));
  return first;
}
