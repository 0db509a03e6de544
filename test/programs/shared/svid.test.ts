import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { checkSvid, readPemCertificates, type RefusalReason, type X509Svid } from '../../../programs/shared/svid';
import { x509 } from '../../../programs/shared/x509/certificate-library';
import { publicKeyOf, signCertificate } from '../../../programs/functions/x509/sign-certificate';
import { localSigner } from '../../../programs/functions/x509/signer';
import { identityOf, makeAuthority, makeSvid, type TestAuthority } from '../functions/support/authorities';

const NOW = new Date('2026-11-24T12:00:00Z');
const DAY = 24 * 60 * 60 * 1000;
const IDENTITY = identityOf('orders');

let authority: TestAuthority;
let other: TestAuthority;
let svid: X509Svid;

beforeAll(async () => {
  authority = await makeAuthority('a', NOW);
  other = await makeAuthority('b', NOW);
  svid = await makeSvid({ issuer: authority, now: NOW });
});

const check = (candidate: X509Svid, now = NOW) => checkSvid(candidate, { identity: IDENTITY, now });

function expectRefusal(candidate: X509Svid, reason: RefusalReason, message: RegExp, now = NOW): void {
  const checked = check(candidate, now);
  expect(checked).toEqual({ ok: false, refusal: { reason, message: expect.stringMatching(message) } });
  if (!checked.ok) {
    expect(checked.refusal.message).not.toMatch(/PRIVATE KEY|[A-Za-z0-9+/]{60}/);
    expect(checked.refusal.message).not.toMatch(/\.$|\n/);
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

async function oddSvid(leaf: OddLeaf): Promise<X509Svid> {
  const { certificate, privateKey } = await oddCertificate(leaf);
  return { ...svid, privateKey, certificateChain: certificate.toString() };
}

test('a good one is accepted, with what names its certificate in logs', () => {
  const leaf = new X509Certificate(svid.certificateChain);
  expect(check(svid)).toEqual({
    ok: true,
    svid,
    leaf: {
      serialNumber: leaf.serialNumber,
      notBefore: new Date(NOW.getTime() - 5 * 60 * 1000),
      notAfter: new Date(NOW.getTime() + 7 * DAY),
      fingerprint: leaf.fingerprint256,
    },
  });
});

test('a trust bundle may hold several roots, as while an authority is replaced', async () => {
  expect(check(await makeSvid({ issuer: authority, now: NOW, trusted: [other.certificate, authority.certificate] })).ok).toBe(true);
});

test('two certificates of the same authority in the bundle do no harm', async () => {
  const again = new X509Certificate(authority.certificate.toString());
  expect(check(await makeSvid({ issuer: authority, now: NOW, trusted: [again, authority.certificate] })).ok).toBe(true);
});

test('a chain with an intermediate authority is accepted, as AWS Private CA may give it', async () => {
  const intermediate = await oddCertificate({ ca: true, names: undefined, subject: 'intermediate' });
  const name = new x509.X509Certificate(intermediate.certificate.raw).subjectName;
  const leaf = await oddCertificate({ issuer: { name, signer: intermediate.signer } });
  const chained = {
    ...svid,
    privateKey: leaf.privateKey,
    certificateChain: `${leaf.certificate.toString()}${intermediate.certificate.toString()}`,
  };
  expect(check(chained).ok).toBe(true);
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

describe('refusals', () => {
  test.each(['certificateChain', 'trustBundle'] as const)('fails if %s holds anything but certificates, a key above all', (field) => {
    for (const content of [
      '',
      'x',
      svid.privateKey,
      `${svid[field]}${svid.privateKey}`,
      svid[field].replace('M', '*'),
      svid[field].replace('MII', 'AII'),
    ]) {
      expectRefusal(
        { ...svid, [field]: content },
        'malformed',
        new RegExp(`^the ${field === 'trustBundle' ? 'trust bundle' : 'chain'} is not one or more PEM certificates and nothing else$`),
      );
    }
  });

  test('fails if the key is not PKCS#8 PEM', () => {
    const sec1 = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({ format: 'pem', type: 'sec1' }).toString();
    for (const privateKey of ['', 'x', sec1, svid.certificateChain, svid.privateKey.replace('MI', 'AI')])
      expectRefusal({ ...svid, privateKey }, 'malformed', /^the private key is not a PKCS#8 PEM key$/);
  });

  test('fails if the key is of another kind', () => {
    for (const key of [generateKeyPairSync('ec', { namedCurve: 'secp384r1' }), generateKeyPairSync('ed25519')]) {
      expectRefusal(
        { ...svid, privateKey: key.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() },
        'wrong-key-type',
        /not an EC key on the curve P-256/,
      );
    }
  });

  test('fails if the key belongs to another certificate', async () => {
    const { privateKey } = await makeSvid({ issuer: authority, now: NOW });
    expectRefusal({ ...svid, privateKey }, 'key-mismatch', /does not belong to the certificate/);
  });

  test('fails if it is of another service', async () => {
    const payment = await makeSvid({ issuer: authority, now: NOW, service: 'payment' });
    expectRefusal(
      payment,
      'wrong-identity',
      /^the certificate is for "spiffe:\/\/shop.internal\/payment", expected "spiffe:\/\/shop.internal\/orders"/,
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
      await oddSvid({ ...(names === undefined ? { names: [] } : { names }) }),
      'wrong-identity',
      /must have exactly the URI name/,
    );
  });

  test.each([
    ['servers', 'clientAuth'],
    ['clients', 'serverAuth'],
  ] as const)('fails if the certificate is not for %s', async (_, usage) => {
    expectRefusal(await oddSvid({ usages: [x509.ExtendedKeyUsage[usage]] }), 'wrong-usage', /not for both TLS servers and TLS clients/);
  });

  test('fails if the certificate is an authority', async () => {
    expectRefusal(await oddSvid({ ca: true }), 'wrong-usage', /is of an authority/);
  });

  test('fails if the certificate is expired, or not valid yet, to the second', () => {
    const end = new Date(NOW.getTime() + 7 * DAY);
    expect(check(svid, end).ok).toBe(true);
    expectRefusal(
      svid,
      'expired',
      /the certificate expired at 2026-12-01T12:00:00.000Z, now is 2026-12-01T12:00:01.000Z/,
      new Date(end.getTime() + 1000),
    );
    const begin = new Date(NOW.getTime() - 5 * 60 * 1000);
    expect(check(svid, begin).ok).toBe(true);
    expectRefusal(svid, 'not-yet-valid', /the certificate is valid from 2026-11-24T11:55:00.000Z on/, new Date(begin.getTime() - 1000));
  });

  test('fails if its root is expired', async () => {
    const old = await makeAuthority('old', new Date('2016-11-25T00:00:00Z'));
    const content = {
      ...(await oddSvid({ issuer: { name: new x509.X509Certificate(old.certificate.raw).subjectName, signer: old.signer } })),
      trustBundle: old.certificate.toString(),
    };
    expect(check(content).ok).toBe(true);
    expectRefusal(content, 'expired', /the root "CN=shop CA old" expired at 2026-11-24T23:55:00.000Z/, new Date('2026-11-25T00:00:00Z'));
  });

  test('fails if the trust bundle does not hold its issuer, even if one of the same name is there', async () => {
    const namesake = await makeAuthority('a', NOW);
    for (const stranger of [other, namesake]) {
      expectRefusal(
        { ...svid, trustBundle: stranger.certificate.toString() },
        'untrusted',
        /no root of the trust bundle issued the chain: its issuer is "CN=shop CA a"/,
      );
    }
  });

  test('fails if the trust bundle holds what is not a root', async () => {
    expectRefusal(
      { ...svid, trustBundle: `${authority.certificate.toString()}${svid.certificateChain}` },
      'not-a-ca',
      /"CN=orders" in the trust bundle is not an authority/,
    );
    const intermediate = await oddCertificate({ ca: true, names: undefined, subject: 'intermediate' });
    expectRefusal(
      { ...svid, trustBundle: `${authority.certificate.toString()}${intermediate.certificate.toString()}` },
      'not-a-ca',
      /"CN=intermediate" in the trust bundle is not a root/,
    );
  });
});

test('white space around certificates is allowed, text is not', () => {
  expect(readPemCertificates(`\n${svid.certificateChain}\n\n${svid.trustBundle}\n`)).toHaveLength(2);
  expect(readPemCertificates(`subject=orders\n${svid.certificateChain}`)).toBeUndefined();
});
