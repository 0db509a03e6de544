import { spawnSync } from 'node:child_process';
import { createHash, createPublicKey } from 'node:crypto';
import { inspect } from 'node:util';
import { x509 } from '../../../programs/shared/x509/certificate-library';
import { certificateRequest, keyHashOf, makeCertificateRequest, signatureOf } from '../../../programs/shared/x509/certificate-request';
import { leafNamesOf } from '../../../programs/shared/x509/leaf-names';

const NAMES = leafNamesOf('spiffe://shop.internal/orders');

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenssl) process.stderr.write('\n!!! SIGNING REQUESTS ARE NOT CHECKED BY OPENSSL: install openssl\n\n');
const withOpenssl = hasOpenssl || process.env['CI'] === 'true' ? test : test.skip;

withOpenssl('a request is for the names of one service, signed by its own key, and has nothing else in it', async () => {
  const { csr } = await makeCertificateRequest(NAMES);
  const { status, stdout, stderr } = spawnSync('openssl', ['req', '-noout', '-text', '-verify'], { input: csr, encoding: 'utf8' });
  expect(status).toBe(0);
  expect(stderr).toContain('verify OK');
  const text = stdout.replace(/\s*\n\s*/g, '\n');
  expect(text).toContain('Subject: CN = orders\n');
  expect(text).toContain('ASN1 OID: prime256v1');
  expect(text).toMatch(
    /\nAttributes:\nRequested Extensions:\nX509v3 Subject Alternative Name:\nURI:spiffe:\/\/shop.internal\/orders, DNS:orders.shop.internal\nSignature/,
  );
  expect(text).toContain('Signature Algorithm: ecdsa-with-SHA256');
});

test('each request is for another key, whose hash goes with it', async () => {
  const requests = await Promise.all([makeCertificateRequest(NAMES), makeCertificateRequest(NAMES)]);
  expect(new Set(requests.map(({ keyHash }) => keyHash)).size).toBe(2);
  for (const { csr, keyHash, privateKey } of requests) {
    const spki = Buffer.from(new x509.Pkcs10CertificateRequest(csr).publicKey.rawData);
    expect(keyHash).toBe(createHash('sha256').update(spki).digest('hex'));
    expect(keyHashOf(createPublicKey(privateKey.reveal()))).toBe(keyHash);
  }
});

test('a key does not print', async () => {
  const request = await makeCertificateRequest(NAMES);
  expect(request.privateKey.reveal()).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  for (const printed of [inspect(request, { depth: 9, showHidden: true }), JSON.stringify(request), request.privateKey.toString()])
    expect(printed).not.toContain('PRIVATE KEY');
});

test('names, key and signature make all of a request, whatever zeros the signature begins with', async () => {
  // One of 128 signatures is shorter than the others.
  for (let count = 0; count < 300; count += 1) {
    const { csr } = await makeCertificateRequest(NAMES);
    const request = new x509.Pkcs10CertificateRequest(csr);
    const publicKey = createPublicKey({ key: Buffer.from(request.publicKey.rawData), format: 'der', type: 'spki' });
    const again = await certificateRequest(NAMES, publicKey, () => signatureOf(request));
    expect(again.toString('pem')).toBe(csr);
    if (count === 0) {
      const other = await certificateRequest(leafNamesOf('spiffe://shop.internal/admin'), publicKey, () => signatureOf(request));
      expect(other.toString('pem')).not.toBe(csr);
      expect(await other.verify()).toBe(false);
    }
  }
});

describe('the names of an identity', () => {
  test.each([
    ['spiffe://shop.internal/orders', 'orders.shop.internal'],
    ['spiffe://shop.internal/team/orders', 'orders.team.shop.internal'],
    ['spiffe://a.b.c/d', 'd.a.b.c'],
  ])('are its own: %s is %s', (identity, dnsName) => {
    expect(leafNamesOf(identity)).toEqual({ identity, dnsName });
  });

  test.each(['', 'orders', 'spiffe://shop.internal', 'spiffe://shop.internal/', 'spiffe://shop.internal/orders, URI:x'])(
    'fails if %j is no identity',
    (identity) => {
      expect(() => leafNamesOf(identity)).toThrow('is not an identity');
    },
  );
});
