import type { Reader } from '../../../lib/core/reading/reader';
import { boolean, items, oneAlternative, requiredText, section, texts, wholeNumber, word } from '../cloudformation/values';
import type { Certificate, ClientPolicy, ClientTls, ListenerTls, Trust, Validation } from './model';
import { defined } from '../../../lib/core/defined';

/** TLS of listeners and of clients; virtual nodes and virtual gateways have the same. */
export function readListenerTls(at: Reader): ListenerTls | undefined {
  const tls = section(at, ['Mode', 'Certificate', 'Validation']);
  if (tls === undefined) return undefined;
  const mode = word(tls.field('Mode').required('the mode', 'such as STRICT'), ['STRICT', 'PERMISSIVE', 'DISABLED'], 'a mode of TLS');
  const certificate = readCertificate(tls.field('Certificate').required('the certificate', 'give a certificate'), ['ACM', 'File', 'SDS']);
  // A server checks its clients' certificates by a file or SDS, not by ACM.
  const validation = readValidation(tls.field('Validation'), ['File', 'SDS']);
  if (mode === undefined || certificate === undefined) return undefined;
  return { mode, certificate, ...defined({ validation }) };
}

export function readClientPolicy(at: Reader): ClientPolicy | undefined {
  const policy = section(at, ['TLS']);
  if (policy === undefined) return undefined;
  const tls = readClientTls(policy.field('TLS'));
  return tls === undefined ? {} : { tls };
}

/** `BackendDefaults` of nodes and gateways. */
export function readBackendDefaults(at: Reader): ClientPolicy | undefined {
  const defaults = section(at, ['ClientPolicy']);
  return defaults === undefined ? undefined : readClientPolicy(defaults.field('ClientPolicy'));
}

function readClientTls(at: Reader): ClientTls | undefined {
  const tls = section(at, ['Enforce', 'Ports', 'Certificate', 'Validation']);
  if (tls === undefined) return undefined;
  const enforce = boolean(tls.field('Enforce'));
  const ports = tls.field('Ports').absent
    ? undefined
    : items(tls.field('Ports'))
        .flatMap((port) => wholeNumber(port, 1, 65_535) ?? [])
        .sort((a, b) => a - b);
  const certificate = readCertificate(tls.field('Certificate'), ['File', 'SDS']);
  const validation = readValidation(tls.field('Validation').required('what servers must show', 'give Validation with Trust'), [
    'ACM',
    'File',
    'SDS',
  ]);
  if (validation === undefined) return undefined;
  return { ...defined({ enforce, ports, certificate }), validation };
}

function readCertificate(at: Reader, sources: readonly string[]): Certificate | undefined {
  const certificate = section(at, sources);
  const [source, found] = certificate === undefined ? [] : (oneAlternative(certificate, sources) ?? []);
  if (source === undefined || found === undefined) return undefined;
  if (source === 'ACM') {
    const arn = textIn(found, 'CertificateArn');
    return arn === undefined ? undefined : { source: 'acm', arn };
  }
  if (source === 'SDS') return readSecret(found);
  const file = section(found, ['CertificateChain', 'PrivateKey']);
  const certificateChain =
    file === undefined ? undefined : requiredText(file.field('CertificateChain'), 'the path of the certificate chain');
  const privateKey = file === undefined ? undefined : requiredText(file.field('PrivateKey'), 'the path of the private key');
  return certificateChain === undefined || privateKey === undefined ? undefined : { source: 'file', certificateChain, privateKey };
}

function readSecret(at: Reader): { readonly source: 'sds'; readonly secretName: string } | undefined {
  const secretName = textIn(at, 'SecretName');
  return secretName === undefined ? undefined : { source: 'sds', secretName };
}

/** An object with one text in it. */
function textIn(at: Reader, name: string): string | undefined {
  const object = section(at, [name]);
  return object === undefined ? undefined : requiredText(object.field(name), name);
}

function readValidation(at: Reader, sources: readonly string[]): Validation | undefined {
  const validation = section(at, ['Trust', 'SubjectAlternativeNames']);
  if (validation === undefined) return undefined;
  const trust = readTrust(validation.field('Trust').required('whom to trust', `give one of ${sources.join(', ')}`), sources);
  const names = section(validation.field('SubjectAlternativeNames'), ['Match']);
  const match = names === undefined ? undefined : section(names.field('Match').required('the names', 'give Match with Exact'), ['Exact']);
  const exact = match === undefined ? undefined : texts(match.field('Exact').required('the names', 'give Exact'));
  if (trust === undefined) return undefined;
  return { trust, ...defined({ subjectAlternativeNames: exact === undefined ? undefined : [...exact].sort() }) };
}

function readTrust(at: Reader, sources: readonly string[]): Trust | undefined {
  const trust = section(at, sources);
  const [source, found] = trust === undefined ? [] : (oneAlternative(trust, sources) ?? []);
  if (source === undefined || found === undefined) return undefined;
  if (source === 'SDS') return readSecret(found);
  if (source === 'File') {
    const certificateChain = textIn(found, 'CertificateChain');
    return certificateChain === undefined ? undefined : { source: 'file', certificateChain };
  }
  const acm = section(found, ['CertificateAuthorityArns']);
  const arns = acm === undefined ? undefined : texts(acm.field('CertificateAuthorityArns').required('the authorities', 'give their ARNs'));
  return arns === undefined ? undefined : { source: 'acm', arns };
}
