import { inspect } from 'node:util';
import { CertificateFiles } from '../../../programs/agent/certificate/certificate-files';
import { PEM } from '../../../programs/agent/certificate/pem';
import { identityIn, trustIn } from '../../../programs/agent/certificate/sds';
import { Failure } from '../../../programs/agent/failure';
import { PrivateText } from '../../../programs/shared/private-text';
import type { CertificateSecret } from '../../../programs/shared/certificate-secret';
import { Authority, IDENTITY, NOW } from './authority';
import { diskError, MemoryFiles } from './memory-files';

const HOUR = 3_600_000;
let authority: Authority;
let other: Authority;
let good: CertificateSecret;
let newer: CertificateSecret;

beforeAll(async () => {
  authority = await Authority.create('one');
  other = await Authority.create('two');
  good = await authority.issue({ notBefore: NOW - 2 * HOUR });
  newer = await authority.issue({ notBefore: NOW - HOUR });
});

let disk: MemoryFiles;
let files: CertificateFiles;
beforeEach(() => {
  disk = new MemoryFiles();
  files = new CertificateFiles(disk, '/run/mesh', IDENTITY);
});

const offer = async (secret: CertificateSecret | string): ReturnType<CertificateFiles['offer']> =>
  files.offer(new PrivateText(typeof secret === 'string' ? secret : JSON.stringify(secret)), new Date(NOW));
const onDisk = (): { readonly chain?: string; readonly key?: string; readonly trust?: string } => {
  const identity = identityIn(disk.content.get('/run/mesh/identity.json') ?? '');
  return { chain: identity?.certificateChain, key: identity?.privateKey, trust: trustIn(disk.content.get('/run/mesh/trust.json') ?? '') };
};
const partsOf = (secret: CertificateSecret): ReturnType<typeof onDisk> => ({
  chain: secret.certificateChain,
  key: secret.privateKey,
  trust: secret.trustBundle,
});

test('a certificate is written as Envoy wants it: key and chain in one resource, trust in another, trust first', async () => {
  expect(await offer(good)).toMatchObject({ outcome: 'installed', changed: ['trust', 'certificate'] });
  expect(disk.writes).toEqual(['/run/mesh/trust.json', '/run/mesh/identity.json']);
  const type = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret';
  expect(JSON.parse(disk.content.get('/run/mesh/identity.json')!)).toEqual({
    version_info: expect.stringMatching(/^[0-9a-f]{16}$/),
    resources: [
      {
        '@type': type,
        name: 'identity',
        tls_certificate: { certificate_chain: { inline_string: good.certificateChain }, private_key: { inline_string: good.privateKey } },
      },
    ],
  });
  expect(JSON.parse(disk.content.get('/run/mesh/trust.json')!)).toEqual({
    version_info: expect.stringMatching(/^[0-9a-f]{16}$/),
    resources: [{ '@type': type, name: 'trust', validation_context: { trusted_ca: { inline_string: good.trustBundle } } }],
  });
  expect([...disk.content.keys()].sort()).toEqual(['/run/mesh/identity.json', '/run/mesh/trust.json']);
});

test('what is there already is not written again', async () => {
  await offer(good);
  expect(await offer(good)).toMatchObject({ outcome: 'unchanged' });
  expect(disk.writes).toHaveLength(2);
});

test('a renewed certificate replaces the old one, and trust that did not change is left alone', async () => {
  await offer(good);
  expect(await offer(newer)).toMatchObject({ outcome: 'installed', changed: ['certificate'] });
  expect(disk.writes.slice(2)).toEqual(['/run/mesh/identity.json']);
  expect(onDisk()).toEqual(partsOf(newer));
});

test('trust alone may change', async () => {
  await offer(good);
  const both = { ...good, trustBundle: good.trustBundle + other.root };
  expect(await offer(both)).toMatchObject({ outcome: 'installed', changed: ['trust'] });
  expect(onDisk()).toEqual(partsOf(both));
});

test('where authority and certificate change at once, both authorities are trusted in between', async () => {
  await offer(good);
  const moved = await other.issue({ notBefore: NOW - HOUR });
  const between: (string | undefined)[] = [];
  disk.changed = () => between.push(onDisk().trust);
  await offer(moved);
  expect(disk.writes.slice(2)).toEqual(['/run/mesh/trust.json', '/run/mesh/identity.json', '/run/mesh/trust.json']);
  expect(between.find((trust) => trust !== good.trustBundle && trust !== moved.trustBundle)).toBe(
    [other.root, authority.root].map((pem) => pem.trim()).join('\n') + '\n',
  );
  expect(onDisk()).toEqual(partsOf(moved));
});

const damage = (change: Partial<CertificateSecret>): CertificateSecret => ({ ...newer, ...change });
test.each<[string, string, () => Promise<CertificateSecret | string> | CertificateSecret | string]>([
  ['no JSON', 'not-json', () => 'garbage'],
  ['a secret with no fields', 'malformed', () => '{}'],
  ['another service', 'wrong-identity', async () => authority.issue({ identity: 'spiffe://shop.internal/carts' })],
  [
    "another service's certificate under our name",
    'wrong-identity',
    async () => authority.issue({ identity: 'spiffe://shop.internal/carts', said: IDENTITY }),
  ],
  ['another trust domain', 'wrong-identity', async () => authority.issue({ identity: 'spiffe://evil.internal/orders', said: IDENTITY })],
  ['an expired certificate', 'expired', async () => authority.issue({ notBefore: NOW - 9 * HOUR, notAfter: NOW - HOUR })],
  ['a certificate of tomorrow', 'not-yet-valid', async () => authority.issue({ notBefore: NOW + HOUR })],
  ["another certificate's key", 'key-mismatch', () => damage({ privateKey: good.privateKey })],
  ['half a key', 'malformed', () => damage({ privateKey: newer.privateKey.slice(0, 80) })],
  ['a certificate that its own bundle does not trust', 'untrusted', () => damage({ trustBundle: other.root })],
  ['an empty bundle', 'malformed', () => damage({ trustBundle: '' })],
  ['a certificate in place of a root', 'not-a-ca', () => damage({ trustBundle: authority.root + good.certificateChain })],
  ['a certificate older than the one in use', 'older', async () => authority.issue({ notBefore: NOW - 5 * HOUR })],
])('fails if the secret holds %s (%s), and the certificate in use stays', async (_what, reason, make) => {
  await offer(good);
  const before = onDisk();
  const error = await offer(await make()).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(Failure);
  expect(error).toMatchObject({ reason });
  expect((error as Failure).message).not.toMatch(/PRIVATE|BEGIN/);
  expect(onDisk()).toEqual(before);
});

test('an expired certificate in use is replaced by any good one, older or not', async () => {
  await offer(await authority.issue({ notBefore: NOW - HOUR, notAfter: NOW + HOUR }));
  const old = await authority.issue({ notBefore: NOW - 9 * HOUR });
  await files.offer(new PrivateText(JSON.stringify(old)), new Date(NOW + 2 * HOUR));
  expect(onDisk()).toEqual(partsOf(old));
});

test('files that somebody damaged or removed are written again', async () => {
  await offer(good);
  disk.content.set('/run/mesh/trust.json', '{');
  await offer(good);
  expect(onDisk()).toEqual(partsOf(good));
  disk.content.delete('/run/mesh/identity.json');
  await offer(good);
  expect(onDisk()).toEqual(partsOf(good));
});

test.each([
  ['ENOSPC', 'disk-full'],
  ['EROFS', 'disk-read-only'],
  ['EACCES', 'disk-access-denied'],
  ['EIO', 'disk'],
])('fails if the disk says %s (%s): no half file stays, and the next try works', async (code, reason) => {
  await offer(good);
  disk.fault = (operation) => (operation === 'write' ? diskError(code) : undefined);
  await expect(offer(newer)).rejects.toMatchObject({ reason });
  expect(onDisk()).toEqual(partsOf(good));
  expect(disk.content.size).toBe(2);
  disk.fault = () => undefined;
  await offer(newer);
  expect(onDisk()).toEqual(partsOf(newer));
});

test('a secret that is logged by mistake is not in the log', () => {
  const secret = new PrivateText(good.privateKey);
  for (const text of [String(secret), secret.toString(), JSON.stringify({ secret }), inspect({ secret }, { depth: 9, showHidden: true })]) {
    expect(text).not.toContain('BEGIN');
    expect(text).toContain('[redacted]');
  }
});

describe('as PEM', () => {
  const pem = (): CertificateFiles => new CertificateFiles(disk, '/run/app-mesh', IDENTITY, PEM);
  const offerPem = async (secret: CertificateSecret): ReturnType<CertificateFiles['offer']> =>
    pem().offer(new PrivateText(JSON.stringify(secret)), new Date(NOW));

  test('chain and key are one file, so that they fit together at any moment', async () => {
    await offerPem(good);
    expect(disk.content.get('/run/app-mesh/identity.pem')).toBe(`${good.certificateChain.trim()}\n${good.privateKey.trim()}\n`);
    expect(disk.content.get('/run/app-mesh/trust.pem')).toBe(`${good.trustBundle.trim()}\n`);
    expect([...disk.content.keys()].sort()).toEqual(['/run/app-mesh/identity.pem', '/run/app-mesh/trust.pem']);
  });

  test.each([
    ['with', '\n'],
    ['without', ''],
  ])('what is there already is not written again, %s a line break at the end of the secret', async (_, end) => {
    const secret = {
      ...good,
      certificateChain: `${good.certificateChain.trim()}${end}`,
      privateKey: `${good.privateKey.trim()}${end}`,
      trustBundle: `${good.trustBundle.trim()}${end}`,
    };
    await offerPem(secret);
    expect(await offerPem(secret)).toMatchObject({ outcome: 'unchanged' });
    expect(await pem().current(new Date(NOW))).toMatchObject({ ok: true });
  });

  test('a renewed certificate replaces the old one', async () => {
    await offerPem(good);
    expect(await offerPem(newer)).toMatchObject({ outcome: 'installed', changed: ['certificate'] });
    expect(disk.content.get('/run/app-mesh/identity.pem')).toContain(newer.privateKey.trim());
  });
});
