import { X509Certificate } from 'node:crypto';
import { inspect } from 'node:util';
import { CertificateFiles, type Installed } from '../../../programs/agent/certificate/certificate-files';
import { PEM } from '../../../programs/agent/certificate/pem';
import { identityIn, trustIn } from '../../../programs/agent/certificate/sds';
import { Failure } from '../../../programs/agent/failure';
import { PrivateText } from '../../../programs/shared/private-text';
import type { X509Svid } from '../../../programs/shared/svid';
import { Authority, IDENTITY, NOW } from './authority';
import { diskError, MemoryFiles } from './memory-files';

const HOUR = 3_600_000;
let authority: Authority;
let other: Authority;
let good: X509Svid;
let newer: X509Svid;

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

const install = async (svid: X509Svid): Promise<Installed> => files.install(svid, new Date(NOW));
const onDisk = (): { readonly chain?: string; readonly key?: string; readonly trust?: string } => {
  const identity = identityIn(disk.content.get('/run/mesh/identity.json') ?? '');
  return { chain: identity?.certificateChain, key: identity?.privateKey, trust: trustIn(disk.content.get('/run/mesh/trust.json') ?? '') };
};
const partsOf = (svid: X509Svid): ReturnType<typeof onDisk> => ({
  chain: svid.certificateChain,
  key: svid.privateKey,
  trust: svid.trustBundle,
});

test('a certificate is written as Envoy wants it: key and chain in one resource, trust in another, trust first', async () => {
  const { changed, replaced, leaf } = await install(good);
  expect([changed, replaced]).toEqual([['trust', 'certificate'], undefined]);
  expect(leaf.serialNumber).toBe(new X509Certificate(good.certificateChain).serialNumber);
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
  await install(good);
  expect(await install(good)).toMatchObject({ changed: [] });
  expect(disk.writes).toHaveLength(2);
});

test('a renewed certificate replaces the old one, and trust that did not change is left alone', async () => {
  const { leaf } = await install(good);
  expect(await install(newer)).toMatchObject({ changed: ['certificate'], replaced: leaf });
  expect(disk.writes.slice(2)).toEqual(['/run/mesh/identity.json']);
  expect(onDisk()).toEqual(partsOf(newer));
});

test('trust alone may change', async () => {
  await install(good);
  const both = { ...good, trustBundle: good.trustBundle + other.root };
  expect(await install(both)).toMatchObject({ changed: ['trust'] });
  expect(onDisk()).toEqual(partsOf(both));
});

test('where authority and certificate change at once, both authorities are trusted in between', async () => {
  await install(good);
  const moved = await other.issue({ notBefore: NOW - HOUR });
  const between: (string | undefined)[] = [];
  disk.changed = () => between.push(onDisk().trust);
  await install(moved);
  expect(disk.writes.slice(2)).toEqual(['/run/mesh/trust.json', '/run/mesh/identity.json', '/run/mesh/trust.json']);
  expect(between.find((trust) => trust !== good.trustBundle && trust !== moved.trustBundle)).toBe(
    [other.root, authority.root].map((pem) => pem.trim()).join('\n') + '\n',
  );
  expect(onDisk()).toEqual(partsOf(moved));
});

const damage = (change: Partial<X509Svid>): X509Svid => ({ ...newer, ...change });
test.each<[string, string, () => Promise<X509Svid> | X509Svid]>([
  ['no certificate', 'malformed', () => damage({ certificateChain: 'garbage' })],
  ['a key among the certificates', 'malformed', () => damage({ certificateChain: newer.certificateChain + newer.privateKey })],
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
])('fails if the answer holds %s (%s), and the certificate in use stays', async (_what, reason, make) => {
  await install(good);
  const before = new Map(disk.content);
  const error = await install(await make()).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(Failure);
  expect(error).toMatchObject({ reason });
  expect((error as Failure).message).not.toMatch(/PRIVATE|BEGIN/);
  expect(new Map(disk.content)).toEqual(before);
});

test('an expired certificate in use is replaced by any good one', async () => {
  await install(await authority.issue({ notBefore: NOW - HOUR, notAfter: NOW + HOUR }));
  const old = await authority.issue({ notBefore: NOW - 9 * HOUR });
  expect(await files.install(old, new Date(NOW + 2 * HOUR))).toMatchObject({ replaced: undefined });
  expect(onDisk()).toEqual(partsOf(old));
});

test('files that somebody damaged or removed are written again', async () => {
  await install(good);
  disk.content.set('/run/mesh/trust.json', '{');
  await install(good);
  expect(onDisk()).toEqual(partsOf(good));
  disk.content.delete('/run/mesh/identity.json');
  await install(good);
  expect(onDisk()).toEqual(partsOf(good));
});

test.each([
  ['ENOSPC', 'disk-full'],
  ['EROFS', 'disk-read-only'],
  ['EACCES', 'disk-access-denied'],
  ['EIO', 'disk'],
])('fails if the disk says %s (%s): no half file stays, and the next try works', async (code, reason) => {
  await install(good);
  disk.fault = (operation) => (operation === 'write' ? diskError(code) : undefined);
  await expect(install(newer)).rejects.toMatchObject({ reason });
  expect(onDisk()).toEqual(partsOf(good));
  expect(disk.content.size).toBe(2);
  disk.fault = () => undefined;
  await install(newer);
  expect(onDisk()).toEqual(partsOf(newer));
});

test('a key that is logged by mistake is not in the log', () => {
  const secret = new PrivateText(good.privateKey);
  for (const text of [String(secret), secret.toString(), JSON.stringify({ secret }), inspect({ secret }, { depth: 9, showHidden: true })]) {
    expect(text).not.toContain('BEGIN');
    expect(text).toContain('[redacted]');
  }
});

describe('as PEM', () => {
  const pem = (): CertificateFiles => new CertificateFiles(disk, '/run/app-mesh', IDENTITY, PEM);
  const installPem = async (svid: X509Svid): Promise<Installed> => pem().install(svid, new Date(NOW));

  test('chain and key are one file, so that they fit together at any moment', async () => {
    await installPem(good);
    expect(disk.content.get('/run/app-mesh/identity.pem')).toBe(`${good.certificateChain.trim()}\n${good.privateKey.trim()}\n`);
    expect(disk.content.get('/run/app-mesh/trust.pem')).toBe(`${good.trustBundle.trim()}\n`);
    expect([...disk.content.keys()].sort()).toEqual(['/run/app-mesh/identity.pem', '/run/app-mesh/trust.pem']);
  });

  test.each([
    ['with', '\n'],
    ['without', ''],
  ])('what is there already is not written again, %s a line break at the end of the answer', async (_, end) => {
    const svid = {
      ...good,
      certificateChain: `${good.certificateChain.trim()}${end}`,
      privateKey: `${good.privateKey.trim()}${end}`,
      trustBundle: `${good.trustBundle.trim()}${end}`,
    };
    await installPem(svid);
    expect(await installPem(svid)).toMatchObject({ changed: [] });
    expect(await pem().current(new Date(NOW))).toMatchObject({ ok: true });
  });

  test('a renewed certificate replaces the old one', async () => {
    await installPem(good);
    expect(await installPem(newer)).toMatchObject({ changed: ['certificate'] });
    expect(disk.content.get('/run/app-mesh/identity.pem')).toContain(newer.privateKey.trim());
  });
});
