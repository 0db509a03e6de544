import { createHash, generateKeyPairSync, verify } from 'node:crypto';
import type { EncryptCommandInput } from '@aws-sdk/client-kms';
import { DecryptCommand, DescribeKeyCommand, EncryptCommand, GetPublicKeyCommand, SignCommand } from '@aws-sdk/client-kms';
import { AwsEmulator } from '../../programs/emulator/aws/emulator';
import { FakeKms } from '../../programs/emulator/aws/fake-kms';
import { signDigest } from '../../programs/emulator/aws/sign-digest';

const CONTEXT = { identity: 'orders', mesh: 'shop' };
const TEXT = Buffer.from('a proof');

describe('a symmetric key of the fake KMS', () => {
  const fake = new FakeKms();
  const kms = fake.client();
  const [key, other] = [fake.createSymmetricKey(), fake.createSymmetricKey()];
  const signing = fake.createKey(new Date());
  const encrypt = async (more: Partial<EncryptCommandInput> = {}): Promise<Uint8Array> => {
    const { CiphertextBlob: blob } = await kms.send(
      new EncryptCommand({ KeyId: key, Plaintext: TEXT, EncryptionContext: CONTEXT, ...more }),
    );
    return blob ?? new Uint8Array();
  };
  const decrypt = async (blob: Uint8Array, context: Readonly<Record<string, string>> | undefined, KeyId?: string): Promise<string> =>
    kms.send(new DecryptCommand({ CiphertextBlob: blob, EncryptionContext: context, KeyId })).then(
      ({ Plaintext: plaintext }) => new TextDecoder().decode(plaintext),
      (error: unknown) => (error as Error).name,
    );
  const errorOf = async (sent: Promise<unknown>): Promise<string> =>
    sent.then(
      () => 'none',
      (error: unknown) => (error as Error).name,
    );

  test('says what it is', async () => {
    await expect(kms.send(new DescribeKeyCommand({ KeyId: key }))).resolves.toMatchObject({
      KeyMetadata: { Arn: key, KeySpec: 'SYMMETRIC_DEFAULT', KeyUsage: 'ENCRYPT_DECRYPT' },
    });
    await expect(kms.send(new DescribeKeyCommand({ KeyId: signing }))).resolves.toMatchObject({
      KeyMetadata: { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' },
    });
  });

  test('decrypts what it has encrypted, with the same pairs in any order, and says by which key', async () => {
    const blob = await encrypt();
    expect(Buffer.from(blob).includes(TEXT)).toBe(false);
    await expect(
      kms.send(new DecryptCommand({ CiphertextBlob: blob, EncryptionContext: { mesh: 'shop', identity: 'orders' } })),
    ).resolves.toMatchObject({ KeyId: key, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT', Plaintext: new Uint8Array(TEXT) });
    expect(await decrypt(blob, CONTEXT, key)).toBe(TEXT.toString());
    expect(await decrypt(await encrypt({ EncryptionContext: undefined }), {})).toBe(TEXT.toString());
  });

  test('never encrypts to the same twice', async () => {
    expect(await encrypt()).not.toEqual(await encrypt());
  });

  test.each<[string, Readonly<Record<string, string>> | undefined]>([
    ['another value', { ...CONTEXT, identity: 'ui' }],
    ['a value of another case', { ...CONTEXT, identity: 'Orders' }],
    ['a name of another case', { Identity: 'orders', mesh: 'shop' }],
    ['a pair more', { ...CONTEXT, more: 'x' }],
    ['a pair less', { identity: 'orders' }],
    ['none', undefined],
  ])('does not decrypt under another context: %s', async (_, context) => {
    expect(await decrypt(await encrypt(), context)).toBe('InvalidCiphertextException');
  });

  test('does not decrypt what was changed, nor garbage', async () => {
    const blob = await encrypt();
    for (const at of [0, 3, blob.length - TEXT.length - 20, blob.length - 1]) {
      const changed = Uint8Array.from(blob, (byte, index) => (index === at ? byte ^ 1 : byte));
      expect([at, await decrypt(changed, CONTEXT, key)]).toEqual([at, 'InvalidCiphertextException']);
    }
    for (const garbage of [Buffer.from('x'), Buffer.alloc(6144, 1), blob.subarray(0, 50)])
      for (const KeyId of [key, undefined]) expect(await decrypt(garbage, CONTEXT, KeyId)).toBe('InvalidCiphertextException');
  });

  test('does not decrypt what another key has encrypted', async () => {
    expect(await decrypt(await encrypt({ KeyId: other }), CONTEXT, key)).toBe('IncorrectKeyException');
  });

  test('takes 1 to 4,096 bytes', async () => {
    expect(await decrypt(await encrypt({ Plaintext: Buffer.alloc(4096) }), CONTEXT)).toHaveLength(4096);
    expect(await errorOf(encrypt({ Plaintext: Buffer.alloc(4097) }))).toBe('ValidationException');
    expect(await errorOf(encrypt({ Plaintext: Buffer.alloc(0) }))).toBe('ValidationException');
    expect(await decrypt(Buffer.alloc(6145), CONTEXT, key)).toBe('ValidationException');
  });

  test('is for nothing but encryption, by its own algorithm', async () => {
    const sign = new SignCommand({
      KeyId: key,
      SigningAlgorithm: 'ECDSA_SHA_256',
      MessageType: 'DIGEST',
      Message: Buffer.alloc(32),
    });
    expect(await errorOf(kms.send(sign))).toBe('InvalidKeyUsageException');
    expect(await errorOf(encrypt({ EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' }))).toBe('InvalidKeyUsageException');
    expect(await errorOf(kms.send(new GetPublicKeyCommand({ KeyId: key })))).toBe('UnsupportedOperationException');
  });

  test('is not what a key for signatures is', async () => {
    expect(await errorOf(encrypt({ KeyId: signing }))).toBe('InvalidKeyUsageException');
    expect(await decrypt(await encrypt(), CONTEXT, signing)).toBe('InvalidKeyUsageException');
  });

  test('has to be there', async () => {
    expect(await errorOf(encrypt({ KeyId: `${key}0` }))).toBe('NotFoundException');
    expect(await decrypt(await encrypt(), CONTEXT, `${key}0`)).toBe('NotFoundException');
  });
});

describe('a key for signatures of the fake KMS', () => {
  test.each(['prime256v1', 'secp384r1'] as const)('signs digests as they are, on the curve %s', (namedCurve) => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
    const signatures = Array.from({ length: 200 }, (_, number) => {
      const text = Buffer.from(`text ${number}`);
      const signature = signDigest(privateKey, createHash('sha256').update(text).digest());
      expect(verify('sha256', text, publicKey, signature)).toBe(true);
      expect(verify('sha256', Buffer.from('another'), publicKey, signature)).toBe(false);
      return signature.toString('hex');
    });
    expect(new Set(signatures).size).toBe(200);
  });
});

test('an account remembers as many calls as it is to', async () => {
  const aws = new AwsEmulator('eu-west-1:123456789012', 2);
  const { kms } = aws.clients({ name: 'nobody', statements: () => [], tags: () => ({}) });
  for (const KeyId of ['a', 'b', 'c']) await kms.send(new DescribeKeyCommand({ KeyId })).catch(() => undefined);
  expect(aws.kms.calls.map(({ input }) => input['KeyId'])).toEqual(['b', 'c']);
});
