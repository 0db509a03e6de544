import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';

/**
 * What a task presents and trusts: the certificate of its identity with its key, and the roots of the mesh. SPIFFE calls it an
 * X.509-SVID. This file imports nothing but Node.js, since it goes into the agent's bundle.
 * https://github.com/spiffe/spiffe/blob/main/standards/X509-SVID.md
 */
export interface X509Svid {
  /** `spiffe://<trust domain>/<service>` */
  readonly identity: string;
  /** PKCS#8 PEM, EC P-256. */
  readonly privateKey: string;
  /** PEM, leaf first, no root. */
  readonly certificateChain: string;
  /** PEM roots, one or more: more than one while an authority is replaced by another. */
  readonly trustBundle: string;
}

export type RefusalReason =
  | 'malformed'
  | 'wrong-identity'
  | 'wrong-key-type'
  | 'key-mismatch'
  | 'wrong-usage'
  | 'not-yet-valid'
  | 'expired'
  | 'not-a-ca'
  | 'untrusted';

export interface Refusal {
  /** Stable: logs, metrics and tests may match on it. */
  readonly reason: RefusalReason;
  /** One sentence without a full stop; never holds key material. */
  readonly message: string;
}

export interface Leaf {
  /** Hexadecimal, upper case, as `openssl x509 -serial` and Envoy's `/certs` (there lower case) have it. */
  readonly serialNumber: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SHA-256 of the certificate, upper-case hexadecimal with colons. */
  readonly fingerprint: string;
}

export type SvidCheck =
  { readonly ok: true; readonly svid: X509Svid; readonly leaf: Leaf } | { readonly ok: false; readonly refusal: Refusal };

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/** Whether a service may present it: nothing that this refuses may reach a proxy. */
export function checkSvid(svid: X509Svid, expected: { readonly identity: string; readonly now: Date }): SvidCheck {
  try {
    if (svid.identity !== expected.identity)
      refuse('wrong-identity', `the certificate is for ${JSON.stringify(svid.identity)}, expected ${JSON.stringify(expected.identity)}`);
    const [leaf, ...intermediates] = certificatesIn('the chain', svid.certificateChain);
    const roots = certificatesIn('the trust bundle', svid.trustBundle);
    checkKey(svid.privateKey, leaf);
    checkIdentity(leaf, expected.identity);
    checkUsage(leaf);
    checkDates('the certificate', leaf, expected.now);
    checkRoots(roots);
    checkChain([leaf, ...intermediates], roots, expected.now);
    return { ok: true, svid, leaf: { serialNumber: leaf.serialNumber, ...validityOf(leaf), fingerprint: leaf.fingerprint256 } };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, refusal: error.refusal };
    throw error;
  }
}

/** The dates of a certificate; Node.js 20 has them as text only. */
export function validityOf(certificate: X509Certificate): { readonly notBefore: Date; readonly notAfter: Date } {
  return { notBefore: new Date(certificate.validFrom), notAfter: new Date(certificate.validTo) };
}

/** Whether `issuer` signed `certificate`: by name, key identifier, the right to sign, and the signature itself. */
export function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

/** The certificates of a PEM text, which holds nothing else; undefined if it is anything else. */
export function readPemCertificates(pem: string): readonly [X509Certificate, ...X509Certificate[]] | undefined {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g) ?? [];
  // A private key or a second kind of block in here would be handed on to whoever gets the certificates.
  const rest = blocks.reduce((text, block) => text.replace(block, ''), pem);
  if (rest.trim() !== '') return undefined;
  try {
    const [first, ...others] = blocks.map((block) => new X509Certificate(block));
    return first === undefined ? undefined : [first, ...others];
  } catch {
    return undefined;
  }
}

class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
  }
}

function refuse(reason: RefusalReason, message: string): never {
  throw new Refused({ reason, message });
}

function certificatesIn(what: string, pem: string): readonly [X509Certificate, ...X509Certificate[]] {
  return readPemCertificates(pem) ?? refuse('malformed', `${what} is not one or more PEM certificates and nothing else`);
}

function checkKey(pem: string, leaf: X509Certificate): void {
  const key = privateKeyIn(pem);
  if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    refuse('wrong-key-type', 'the private key is not an EC key on the curve P-256');
  if (!leaf.checkPrivateKey(key)) refuse('key-mismatch', 'the private key does not belong to the certificate');
}

function privateKeyIn(pem: string): KeyObject {
  if (!pem.trimStart().startsWith('-----BEGIN PRIVATE KEY-----')) refuse('malformed', 'the private key is not a PKCS#8 PEM key');
  try {
    return createPrivateKey(pem);
  } catch {
    return refuse('malformed', 'the private key is not a PKCS#8 PEM key');
  }
}

function checkIdentity(leaf: X509Certificate, identity: string): void {
  const names = leaf.subjectAltName ?? '';
  // Node.js quotes a name only if it holds a comma or a quote; no name of ours does, and inside quotes ", URI:" means nothing.
  const uris = names.includes('"')
    ? []
    : names
        .split(', ')
        .filter((name) => name.startsWith('URI:'))
        .map((name) => name.slice('URI:'.length));
  if (uris.length !== 1 || uris[0] !== identity) {
    refuse(
      'wrong-identity',
      `the certificate must have exactly the URI name ${JSON.stringify(identity)}, its alternative names are ${JSON.stringify(names)}`,
    );
  }
}

function checkUsage(leaf: X509Certificate): void {
  // keyUsage of Node.js is the extended key usage.
  const usages: readonly string[] = leaf.keyUsage ?? [];
  if (leaf.ca) refuse('wrong-usage', 'the certificate is of an authority, not of a service');
  if (!usages.includes(SERVER_AUTH) || !usages.includes(CLIENT_AUTH))
    refuse('wrong-usage', 'the certificate is not for both TLS servers and TLS clients');
}

function checkDates(what: string, certificate: X509Certificate, now: Date): void {
  const { notBefore, notAfter } = validityOf(certificate);
  if (now < notBefore) refuse('not-yet-valid', `${what} is valid from ${notBefore.toISOString()} on, now is ${now.toISOString()}`);
  if (now > notAfter) refuse('expired', `${what} expired at ${notAfter.toISOString()}, now is ${now.toISOString()}`);
}

function checkRoots(roots: readonly X509Certificate[]): void {
  for (const root of roots) {
    if (!root.ca) refuse('not-a-ca', `${nameOf(root)} in the trust bundle is not an authority`);
    if (!isIssuedBy(root, root)) refuse('not-a-ca', `${nameOf(root)} in the trust bundle is not a root: it is not signed by itself`);
  }
}

function checkChain(chain: readonly X509Certificate[], roots: readonly X509Certificate[], now: Date): void {
  chain.forEach((certificate, index) => {
    const next = chain[index + 1];
    if (next === undefined) checkTrust(certificate, roots, now);
    else if (!next.ca) refuse('untrusted', `${nameOf(next)} in the chain is not an authority`);
    else if (!isIssuedBy(certificate, next))
      refuse('untrusted', `the chain is broken: ${nameOf(certificate)} is not issued by ${nameOf(next)}`);
    else checkDates(`the authority ${nameOf(next)}`, next, now);
  });
}

function checkTrust(last: X509Certificate, roots: readonly X509Certificate[], now: Date): void {
  const issuers = roots.filter((root) => isIssuedBy(last, root));
  const [first] = issuers;
  if (first === undefined)
    refuse('untrusted', `no root of the trust bundle issued the chain: its issuer is ${JSON.stringify(last.issuer)}`);
  // Two certificates of one authority may be in the bundle; one that is valid now is enough.
  if (!issuers.some((root) => isValidAt(root, now))) checkDates(`the root ${nameOf(first)}`, first, now);
}

function isValidAt(certificate: X509Certificate, now: Date): boolean {
  const { notBefore, notAfter } = validityOf(certificate);
  return notBefore <= now && now <= notAfter;
}

function nameOf(certificate: X509Certificate): string {
  return JSON.stringify(
    certificate.subject === undefined || certificate.subject === '' ? `serial ${certificate.serialNumber}` : certificate.subject,
  );
}
