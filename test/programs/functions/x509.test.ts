import { execFileSync, spawnSync } from 'node:child_process';
import type { X509Certificate } from 'node:crypto';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authorityIdentity } from '../../../programs/shared/x509/authority-identity';
import { kmsSigner } from '../../../programs/functions/x509/kms-signer';
import { issueLeafCertificate, type LeafRequest } from '../../../programs/functions/x509/leaf-certificate';
import { makeRootCertificate } from '../../../programs/functions/x509/root-certificate';
import { localSigner } from '../../../programs/functions/x509/signer';
import { isIssuedBy, validityOf } from '../../../programs/shared/svid';
import { identityOf, makeAuthority, newLeaf, type TestAuthority } from './support/authorities';
import { FakeKms } from '../../../programs/emulator/aws/fake-kms';

const DAY_MS = 86_400_000;

const NOW = new Date();
const ORDERS = newLeaf('orders', NOW).request;

let folder: string;
let authority: TestAuthority;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'x509-'));
  authority = await makeAuthority('a', NOW);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function fileOf(name: string, certificate: X509Certificate): string {
  const path = join(folder, `${name}.pem`);
  writeFileSync(path, certificate.toString());
  return path;
}

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenssl) process.stderr.write('\n!!! CERTIFICATES ARE NOT CHECKED BY OPENSSL: install openssl\n\n');
const withOpenssl = hasOpenssl || process.env['CI'] === 'true' ? test : test.skip;

/** The certificate as openssl reads it, one line a line of its output, without colons' lines that hold keys. */
function textOf(certificate: X509Certificate): string {
  return execFileSync('openssl', ['x509', '-noout', '-text', '-in', fileOf('text', certificate)], { encoding: 'utf8' }).replace(
    /\s*\n\s*/g,
    '\n',
  );
}

function opensslVerify(leaf: X509Certificate, roots: readonly X509Certificate[], purpose: string): string {
  const bundle = join(folder, 'bundle.pem');
  writeFileSync(bundle, roots.map((root) => root.toString()).join(''));
  const result = spawnSync('openssl', ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', bundle, fileOf('leaf', leaf)], {
    encoding: 'utf8',
  });
  return `${result.stdout}${result.stderr}`;
}

describe('a root', () => {
  withOpenssl('is a self-signed authority that may sign certificates and nothing else, for ten years', () => {
    const root = authority.certificate;
    expect(root.ca).toBe(true);
    expect(isIssuedBy(root, root)).toBe(true);
    const text = textOf(root);
    expect(text).toContain('Subject: CN = shop CA a');
    expect(text).toContain('Issuer: CN = shop CA a');
    expect(text).toContain('X509v3 Basic Constraints: critical\nCA:TRUE, pathlen:0');
    expect(text).toContain('X509v3 Key Usage: critical\nCertificate Sign, CRL Sign');
    expect(text).toContain('X509v3 Subject Key Identifier:');
    expect(text).toContain('Signature Algorithm: ecdsa-with-SHA256');
    expect(text).toContain('ASN1 OID: prime256v1');
    const { notBefore, notAfter } = validityOf(root);
    expect(notAfter.getUTCFullYear() - notBefore.getUTCFullYear()).toBe(10);
    expect(notBefore.getTime()).toBeLessThanOrEqual(NOW.getTime() - 5 * 60 * 1000);
  });

  withOpenssl('is the same but for its signature each time that it is made from a key', async () => {
    const key = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const request = { mesh: 'shop', name: 'a', publicKey: key.publicKey.export({ format: 'der', type: 'spki' }), createdAt: NOW };
    const [first, second] = [
      await makeRootCertificate(request, localSigner(key.privateKey)),
      await makeRootCertificate(request, localSigner(key.privateKey)),
    ];
    const unsigned = (root: X509Certificate) => textOf(root).replace(/Signature Value:[^]*/, '');
    expect(first.raw.equals(second.raw)).toBe(false);
    expect(unsigned(second)).toBe(unsigned(first));
    expect(authorityIdentity(second)).toBe(authorityIdentity(first));
    const leaf = await issueLeafCertificate(ORDERS, { certificate: first, signer: localSigner(key.privateKey) });
    expect(opensslVerify(leaf, [second], 'sslserver')).toMatch(/: OK/);
    expect(authorityIdentity((await makeAuthority('a', NOW)).certificate)).not.toBe(authorityIdentity(first));
  });

  test('fails if its name is longer than X.509 allows', async () => {
    await expect(makeAuthority('x'.repeat(60), NOW)).rejects.toThrow('has 68 characters; X.509 allows 64');
  });

  test('fails if its key is on another curve', async () => {
    const key = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
    await expect(
      makeRootCertificate(
        { mesh: 'shop', name: 'a', publicKey: key.publicKey.export({ format: 'der', type: 'spki' }), createdAt: NOW },
        localSigner(key.privateKey),
      ),
    ).rejects.toThrow('not an EC key on the curve P-256');
  });
});

describe('a leaf', () => {
  withOpenssl('is for one service, as a server and as a client, for seven days', async () => {
    const certificate = await issueLeafCertificate(ORDERS, authority);
    const text = textOf(certificate);
    expect(text).toContain('Subject: CN = orders');
    expect(text).toContain('X509v3 Basic Constraints: critical\nCA:FALSE');
    expect(text).toContain('X509v3 Key Usage: critical\nDigital Signature\n');
    expect(text).toContain('X509v3 Extended Key Usage:\nTLS Web Server Authentication, TLS Web Client Authentication');
    expect(text).toContain('X509v3 Subject Alternative Name:\nURI:spiffe://shop.internal/orders, DNS:orders.shop.internal\n');
    expect(text).toContain('X509v3 Authority Key Identifier:');
    expect(text).toContain('ASN1 OID: prime256v1');
    const { notBefore, notAfter } = validityOf(certificate);
    const second = Math.floor(NOW.getTime() / 1000) * 1000;
    expect(notBefore.getTime()).toBe(second - 5 * 60 * 1000);
    expect(notAfter.getTime()).toBe(second + 7 * DAY_MS);
  });

  withOpenssl('is accepted by OpenSSL under its root, in its strict mode, for both purposes; not under another root', async () => {
    const other = await makeAuthority('b', NOW);
    const certificate = await issueLeafCertificate(ORDERS, authority);
    for (const purpose of ['sslserver', 'sslclient']) {
      expect(opensslVerify(certificate, [authority.certificate], purpose)).toMatch(/: OK/);
      expect(opensslVerify(certificate, [other.certificate, authority.certificate], purpose)).toMatch(/: OK/);
    }
    expect(opensslVerify(certificate, [other.certificate], 'sslserver')).toMatch(/unable to get local issuer certificate/);
  });

  test('has a serial number that nobody has had, and a signature that verifies, for each key', async () => {
    const leaves = [];
    // Many, because DER drops leading zero bytes of signatures and numbers: one in 128 has some.
    for (let count = 0; count < 256; count += 1) leaves.push(await issueLeafCertificate(newLeaf('orders', NOW).request, authority));
    expect(leaves.every((leaf) => leaf.verify(authority.certificate.publicKey))).toBe(true);
    expect(new Set(leaves.map((leaf) => leaf.serialNumber)).size).toBe(leaves.length);
    expect(leaves.filter((leaf) => /^[4-7][0-9A-F]{31}$/.test(leaf.serialNumber))).toHaveLength(leaves.length);
  });

  test.each<[string, (request: LeafRequest) => Promise<[LeafRequest, TestAuthority]>]>([
    ['another service', (request) => Promise.resolve([{ ...request, identity: identityOf('payment') }, authority])],
    ['another key', (request) => Promise.resolve([{ ...request, publicKey: newLeaf('orders', NOW).request.publicKey }, authority])],
    ['another time', (request) => Promise.resolve([{ ...request, issuedAt: new Date(NOW.getTime() + 1) }, authority])],
    ['another authority', async (request) => [request, await makeAuthority('a', NOW)]],
  ])('has another serial number for %s', async (_, change) => {
    const { serialNumber } = await issueLeafCertificate(ORDERS, authority);
    expect((await issueLeafCertificate(ORDERS, authority)).serialNumber).toBe(serialNumber);
    expect((await issueLeafCertificate(...(await change(ORDERS)))).serialNumber).not.toBe(serialNumber);
  });

  test('fails if its key is on another curve', async () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
    const request = { ...ORDERS, publicKey: publicKey.export({ format: 'der', type: 'spki' }) };
    await expect(issueLeafCertificate(request, authority)).rejects.toThrow('not an EC key on the curve P-256');
  });

  test('ends no later than its root', async () => {
    const old = await makeAuthority('old', new Date(Date.UTC(NOW.getUTCFullYear() - 10, NOW.getUTCMonth(), NOW.getUTCDate() + 2)));
    const certificate = await issueLeafCertificate(ORDERS, old);
    expect(certificate.validTo).toBe(old.certificate.validTo);
  });

  test('fails if the key is not that of the authority', async () => {
    const other = await makeAuthority('a', NOW);
    await expect(issueLeafCertificate(ORDERS, { certificate: authority.certificate, signer: other.signer })).rejects.toThrow(
      'the signing key does not belong to the certificate of "CN=shop CA a"',
    );
  });

  test('fails if what signs returns something else', async () => {
    await expect(
      issueLeafCertificate(ORDERS, {
        certificate: authority.certificate,
        signer: { sign: () => Promise.resolve(new Uint8Array([1, 2, 3])) },
      }),
    ).rejects.toThrow();
  });
});

describe('a key in KMS', () => {
  test('signs roots and leaves, and sees nothing but hashes', async () => {
    const kms = new FakeKms();
    const arn = kms.createKey(NOW);
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const signer = kmsSigner(kms.client(), arn);
    await expect(
      makeRootCertificate(
        { mesh: 'shop', name: 'a', publicKey: publicKey.export({ format: 'der', type: 'spki' }), createdAt: NOW },
        signer,
      ),
    ).rejects.toThrow('does not belong');
    expect(kms.signed).toEqual([{ KeyId: arn, SigningAlgorithm: 'ECDSA_SHA_256', MessageType: 'DIGEST', Message: expect.any(String) }]);
    expect(Buffer.from(String(kms.signed[0]?.Message), 'base64')).toHaveLength(32);
  });
});
