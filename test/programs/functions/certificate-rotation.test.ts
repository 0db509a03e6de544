import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readConfiguration } from '../../../programs/functions/certificate-rotation/configuration';
import { STEPS } from '../../../programs/functions/certificate-rotation/rotation-event';
import { DNS_NAME_TAG, IDENTITY_TAG } from '../../../lib/core/contract/rotation';
import { oneLineOf } from '../../../programs/functions/x509/one-line-certificate';
import { isIssuedBy, readPemCertificates, type CertificateSecret } from '../../../programs/shared/certificate-secret';
import { identityOf, makeAuthority, makeSecret, TRUST_DOMAIN, type TestAuthority } from './support/authorities';
import { configurationOf, RotationHarness, tagsOf } from './support/rotation-harness';

const START = new Date('2026-11-24T12:00:00Z');
const DAY = 24 * 60 * 60 * 1000;

let authority: TestAuthority;
let other: TestAuthority;
let harness: RotationHarness;

beforeAll(async () => {
  authority = await makeAuthority('a', START);
  other = await makeAuthority('b', START);
});
beforeEach(() => {
  harness = new RotationHarness(START, configurationOf(authority));
});

const events = (): unknown[] => harness.lines.map((line) => (JSON.parse(line) as { message: unknown }).message);
const secretIn = (arn: string, stage: string): CertificateSecret =>
  JSON.parse(harness.secretsManager.stage(arn, stage)?.text ?? '') as CertificateSecret;

describe('a rotation', () => {
  test.each([
    ['nothing', undefined],
    ['garbage', 'not json {'],
    ['what CloudFormation generates', '{"password":"x"}'],
    ['the wrong fields', '{"version":1}'],
  ])('gives a first certificate to a secret that holds %s', async (_, text) => {
    const arn = harness.createSecret('orders', text);
    const version = await harness.rotate(arn);
    expect(harness.current(arn, 'orders')).toMatchObject({ ok: true });
    expect(harness.secretsManager.stage(arn, 'AWSCURRENT')?.version).toBe(version);
    expect(events()).toEqual(['certificate-issued', 'nothing-to-set', 'certificate-accepted', 'certificate-promoted']);
  });

  test('gives a new key and certificate each time, and keeps the former one as AWSPREVIOUS', async () => {
    const arn = harness.createSecret('orders');
    const first = await harness.rotate(arn);
    harness.advance(2 * DAY);
    const second = await harness.rotate(arn);
    expect(harness.secretsManager.stage(arn, 'AWSPREVIOUS')?.version).toBe(first);
    expect(harness.secretsManager.stage(arn, 'AWSCURRENT')?.version).toBe(second);
    expect(secretIn(arn, 'AWSCURRENT').privateKey).not.toBe(secretIn(arn, 'AWSPREVIOUS').privateKey);
    expect(harness.current(arn, 'orders')).toMatchObject({ ok: true, leaf: { notAfter: new Date(START.getTime() + 9 * DAY) } });
  });

  test('writes the trust bundle of all authorities, and a chain without a root', async () => {
    harness.configuration = configurationOf(authority, other);
    const arn = harness.createSecret('orders');
    await harness.rotate(arn);
    const secret = secretIn(arn, 'AWSCURRENT');
    expect(readPemCertificates(secret.certificateChain)).toHaveLength(1);
    expect(readPemCertificates(secret.trustBundle)?.map((root) => root.subject)).toEqual(['CN=shop CA a', 'CN=shop CA b']);
    expect(isIssuedBy(new X509Certificate(secret.certificateChain), authority.certificate)).toBe(true);
    expect(new X509Certificate(secret.certificateChain).subjectAltName).toBe('URI:spiffe://shop.internal/orders, DNS:orders.shop.internal');
  });

  test('does nothing to a version that is already current', async () => {
    const arn = harness.createSecret('orders');
    const version = await harness.rotate(arn);
    const before = secretIn(arn, 'AWSCURRENT');
    harness.calls = [];
    for (const step of STEPS) await harness.invoke(arn, step, version);
    expect(harness.calls).toEqual(STEPS.map(() => 'DescribeSecret'));
    expect(secretIn(arn, 'AWSCURRENT')).toEqual(before);
  });

  test('may run the same step twice at once: one content wins, and both go on', async () => {
    const arn = harness.createSecret('orders');
    const version = harness.secretsManager.startRotation(arn);
    await Promise.all([harness.invoke(arn, 'createSecret', version), harness.invoke(arn, 'createSecret', version)]);
    for (const step of STEPS.slice(1)) await Promise.allSettled([harness.invoke(arn, step, version), harness.invoke(arn, step, version)]);
    expect(harness.current(arn, 'orders')).toMatchObject({ ok: true });
  });

  test('is retried by the SDK when Secrets Manager throttles', async () => {
    const arn = harness.createSecret('orders');
    const version = harness.secretsManager.startRotation(arn);
    let throttled = 0;
    await harness.invoke(
      arn,
      'createSecret',
      version,
      undefined,
      {
        before: (operation) => {
          if (operation === 'Sign' || throttled >= 1) return;
          throttled += 1;
          throw Object.assign(new Error('Rate exceeded'), {
            name: 'ThrottlingException',
            $fault: 'client',
            $metadata: { httpStatusCode: 400 },
          });
        },
      },
      4,
    );
    expect(throttled).toBe(1);
    expect(events()).toEqual(['certificate-issued']);
  });

  test('logs JSON that names the secret, the step and the certificate, and no key', async () => {
    const arn = harness.createSecret('orders');
    const version = await harness.rotate(arn);
    const reading = harness.current(arn, 'orders');
    expect(JSON.parse(harness.lines.at(-1) ?? '')).toEqual({
      level: 'info',
      message: 'certificate-promoted',
      step: 'finishSecret',
      secret: arn,
      version,
      serialNumber: reading?.ok === true ? reading.leaf.serialNumber : '',
      fingerprint: expect.any(String),
      notBefore: '2026-11-24T11:55:00.000Z',
      notAfter: '2026-12-01T12:00:00.000Z',
    });
    const key = createPrivateKey(secretIn(arn, 'AWSCURRENT').privateKey).export({ format: 'jwk' }).d ?? 'none';
    const logged = harness.lines.join('\n');
    expect(logged).not.toContain('PRIVATE KEY');
    expect(logged).not.toContain(key);
    for (const line of secretIn(arn, 'AWSCURRENT').privateKey.split('\n').slice(1, 3)) expect(logged).not.toContain(line);
  });
});

describe('a pending version that must not become current', () => {
  /** Runs the given steps, changes the world, runs the rest. */
  async function interrupted(
    change: () => void,
    after: readonly ('createSecret' | 'testSecret')[],
  ): Promise<{ readonly arn: string; readonly error: unknown }> {
    const arn = harness.createSecret('orders', JSON.stringify(await makeSecret({ issuer: authority, now: START })));
    const version = harness.secretsManager.startRotation(arn);
    for (const step of after) await harness.invoke(arn, step, version);
    change();
    const error: unknown = await harness
      .invoke(arn, after.at(-1) === 'testSecret' ? 'finishSecret' : 'testSecret', version)
      .catch((reason: unknown) => reason);
    return { arn, error };
  }

  test.each([
    [
      'its authority no longer issues',
      () => {
        harness.configuration = configurationOf(other, authority);
      },
      'it is not issued by the authority "b"',
    ],
    [
      'an authority was added',
      () => {
        harness.configuration = configurationOf(authority, other);
      },
      'its trust bundle is not the authorities of today',
    ],
    [
      'it was made more than an hour ago',
      () => {
        harness.advance(61 * 60 * 1000);
      },
      'it was made at 2026-11-24T12:00:00.000Z',
    ],
    [
      'it expired',
      () => {
        harness.advance(8 * DAY);
      },
      'the certificate expired at',
    ],
  ])('is abandoned if %s, and the next rotation makes another', async (_, change, message) => {
    for (const after of [['createSecret'], ['createSecret', 'testSecret']] as const) {
      harness = new RotationHarness(START, configurationOf(authority));
      const { arn, error } = await interrupted(change, after);
      expect(error).toEqual(
        new Error(`the pending certificate is abandoned, rotate again to get a new one: ${(error as Error).message.split('new one: ')[1]}`),
      );
      expect((error as Error).message).toContain(message);
      expect(harness.secretsManager.stage(arn, 'AWSPENDING')).toBeUndefined();
      await harness.rotate(arn);
      expect(harness.current(arn, 'orders')).toMatchObject({ ok: true });
      expect(events()).toContain('certificate-refused');
    }
  });

  test('is abandoned if somebody put garbage there', async () => {
    const arn = harness.createSecret('orders');
    const version = harness.secretsManager.startRotation(arn);
    harness.secretsManager.fill(arn, version, 'garbage');
    await expect(harness.invoke(arn, 'createSecret', version)).rejects.toThrow(
      'abandoned, rotate again to get a new one: the secret is not JSON',
    );
    expect(await harness.rotate(arn)).not.toBe(version);
    expect(harness.current(arn, 'orders')).toMatchObject({ ok: true });
  });

  test('fails if it is tested before it is made', async () => {
    const arn = harness.createSecret('orders');
    const version = harness.secretsManager.startRotation(arn);
    await expect(harness.invoke(arn, 'testSecret', version)).rejects.toThrow('createSecret has not run');
    expect(harness.secretsManager.stage(arn, 'AWSPENDING')?.version).toBe(version);
  });
});

describe('whose certificate it is', () => {
  test('fails if the tags of a secret turn it into another service, once it is issued', async () => {
    const arn = harness.createSecret('orders');
    await harness.rotate(arn);
    harness.secretsManager.tag(arn, tagsOf('admin'));
    harness.calls = [];
    await expect(harness.rotate(arn)).rejects.toThrow(
      'the secret holds a certificate of spiffe://shop.internal/orders and its tags say ' +
        'spiffe://shop.internal/admin: a secret keeps its identity',
    );
    expect(harness.current(arn, 'orders')).toMatchObject({ ok: true });
    expect(harness.calls).not.toContain('Sign');
  });

  test.each([
    ['no tags', {}, `the secret has no tag ${IDENTITY_TAG}`],
    ['no DNS name', { [IDENTITY_TAG]: identityOf('orders') }, `the secret has no tag ${DNS_NAME_TAG}`],
    [
      'another trust domain',
      { ...tagsOf('orders'), [IDENTITY_TAG]: 'spiffe://bank.internal/orders' },
      'expected spiffe://shop.internal/<service>',
    ],
    [
      'a path of several parts',
      { ...tagsOf('orders'), [IDENTITY_TAG]: 'spiffe://shop.internal/a/b' },
      'expected spiffe://shop.internal/<service>',
    ],
    ['two names in one', { ...tagsOf('orders'), [DNS_NAME_TAG]: 'orders.shop.internal, URI:x' }, 'expected a DNS name'],
  ])('fails if a secret has %s', async (_, tags, message) => {
    const arn = harness.createSecret('orders');
    harness.secretsManager.tag(arn, tags);
    await expect(harness.rotate(arn)).rejects.toThrow(message);
    expect(harness.calls).not.toContain('Sign');
  });
});

describe('a call that is not a rotation', () => {
  test('fails if rotation is not enabled', async () => {
    const arn = harness.createSecret('orders');
    harness.secretsManager.disableRotation(arn);
    await expect(harness.rotate(arn)).rejects.toThrow('the rotation of the secret is not enabled');
  });

  test('fails if the version is not one that Secrets Manager started', async () => {
    const arn = harness.createSecret('orders');
    await expect(harness.invoke(arn, 'createSecret', '11111111-2222-3333-4444-555555555555')).rejects.toThrow('is not pending');
    expect(harness.calls).toEqual(['DescribeSecret']);
  });

  test('fails if the version is the previous one', async () => {
    const arn = harness.createSecret('orders');
    const first = await harness.rotate(arn);
    await harness.rotate(arn);
    await expect(harness.invoke(arn, 'finishSecret', first)).rejects.toThrow('is not pending');
  });

  test('fails if the event is something else', async () => {
    await expect(harness.invoke('x', 'dropSecret' as 'createSecret', 'v')).rejects.toThrow('"dropSecret" is not a step of a rotation');
    await expect(harness.invoke('', 'createSecret', 'v')).rejects.toThrow('the event has no SecretId');
  });
});

describe('the environment', () => {
  const environment = () => ({
    AUTHORITIES: JSON.stringify(
      [authority, other].map(({ name, keyArn, certificate }) => ({ name, keyArn, certificate: oneLineOf(certificate) })),
    ),
    ISSUER: 'b',
    TRUST_DOMAIN,
  });

  test('names the authorities, the one that issues, and the trust domain', () => {
    expect(readConfiguration(environment())).toMatchObject({
      authorities: [{ name: 'a' }, { name: 'b', keyArn: other.keyArn, identity: other.identity }],
      issuer: { name: 'b' },
      trustDomain: TRUST_DOMAIN,
    });
  });

  test('holds four authorities with the longest names within the 4 KB of Lambda', async () => {
    const long = await makeAuthority('x'.repeat(20), START, 'm'.repeat(39));
    const one = {
      name: long.name,
      keyArn: 'arn:aws:kms:ap-southeast-1:111111111111:key/mrk-11111111222233334444555555555555',
      certificate: oneLineOf(long.certificate),
    };
    expect(JSON.stringify([one, one, one, one]).length + 'AUTHORITIES'.length).toBeLessThan(3900);
  });

  test.each<[string, Record<string, string | undefined> | (() => Record<string, string>), string]>([
    ['AUTHORITIES is missing', { AUTHORITIES: undefined }, 'AUTHORITIES is missing'],
    ['AUTHORITIES is not JSON', { AUTHORITIES: 'x' }, 'not a JSON list'],
    ['an authority has no certificate at all', { AUTHORITIES: '[{"name":"a"}]' }, 'no text at [0].certificate'],
    [
      'an authority has nothing to issue by',
      () => ({ AUTHORITIES: JSON.stringify([{ name: 'a', certificate: oneLineOf(authority.certificate) }]) }),
      'must have either keyArn or certificateAuthorityArn at [0]',
    ],
    [
      'an authority has two things to issue by',
      () => ({
        AUTHORITIES: JSON.stringify([
          { name: 'a', certificate: oneLineOf(authority.certificate), keyArn: 'x', certificateAuthorityArn: 'y' },
        ]),
      }),
      'must have either keyArn or certificateAuthorityArn at [0]',
    ],
    [
      'an authority has an empty ARN',
      () => ({ AUTHORITIES: JSON.stringify([{ name: 'a', certificate: oneLineOf(authority.certificate), certificateAuthorityArn: '' }]) }),
      'no text at [0].certificateAuthorityArn',
    ],
    [
      'an authority has no certificate',
      { AUTHORITIES: '[{"name":"a","keyArn":"x","certificate":"x"}]' },
      'something else than a certificate (DER in base64, on one line) at [0]',
    ],
    ['the issuer is not an authority', { ISSUER: 'c' }, 'the issuer "c" is not one of the authorities: a, b'],
    ['the trust domain is missing', { TRUST_DOMAIN: '' }, 'TRUST_DOMAIN is missing'],
  ])('fails if %s', (_, change, message) => {
    expect(() => readConfiguration({ ...environment(), ...(typeof change === 'function' ? change() : change) })).toThrow(message);
  });
});
