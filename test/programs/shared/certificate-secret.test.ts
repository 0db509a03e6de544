import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import {
  certificateSecretIn,
  readCertificateSecret,
  readPemCertificates,
  type CertificateSecret,
  type RefusalReason,
} from '../../../programs/shared/certificate-secret';
import { x509 } from '../../../programs/functions/x509/certificate-library';
import { publicKeyOf, signCertificate } from '../../../programs/functions/x509/sign-certificate';
import { localSigner } from '../../../programs/functions/x509/signer';
import { identityOf, makeAuthority, makeSecret, type TestAuthority } from '../functions/support/authorities';

const NOW = new Date('2026-11-24T12:00:00Z');
const DAY = 24 * 60 * 60 * 1000;
const IDENTITY = identityOf('orders');

let authority: TestAuthority;
let other: TestAuthority;
let secret: CertificateSecret;

beforeAll(async () => {
  authority = await makeAuthority('a', NOW);
  other = await makeAuthority('b', NOW);
  secret = await makeSecret({ issuer: authority, now: NOW });
});

const read = (content: unknown, now = NOW) =>
  readCertificateSecret(typeof content === 'string' ? content : JSON.stringify(content), { identity: IDENTITY, now });

function expectRefusal(content: unknown, reason: RefusalReason, message: RegExp, now = NOW): void {
  const reading = read(content, now);
  expect(reading).toEqual({ ok: false, refusal: { reason, message: expect.stringMatching(message) } });
  if (!reading.ok) {
    expect(reading.refusal.message).not.toMatch(/PRIVATE KEY|[A-Za-z0-9+/]{60}/);
    expect(reading.refusal.message).not.toMatch(/\.$|\n/);
  }
}

const { digitalSignature } = x509.KeyUsageFlags;
const BOTH_USAGES = [x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth];

interface OddLeaf {
  readonly names?: ConstructorParameters<typeof x509.SubjectAlternativeNameExtension>[0];
  readonly usages?: string[];
  readonly ca?: boolean;
  readonly issuer?: { readonly name: x509.Name; readonly signer: TestAuthority['signer'] };
  readonly subject?: string;
}

/** A certificate as no function of ours would make it, but another authority might. */
async function oddCertificate({
  names = [{ type: 'url', value: IDENTITY }],
  usages = BOTH_USAGES,
  ca = false,
  issuer,
  subject = 'odd',
}: OddLeaf) {
  const key = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const root = new x509.X509Certificate(authority.certificate.raw);
  const certificate = await signCertificate(
    {
      subject: new x509.Name([{ CN: [subject] }]),
      issuer: issuer?.name ?? root.subjectName,
      publicKey: publicKeyOf(key.publicKey.export({ format: 'der', type: 'spki' })),
      notBefore: new Date(NOW.getTime() - DAY),
      notAfter: new Date(NOW.getTime() + DAY),
      extensions: [
        new x509.BasicConstraintsExtension(ca, undefined, true),
        new x509.KeyUsagesExtension(ca ? x509.KeyUsageFlags.keyCertSign : digitalSignature, true),
        ...(names === undefined ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
        new x509.ExtendedKeyUsageExtension(usages),
      ],
    },
    issuer?.signer ?? authority.signer,
  );
  return {
    certificate,
    signer: localSigner(key.privateKey),
    privateKey: key.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}

async function oddSecret(leaf: OddLeaf): Promise<CertificateSecret> {
  const { certificate, privateKey } = await oddCertificate(leaf);
  return { ...secret, privateKey, certificateChain: certificate.toString() };
}

test('a good secret is read, with what names its certificate in logs', () => {
  const leaf = new X509Certificate(secret.certificateChain);
  expect(read(secret)).toEqual({
    ok: true,
    secret,
    leaf: {
      serialNumber: leaf.serialNumber,
      notBefore: new Date(NOW.getTime() - 5 * 60 * 1000),
      notAfter: new Date(NOW.getTime() + 7 * DAY),
      fingerprint: leaf.fingerprint256,
    },
  });
});

test('a trust bundle may hold several roots, as while an authority is replaced', async () => {
  expect(read(await makeSecret({ issuer: authority, now: NOW, trusted: [other.certificate, authority.certificate] })).ok).toBe(true);
});

test('two certificates of the same authority in the bundle do no harm', async () => {
  const again = new X509Certificate(authority.certificate.toString());
  expect(read(await makeSecret({ issuer: authority, now: NOW, trusted: [again, authority.certificate] })).ok).toBe(true);
});

test('a chain with an intermediate authority is read, as AWS Private CA may give it', async () => {
  const intermediate = await oddCertificate({ ca: true, names: undefined, subject: 'intermediate' });
  const name = new x509.X509Certificate(intermediate.certificate.raw).subjectName;
  const leaf = await oddCertificate({ issuer: { name, signer: intermediate.signer } });
  const chained = {
    ...secret,
    privateKey: leaf.privateKey,
    certificateChain: `${leaf.certificate.toString()}${intermediate.certificate.toString()}`,
  };
  expect(read(chained).ok).toBe(true);
  expectRefusal(
    { ...chained, certificateChain: leaf.certificate.toString() },
    'untrusted',
    /no root of the trust bundle issued the chain: its issuer is "CN=intermediate"/,
  );
  expectRefusal(
    { ...chained, certificateChain: `${leaf.certificate.toString()}${other.certificate.toString()}` },
    'untrusted',
    /the chain is broken: "CN=odd" is not issued by "CN=shop CA b"/,
  );
});

test('only the form is asked for where a secret need not be valid', () => {
  expect(certificateSecretIn(JSON.stringify({ ...secret, certificateChain: 'x' }))?.identity).toBe(IDENTITY);
  expect(certificateSecretIn('{}')).toBeUndefined();
});

describe('refusals', () => {
  test('fails if it is not JSON, and does not quote it', () => {
    expectRefusal(secret.privateKey, 'not-json', /^the secret is not JSON$/);
    expectRefusal('', 'not-json', /not JSON/);
  });

  test.each([
    ['null', 'null'],
    ['a list', '[]'],
    ['a text', '"x"'],
  ])('fails if it is %s', (_, text) => {
    expectRefusal(text, 'malformed', /not a JSON object/);
  });

  test('fails if it is of another version', () => {
    expectRefusal({ ...secret, version: 2 }, 'malformed', /version 2, expected 1/);
    expectRefusal({}, 'malformed', /version none/);
  });

  test.each(['identity', 'privateKey', 'certificateChain', 'trustBundle'] as const)('fails if %s is missing or not a text', (field) => {
    expectRefusal({ ...secret, [field]: undefined }, 'malformed', new RegExp(`the field ${field} of the secret is missing`));
    expectRefusal(
      { ...secret, [field]: { key: secret.privateKey } },
      'malformed',
      new RegExp(`the field ${field} of the secret is not a text`),
    );
  });

  test.each(['certificateChain', 'trustBundle'] as const)('fails if %s holds anything but certificates, a key above all', (field) => {
    for (const content of [
      'x',
      secret.privateKey,
      `${secret[field]}${secret.privateKey}`,
      secret[field].replace('M', '*'),
      secret[field].replace('MII', 'AII'),
    ]) {
      expectRefusal(
        { ...secret, [field]: content },
        'malformed',
        new RegExp(`the field ${field} of the secret is not one or more PEM certificates`),
      );
    }
  });

  test('fails if the key is not PKCS#8 PEM', () => {
    const sec1 = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({ format: 'pem', type: 'sec1' });
    for (const privateKey of ['x', sec1, secret.certificateChain, secret.privateKey.replace('MI', 'AI')])
      expectRefusal({ ...secret, privateKey }, 'malformed', /privateKey of the secret is not a PKCS#8 PEM key/);
  });

  test('fails if the key is of another kind', () => {
    for (const key of [generateKeyPairSync('ec', { namedCurve: 'secp384r1' }), generateKeyPairSync('ed25519')]) {
      expectRefusal(
        { ...secret, privateKey: key.privateKey.export({ format: 'pem', type: 'pkcs8' }) },
        'wrong-key-type',
        /not an EC key on the curve P-256/,
      );
    }
  });

  test('fails if the key belongs to another certificate', async () => {
    const { privateKey } = await makeSecret({ issuer: authority, now: NOW });
    expectRefusal({ ...secret, privateKey }, 'key-mismatch', /does not belong to the certificate/);
  });

  test('fails if it is of another service', async () => {
    const payment = await makeSecret({ issuer: authority, now: NOW, service: 'payment' });
    expectRefusal(
      payment,
      'wrong-identity',
      /the secret is of "spiffe:\/\/shop.internal\/payment", expected "spiffe:\/\/shop.internal\/orders"/,
    );
    expectRefusal(
      { ...payment, identity: IDENTITY },
      'wrong-identity',
      /must have exactly the URI name .*orders.*, its alternative names are .*payment/,
    );
  });

  test.each<[string, OddLeaf['names']]>([
    ['no alternative name', undefined],
    ['no URI name', [{ type: 'dns', value: 'orders.shop.internal' }]],
    [
      'two URI names',
      [
        { type: 'url', value: IDENTITY },
        { type: 'url', value: identityOf('admin') },
      ],
    ],
    [
      'the same URI name twice',
      [
        { type: 'url', value: IDENTITY },
        { type: 'url', value: IDENTITY },
      ],
    ],
    ['a longer URI name', [{ type: 'url', value: `${IDENTITY}/x` }]],
    ['a DNS name that looks like a URI name in text', [{ type: 'dns', value: `a, URI:${IDENTITY}, DNS:b` }]],
  ])('fails if the certificate has %s', async (_, names) => {
    expectRefusal(
      await oddSecret({ ...(names === undefined ? { names: [] } : { names }) }),
      'wrong-identity',
      /must have exactly the URI name/,
    );
  });

  test.each([
    ['servers', 'clientAuth'],
    ['clients', 'serverAuth'],
  ] as const)('fails if the certificate is not for %s', async (_, usage) => {
    expectRefusal(await oddSecret({ usages: [x509.ExtendedKeyUsage[usage]] }), 'wrong-usage', /not for both TLS servers and TLS clients/);
  });

  test('fails if the certificate is an authority', async () => {
    expectRefusal(await oddSecret({ ca: true }), 'wrong-usage', /is of an authority/);
  });

  test('fails if the certificate is expired, or not valid yet, to the second', () => {
    const end = new Date(NOW.getTime() + 7 * DAY);
    expect(read(secret, end).ok).toBe(true);
    expectRefusal(
      secret,
      'expired',
      /the certificate expired at 2026-12-01T12:00:00.000Z, now is 2026-12-01T12:00:01.000Z/,
      new Date(end.getTime() + 1000),
    );
    const begin = new Date(NOW.getTime() - 5 * 60 * 1000);
    expect(read(secret, begin).ok).toBe(true);
    expectRefusal(secret, 'not-yet-valid', /the certificate is valid from 2026-11-24T11:55:00.000Z on/, new Date(begin.getTime() - 1000));
  });

  test('fails if its root is expired', async () => {
    const old = await makeAuthority('old', new Date('2016-11-25T00:00:00Z'));
    const content = {
      ...(await oddSecret({ issuer: { name: new x509.X509Certificate(old.certificate.raw).subjectName, signer: old.signer } })),
      trustBundle: old.certificate.toString(),
    };
    expect(read(content).ok).toBe(true);
    expectRefusal(content, 'expired', /the root "CN=shop CA old" expired at 2026-11-24T23:55:00.000Z/, new Date('2026-11-25T00:00:00Z'));
  });

  test('fails if the trust bundle does not hold its issuer, even if one of the same name is there', async () => {
    const namesake = await makeAuthority('a', NOW);
    for (const stranger of [other, namesake]) {
      expectRefusal(
        { ...secret, trustBundle: stranger.certificate.toString() },
        'untrusted',
        /no root of the trust bundle issued the chain: its issuer is "CN=shop CA a"/,
      );
    }
  });

  test('fails if the trust bundle holds what is not a root', async () => {
    expectRefusal(
      { ...secret, trustBundle: `${authority.certificate.toString()}${secret.certificateChain}` },
      'not-a-ca',
      /"CN=orders" in the trust bundle is not an authority/,
    );
    const intermediate = await oddCertificate({ ca: true, names: undefined, subject: 'intermediate' });
    expectRefusal(
      { ...secret, trustBundle: `${authority.certificate.toString()}${intermediate.certificate.toString()}` },
      'not-a-ca',
      /"CN=intermediate" in the trust bundle is not a root/,
    );
  });
});

test('white space around certificates is allowed, text is not', () => {
  expect(readPemCertificates(`\n${secret.certificateChain}\n\n${secret.trustBundle}\n`)).toHaveLength(2);
  expect(readPemCertificates(`subject=orders\n${secret.certificateChain}`)).toBeUndefined();
});
