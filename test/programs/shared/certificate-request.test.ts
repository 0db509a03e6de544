import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { createHash, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { inspect } from 'node:util';
import { signatureOf } from '../../../programs/functions/certificate-issuer/request';
import { x509 } from '../../../programs/functions/x509/certificate-library';
import { certificateRequest, keyHashOf, makeCertificateRequest } from '../../../programs/shared/x509/certificate-request';
import { commonNameOf, leafNamesOf } from '../../../programs/shared/x509/leaf-names';
import { runs } from '../../support/runs';

const NAMES = leafNamesOf('spiffe://shop.internal/orders');

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
if (!hasOpenssl) process.stderr.write('\n!!! SIGNING REQUESTS ARE NOT CHECKED BY OPENSSL: install openssl\n\n');
const withOpenssl = hasOpenssl || process.env['CI'] === 'true' ? test : test.skip;

withOpenssl('a request is for the names of one service, signed by its own key, and has nothing else in it', () => {
  const { csr } = makeCertificateRequest(NAMES);
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

test('each request is for another key, whose hash goes with it', () => {
  const requests = [makeCertificateRequest(NAMES), makeCertificateRequest(NAMES)];
  expect(new Set(requests.map(({ keyHash }) => keyHash)).size).toBe(2);
  for (const { csr, keyHash, privateKey } of requests) {
    const spki = Buffer.from(new x509.Pkcs10CertificateRequest(csr).publicKey.rawData);
    expect(keyHash).toBe(createHash('sha256').update(spki).digest('hex'));
    expect(keyHashOf(createPublicKey(privateKey.reveal()))).toBe(keyHash);
  }
});

test('a key does not print', () => {
  const request = makeCertificateRequest(NAMES);
  expect(request.privateKey.reveal()).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  for (const printed of [inspect(request, { depth: 9, showHidden: true }), JSON.stringify(request), request.privateKey.toString()])
    expect(printed).not.toContain('PRIVATE KEY');
});

test('names, key and signature make all of a request, whatever zeros the signature begins with', async () => {
  // One of 128 signatures is shorter than the others.
  for (let count = 0; count < 300; count += 1) {
    const { csr } = makeCertificateRequest(NAMES);
    const request = new x509.Pkcs10CertificateRequest(csr);
    const publicKey = createPublicKey({ key: Buffer.from(request.publicKey.rawData), format: 'der', type: 'spki' });
    const again = certificateRequest(NAMES, publicKey, () => signatureOf(request));
    expect(Buffer.from(again).equals(Buffer.from(request.rawData))).toBe(true);
    if (count === 0) {
      const other = certificateRequest(leafNamesOf('spiffe://shop.internal/admin'), publicKey, () => signatureOf(request));
      expect(Buffer.from(other).equals(Buffer.from(request.rawData))).toBe(false);
      expect(await new x509.Pkcs10CertificateRequest(other).verify()).toBe(false);
    }
  }
});

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

test('a request is, byte by byte, what @peculiar/x509 makes of the same names, key and signature', async () => {
  const label = fc.stringMatching(/^[A-Za-z0-9._-]{1,63}$/);
  const identities = fc
    .tuple(fc.stringMatching(/^[a-z0-9._-]{1,40}$/), fc.array(label, { minLength: 1, maxLength: 3 }))
    .map(([trustDomain, labels]) => `spiffe://${trustDomain}/${labels.join('/')}`);
  await fc.assert(
    fc.asyncProperty(identities, async (identity) => {
      const names = leafNamesOf(identity);
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
      let signature = new Uint8Array();
      const ours = certificateRequest(names, publicKey, (bytes) => {
        signature = Uint8Array.from(sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' }));
        return signature;
      });
      const theirs = await x509.Pkcs10CertificateRequestGenerator.create(
        {
          name: new x509.Name([{ CN: [commonNameOf(names)] }]),
          keys: { publicKey, privateKey: { algorithm: ECDSA } },
          signingAlgorithm: ECDSA,
          extensions: [
            new x509.SubjectAlternativeNameExtension([
              { type: 'url', value: names.identity },
              { type: 'dns', value: names.dnsName },
            ]),
          ],
        },
        {
          subtle: {
            exportKey: () => Promise.resolve(publicKey.export({ format: 'der', type: 'spki' })),
            sign: () => Promise.resolve(signature),
          },
        },
      );
      expect(Buffer.from(ours).toString('hex')).toBe(Buffer.from(theirs.rawData).toString('hex'));
    }),
    { numRuns: runs(150), seed: 20261129 },
  );
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
