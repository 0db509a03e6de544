import { createPrivateKey, createPublicKey, type X509Certificate } from 'node:crypto';
import { STEPS } from '../../../programs/functions/certificate-rotation/rotation-event';
import { isIssuedBy, readPemCertificates, type CertificateSecret } from '../../../programs/shared/certificate-secret';
import { makeAuthority } from './support/authorities';
import { Crash, type Fields } from './support/fake-aws';
import {
  makePrivateAuthority,
  makePrivateCa,
  privateAuthority,
  type KeyAlgorithm,
  type PrivateTestAuthority,
} from './support/private-authorities';
import { configurationOf, RotationHarness } from './support/rotation-harness';

const START = new Date('2026-11-24T12:00:00Z');
const MINUTE = 60 * 1000;
const DAY = 24 * 60 * MINUTE;

let root: PrivateTestAuthority;
let intermediate: PrivateTestAuthority;
let harness: RotationHarness;
let arn: string;

beforeAll(async () => {
  root = await makePrivateAuthority('a', START, 'root');
  intermediate = await makePrivateAuthority('b', START, 'intermediate');
});
beforeEach(() => {
  setUp(root);
});
afterEach(() => {
  root.ca.status = 'ACTIVE';
});

function setUp(issuer: PrivateTestAuthority): void {
  harness = new RotationHarness(START, configurationOf(issuer));
  arn = harness.createSecret('orders');
}

const current = (): CertificateSecret => JSON.parse(harness.secretsManager.stage(arn, 'AWSCURRENT')?.text ?? '') as CertificateSecret;
const chain = (): readonly X509Certificate[] => readPemCertificates(current().certificateChain) ?? [];

describe('a certificate of AWS Private CA', () => {
  test('is for one service, for seven days, and for the key in the secret', async () => {
    await harness.rotate(arn);
    expect(harness.current(arn, 'orders')).toMatchObject({ ok: true, leaf: { notAfter: new Date(START.getTime() + 7 * DAY) } });
    const [leaf] = chain();
    expect(leaf).toMatchObject({ subject: 'CN=orders', subjectAltName: 'URI:spiffe://shop.internal/orders, DNS:orders.shop.internal' });
    expect(createPrivateKey(current().privateKey).asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(leaf.checkPrivateKey(createPrivateKey(current().privateKey))).toBe(true);
  });

  test('comes without the root if that issued it', async () => {
    await harness.rotate(arn);
    expect(chain()).toHaveLength(1);
    expect(isIssuedBy(chain()[0], root.certificate)).toBe(true);
    expect(current().trustBundle).toBe(root.certificate.toString());
  });

  test('comes with what is between it and the root', async () => {
    const lowest = privateAuthority('c', await makePrivateCa('lowest', { createdAt: START, parent: intermediate.ca }));
    setUp(lowest);
    await harness.rotate(arn);
    expect(harness.current(arn, 'orders')).toMatchObject({ ok: true });
    expect(chain().map(({ subject }) => subject)).toEqual(['CN=orders', 'CN=shop CA lowest', 'CN=shop CA b']);
    expect(readPemCertificates(current().trustBundle)?.map(({ subject }) => subject)).toEqual(['CN=shop CA b root']);
  });

  test('comes in order, whatever the order in which AWS Private CA returns the chain', async () => {
    setUp(privateAuthority('c', await makePrivateCa('lowest', { createdAt: START, parent: intermediate.ca })));
    harness.privateCa.change = (operation, answer) =>
      operation === 'GetCertificate'
        ? {
            ...answer,
            CertificateChain: String(answer.CertificateChain)
              .split(/\n(?=-----BEGIN)/)
              .reverse()
              .join('\n'),
          }
        : answer;
    await harness.rotate(arn);
    expect(chain().map(({ subject }) => subject)).toEqual(['CN=orders', 'CN=shop CA lowest', 'CN=shop CA b']);
  });

  test('comes with the roots of all authorities, each of them once', async () => {
    const sibling = privateAuthority(
      'sibling',
      await makePrivateCa('sibling', { createdAt: START, parent: await makePrivateCa('common', { createdAt: START }) }),
    );
    const [parent] = sibling.ca.chain;
    harness.configuration = configurationOf(root, intermediate, sibling, { ...sibling, name: 'twin' });
    await harness.rotate(arn);
    expect(readPemCertificates(current().trustBundle)?.map(({ subject }) => subject)).toEqual([
      'CN=shop CA a',
      'CN=shop CA b root',
      parent?.subject,
    ]);
  });

  test('is new, with a new key, each time', async () => {
    await harness.rotate(arn);
    const { privateKey } = current();
    harness.advance(2 * DAY);
    await harness.rotate(arn);
    expect(current().privateKey).not.toBe(privateKey);
    expect(harness.privateCa.issued).toHaveLength(2);
  });

  test.each<KeyAlgorithm>(['EC_prime256v1', 'EC_secp384r1', 'EC_secp521r1', 'RSA_2048'])(
    'is signed as the key of the authority can, %s',
    async (keyAlgorithm) => {
      setUp(privateAuthority('c', await makePrivateCa('c', { createdAt: START, keyAlgorithm })));
      await harness.rotate(arn);
      expect(harness.current(arn, 'orders')).toMatchObject({ ok: true });
    },
  );

  test('is asked for within the limits of short-lived mode, by the template of the partition', async () => {
    setUp(privateAuthority('c', await makePrivateCa('c', { createdAt: START, partition: 'aws-us-gov' })));
    await harness.rotate(arn);
    expect(harness.privateCa.requests).toEqual([
      {
        CertificateAuthorityArn: expect.stringMatching(/^arn:aws-us-gov:/),
        Csr: expect.any(String),
        IdempotencyToken: expect.stringMatching(/^[0-9a-f]{32}$/),
        SigningAlgorithm: 'SHA256WITHECDSA',
        TemplateArn: 'arn:aws-us-gov:acm-pca:::template/EndEntityCertificate/V1',
        Validity: { Type: 'DAYS', Value: 7 },
      },
    ]);
  });

  test('is asked for by calls that the role of the function allows, and no others', async () => {
    await harness.rotate(arn);
    expect([...new Set(harness.calls)].sort()).toEqual([
      'DescribeCertificateAuthority',
      'DescribeSecret',
      'GetCertificate',
      'GetSecretValue',
      'IssueCertificate',
      'PutSecretValue',
      'UpdateSecretVersionStage',
    ]);
  });

  test('is waited for while it is being issued', async () => {
    harness.privateCa.inProgress = 3;
    await harness.rotate(arn);
    expect(harness.pauses).toEqual([250, 500, 1000]);
    expect(harness.current(arn, 'orders')).toMatchObject({ ok: true });
  });

  test('is one, although the SDK sends the request again after a lost answer', async () => {
    const version = harness.secretsManager.startRotation(arn);
    let lost = 0;
    await harness.invoke(
      arn,
      'createSecret',
      version,
      undefined,
      {
        after: (operation) => {
          if (operation !== 'IssueCertificate' || lost > 0) return;
          lost += 1;
          throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });
        },
      },
      3,
    );
    expect(harness.privateCa.requests).toHaveLength(2);
    expect(harness.privateCa.issued).toHaveLength(1);
  });

  test('belongs to the key of the second attempt if the first one died with its key', async () => {
    const version = harness.secretsManager.startRotation(arn);
    await expect(harness.invoke(arn, 'createSecret', version, { call: 5, when: 'after' })).rejects.toThrow(Crash);
    expect(harness.calls.at(-1)).toBe('IssueCertificate');
    for (const step of STEPS) await harness.invoke(arn, step, version);
    const keys = harness.privateCa.issued.map(({ certificate }) => Buffer.from(certificate.publicKey.rawData).toString('hex'));
    expect(new Set(keys).size).toBe(2);
    expect(createPublicKey(current().privateKey).export({ format: 'der', type: 'spki' }).toString('hex')).toBe(keys[1]);
  });

  test('may become current up to an hour after it was stored, although it begins an hour earlier', async () => {
    const version = harness.secretsManager.startRotation(arn);
    await harness.invoke(arn, 'createSecret', version);
    harness.advance(60 * MINUTE);
    for (const step of STEPS) await harness.invoke(arn, step, version);
    expect(harness.current(arn, 'orders')).toMatchObject({ ok: true, leaf: { notBefore: new Date(START.getTime() - 60 * MINUTE) } });
  });
});

describe('a pending certificate of AWS Private CA', () => {
  async function interrupted(change: () => void): Promise<void> {
    const version = harness.secretsManager.startRotation(arn);
    await harness.invoke(arn, 'createSecret', version);
    change();
    await harness.invoke(arn, 'testSecret', version);
  }

  test('fails if it was stored more than an hour ago', async () => {
    await expect(
      interrupted(() => {
        harness.advance(61 * MINUTE);
      }),
    ).rejects.toThrow('abandoned, rotate again to get a new one: it was made at 2026-11-24T12:00:00.000Z');
    await harness.rotate(arn);
    expect(harness.current(arn, 'orders')).toMatchObject({ ok: true });
  });

  test('fails if another authority issues now', async () => {
    setUp(intermediate);
    harness.configuration = configurationOf(intermediate, root);
    await expect(
      interrupted(() => {
        harness.configuration = configurationOf(root, intermediate);
      }),
    ).rejects.toThrow('it is not issued by the authority "a"');
  });

  test('is kept if another authority below the same root issues now', async () => {
    const [old, next] = await Promise.all(
      ['old', 'next'].map(async (name) => privateAuthority(name, await makePrivateCa(name, { createdAt: START, parent: root.ca }))),
    );
    setUp(old);
    await interrupted(() => {
      harness.configuration = configurationOf(next, old);
    });
    expect(harness.lines.at(-1)).toContain('certificate-accepted');
  });
});

describe('nothing is stored', () => {
  const stored = (): string | undefined => harness.secretsManager.stage(arn, 'AWSPENDING')?.text;
  const answering = (operation: string, answer: Fields | ((answer: Fields) => Fields)): void => {
    harness.privateCa.change = (asked, real) =>
      asked !== operation ? real : typeof answer === 'function' ? answer(real) : { ...real, ...answer };
  };

  test('fails if the certificate is not there within half a minute', async () => {
    harness.privateCa.inProgress = 1000;
    await expect(harness.rotate(arn)).rejects.toThrow(
      /AWS Private CA has not issued arn:.* within 28 seconds; the next attempt asks for another certificate/,
    );
    expect(harness.pauses.reduce((sum, pause) => sum + pause, 0)).toBe(27_750);
    expect(stored()).toBeUndefined();
  });

  test('fails if the certificate is of another key', async () => {
    const version = harness.secretsManager.startRotation(arn);
    await harness.invoke(arn, 'createSecret', version);
    const [lost] = harness.privateCa.issued;
    const second = harness.createSecret('payment');
    answering('GetCertificate', { Certificate: lost?.certificate.toString('pem') });
    harness.secretsManager.tag(
      second,
      Object.fromEntries([
        ['cdk-ecs-microservices:identity', 'spiffe://shop.internal/orders'],
        ['cdk-ecs-microservices:dns-name', 'orders.shop.internal'],
      ]),
    );
    await expect(harness.rotate(second)).rejects.toThrow(
      'the new certificate is refused: the private key does not belong to the certificate',
    );
    expect(harness.secretsManager.stage(second, 'AWSPENDING')?.text).toBeUndefined();
  });

  test('fails if the authority has got another root meanwhile', async () => {
    const renewed = { ...root, ca: { ...(await makePrivateCa('renewed', { createdAt: START })), arn: root.ca.arn } };
    harness.configuration = configurationOf(renewed);
    await expect(harness.rotate(arn)).rejects.toThrow(
      'does not lead to the root "CN=shop CA a" of its authority: if that has got a new root, add it to the mesh as another authority',
    );
    expect(stored()).toBeUndefined();
  });

  test('fails if the chain lacks what is between', async () => {
    setUp(intermediate);
    answering('GetCertificate', ({ Certificate }) => ({ Certificate }));
    await expect(harness.rotate(arn)).rejects.toThrow('does not lead to the root "CN=shop CA b root"');
  });

  test.each([
    [
      'the authority is disabled',
      () => {
        root.ca.status = 'DISABLED';
      },
      'is DISABLED, and only an ACTIVE one issues certificates: enable it',
    ],
    [
      'the authority has a key that Envoy does not take',
      () => {
        answering('DescribeCertificateAuthority', {
          CertificateAuthority: { Arn: 'x', Status: 'ACTIVE', CertificateAuthorityConfiguration: { KeyAlgorithm: 'SM2' } },
        });
      },
      'the key of the authority x is SM2; the mesh takes certificates by EC_prime256v1,',
    ],
    [
      'AWS Private CA names no certificate',
      () => {
        answering('IssueCertificate', () => ({}));
      },
      'returned no certificate of arn:',
    ],
    [
      'AWS Private CA returns something else',
      () => {
        answering('GetCertificate', { Certificate: 'x' });
      },
      'something else than PEM certificates for arn:',
    ],
    [
      'the authority is gone',
      () => {
        harness.configuration = configurationOf({
          ...root,
          certificateAuthorityArn: 'arn:aws:acm-pca:eu-west-1:111111111111:certificate-authority/gone',
        });
      },
      'Could not find Certificate Authority',
    ],
  ])('fails if %s', async (_, change, message) => {
    change();
    await expect(harness.rotate(arn)).rejects.toThrow(message);
    expect(stored()).toBeUndefined();
    expect(harness.lines.at(-1)).toContain('rotation-failed');
  });
});

test('an authority of AWS Private CA takes over from a key of KMS, and gives back', async () => {
  const kms = await makeAuthority('kms', START);
  for (const configuration of [
    configurationOf(kms),
    configurationOf(kms, intermediate),
    configurationOf(intermediate, kms),
    configurationOf(kms, intermediate),
  ]) {
    harness.configuration = configuration;
    await harness.rotate(arn);
    expect(harness.current(arn, 'orders')).toMatchObject({ ok: true });
  }
});

test('no key shows in the log', async () => {
  await harness.rotate(arn);
  const logged = harness.lines.join('\n');
  expect(logged).not.toContain('PRIVATE KEY');
  for (const line of current().privateKey.split('\n').slice(1, 3)) expect(logged).not.toContain(line);
});
