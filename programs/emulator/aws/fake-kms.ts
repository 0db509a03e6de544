import { createCipheriv, createDecipheriv, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import { remember } from '../remember';
import { fakeRequestHandler, ServiceError, type CallHooks, type Fields } from './fake-aws';
import { signDigest } from './sign-digest';

interface AnyKey {
  readonly arn: string;
  readonly createdAt: Date;
}

interface SigningKey extends AnyKey {
  readonly usage: 'SIGN_VERIFY';
  readonly spec: 'ECC_NIST_P256' | 'ECC_NIST_P384';
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

interface SymmetricKey extends AnyKey {
  readonly usage: 'ENCRYPT_DECRYPT';
  readonly spec: 'SYMMETRIC_DEFAULT';
  readonly secret: Buffer;
}

type Key = SigningKey | SymmetricKey;

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html */
const LONGEST_PLAINTEXT = 4096;
/** https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html */
const LONGEST_CIPHERTEXT = 6144;

/**
 * Keys of KMS: those that sign, and those that encrypt under an encryption context, as AWS documents them.
 */
export class FakeKms {
  private readonly keys = new Map<string, Key>();

  readonly signed: Fields[] = [];

  /**
   * @param place `<region>:<account>`
   * @param remembers how many signatures
   */
  constructor(
    private readonly place = 'eu-west-1:111111111111',
    private readonly remembers = Infinity,
  ) {}

  createKey(createdAt: Date, curve: 'prime256v1' | 'secp384r1' = 'prime256v1', id?: string): string {
    return this.add({
      usage: 'SIGN_VERIFY',
      ...generateKeyPairSync('ec', { namedCurve: curve }),
      spec: curve === 'prime256v1' ? 'ECC_NIST_P256' : 'ECC_NIST_P384',
      arn: this.arnOf(id),
      createdAt,
    });
  }

  createSymmetricKey(createdAt = new Date(), id?: string): string {
    return this.add({
      usage: 'ENCRYPT_DECRYPT',
      spec: 'SYMMETRIC_DEFAULT',
      secret: randomBytes(32),
      arn: this.arnOf(id),
      createdAt,
    });
  }

  /** The key that a call is about: by its ARN or its ID, or the one that a ciphertext is of. Undefined if there is none. */
  keyArnIn({ KeyId: id, CiphertextBlob: ciphertext }: Fields): string | undefined {
    if (id === undefined) return readCiphertext(bytesOf(ciphertext))?.keyArn;
    return [...this.keys.keys()].find((arn) => arn === id || arn.split('/').pop() === id);
  }

  client(hooks: CallHooks = {}, attempts = 1): KMSClient {
    return new KMSClient({
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      retryMode: 'adaptive',
      maxAttempts: attempts,
      requestHandler: fakeRequestHandler((operation, input) => this.call(operation, input), hooks),
    });
  }

  private arnOf(id = String(this.keys.size + 1)): string {
    return `arn:aws:kms:${this.place}:key/${id}`;
  }

  private add(key: Key): string {
    this.keys.set(key.arn, key);
    return key.arn;
  }

  private call(operation: string, input: Fields): Fields {
    switch (operation) {
      case 'DescribeKey': {
        const { arn, spec, usage, createdAt } = this.key(input);
        return { KeyMetadata: { KeyId: arn, Arn: arn, KeySpec: spec, KeyUsage: usage, CreationDate: createdAt.getTime() / 1000 } };
      }
      case 'GetPublicKey':
        return publicKeyOf(this.key(input));
      case 'Sign': {
        const key = this.key(input);
        if (key.usage !== 'SIGN_VERIFY') throw wrongUsage(key);
        return { Signature: this.sign(key, input).toString('base64') };
      }
      case 'Encrypt':
        return encrypt(this.key(input), input);
      case 'Decrypt':
        return this.decrypt(input);
      default:
        throw new ServiceError('UnknownOperationException', operation);
    }
  }

  private key(input: Fields): Key {
    const key = this.keys.get(this.keyArnIn(input) ?? '');
    if (key === undefined) throw new ServiceError('NotFoundException', `Key '${String(input.KeyId)}' does not exist`);
    return key;
  }

  private sign(key: SigningKey, input: Fields): Buffer {
    remember(this.signed, input, this.remembers);
    const message = Buffer.from(String(input.Message), 'base64');
    if (input.SigningAlgorithm !== 'ECDSA_SHA_256' || input.MessageType !== 'DIGEST' || message.length !== 32)
      throw new ServiceError('ValidationException', 'Digest is invalid length for algorithm ECDSA_SHA_256.');
    return signDigest(key.privateKey, message);
  }

  private decrypt(input: Fields): Fields {
    const bytes = bytesOf(input.CiphertextBlob);
    if (bytes.length === 0 || bytes.length > LONGEST_CIPHERTEXT) throw invalidLength('ciphertextBlob', LONGEST_CIPHERTEXT);
    const ciphertext = readCiphertext(bytes);
    const isKnown = ciphertext !== undefined && this.keys.has(ciphertext.keyArn);
    if (input.KeyId === undefined && !isKnown) throw invalidCiphertext();
    const key = this.key(input);
    checkAlgorithm(key, input);
    if (!isKnown) throw invalidCiphertext();
    if (ciphertext.keyArn !== key.arn)
      throw new ServiceError('IncorrectKeyException', 'The key ID in the request does not identify a CMK that can perform this operation.');
    const cipher = createDecipheriv('aes-256-gcm', key.secret, ciphertext.nonce).setAAD(boundTo(key.arn, input)).setAuthTag(ciphertext.tag);
    try {
      const plaintext = Buffer.concat([cipher.update(ciphertext.content), cipher.final()]);
      return { KeyId: key.arn, Plaintext: plaintext.toString('base64'), EncryptionAlgorithm: key.spec };
    } catch {
      throw invalidCiphertext();
    }
  }
}

function publicKeyOf(key: Key): Fields {
  if (key.usage !== 'SIGN_VERIFY')
    throw new ServiceError('UnsupportedOperationException', `${key.arn} is a symmetric key, which has no public one`);
  return { KeyId: key.arn, PublicKey: key.publicKey.export({ format: 'der', type: 'spki' }).toString('base64') };
}

function encrypt(key: Key, input: Fields): Fields {
  checkAlgorithm(key, input);
  const plaintext = bytesOf(input.Plaintext);
  if (plaintext.length === 0 || plaintext.length > LONGEST_PLAINTEXT) throw invalidLength('plaintext', LONGEST_PLAINTEXT);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key.secret, nonce).setAAD(boundTo(key.arn, input));
  const content = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return {
    KeyId: key.arn,
    CiphertextBlob: writeCiphertext({ keyArn: key.arn, nonce, tag: cipher.getAuthTag(), content }),
    EncryptionAlgorithm: key.spec,
  };
}

function checkAlgorithm(key: Key, { EncryptionAlgorithm: algorithm = 'SYMMETRIC_DEFAULT' }: Fields): asserts key is SymmetricKey {
  if (key.usage !== 'ENCRYPT_DECRYPT' || algorithm !== key.spec) throw wrongUsage(key);
}

function wrongUsage({ arn, usage, spec }: Key): ServiceError {
  return new ServiceError('InvalidKeyUsageException', `${arn} is of ${spec} for ${usage}`);
}

function invalidLength(field: string, longest: number): ServiceError {
  return new ServiceError('ValidationException', `Value at '${field}' failed to satisfy constraint: 1 to ${longest} bytes`);
}

function invalidCiphertext(): ServiceError {
  return new ServiceError('InvalidCiphertextException', '');
}

/**
 * The key, and the encryption context: exactly the same pairs, in any order.
 * https://docs.aws.amazon.com/kms/latest/developerguide/encrypt_context.html
 */
function boundTo(keyArn: string, { EncryptionContext: pairs = {} }: Fields): Buffer {
  if (
    typeof pairs !== 'object' ||
    pairs === null ||
    Array.isArray(pairs) ||
    Object.values(pairs).some((value) => typeof value === 'object')
  )
    throw new ServiceError('SerializationException', 'An encryption context is pairs of texts.');
  const sorted = Object.entries(pairs as Fields)
    .map(([key, value]) => [key, String(value)] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return Buffer.from(JSON.stringify([keyArn, sorted]));
}

/** A ciphertext says of itself which key it is of. */
interface Ciphertext {
  readonly keyArn: string;
  readonly nonce: Buffer;
  readonly tag: Buffer;
  readonly content: Buffer;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The length of the ARN in a byte, and then everything. */
function writeCiphertext({ keyArn, nonce, tag, content }: Ciphertext): string {
  return Buffer.concat([Buffer.from([keyArn.length]), Buffer.from(keyArn), nonce, tag, content]).toString('base64');
}

/** Undefined for what is none. */
function readCiphertext(bytes: Buffer): Ciphertext | undefined {
  const nonceAt = 1 + (bytes[0] ?? 0);
  const tagAt = nonceAt + NONCE_BYTES;
  const contentAt = tagAt + TAG_BYTES;
  const keyArn = bytes.subarray(1, nonceAt).toString();
  if (bytes.length <= contentAt || !keyArn.startsWith('arn:')) return undefined;
  return { keyArn, nonce: bytes.subarray(nonceAt, tagAt), tag: bytes.subarray(tagAt, contentAt), content: bytes.subarray(contentAt) };
}

function bytesOf(base64: unknown): Buffer {
  return Buffer.from(typeof base64 === 'string' ? base64 : '', 'base64');
}
