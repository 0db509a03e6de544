import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { KMSClient } from '@aws-sdk/client-kms';
import { fakeRequestHandler, ServiceError, type CallHooks, type Fields } from './fake-aws';

interface Key {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly spec: string;
  readonly createdAt: Date;
}

/** Asymmetric keys of KMS. It signs digests as they are, by openssl: Node.js would hash them again. */
export class FakeKms {
  private readonly keys = new Map<string, Key>();

  readonly signed: Fields[] = [];

  createKey(createdAt: Date, curve: 'prime256v1' | 'secp384r1' = 'prime256v1'): string {
    const arn = `arn:aws:kms:eu-west-1:111111111111:key/${this.keys.size + 1}`;
    this.keys.set(arn, {
      ...generateKeyPairSync('ec', { namedCurve: curve }),
      spec: curve === 'prime256v1' ? 'ECC_NIST_P256' : 'ECC_NIST_P384',
      createdAt,
    });
    return arn;
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

  private call(operation: string, input: Fields): Fields {
    const key = this.keys.get(String(input.KeyId));
    if (key === undefined) throw new ServiceError('NotFoundException', `Key '${String(input.KeyId)}' does not exist`);
    switch (operation) {
      case 'DescribeKey':
        return {
          KeyMetadata: { KeyId: input.KeyId, KeySpec: key.spec, KeyUsage: 'SIGN_VERIFY', CreationDate: key.createdAt.getTime() / 1000 },
        };
      case 'GetPublicKey':
        return { PublicKey: key.publicKey.export({ format: 'der', type: 'spki' }).toString('base64') };
      case 'Sign':
        return { Signature: this.sign(key, input).toString('base64') };
      default:
        throw new ServiceError('UnknownOperationException', operation);
    }
  }

  private sign(key: Key, input: Fields): Buffer {
    this.signed.push(input);
    const message = Buffer.from(String(input.Message), 'base64');
    if (input.SigningAlgorithm !== 'ECDSA_SHA_256' || input.MessageType !== 'DIGEST' || message.length !== 32)
      throw new ServiceError('ValidationException', 'Digest is invalid length for algorithm ECDSA_SHA_256.');
    return signDigest(key.privateKey, message);
  }
}

/** The key and the digest go by pipes, so that neither is left on disk. */
function signDigest(privateKey: KeyObject, digest: Buffer): Buffer {
  const KEY = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const openssl = spawnSync('bash', ['-c', 'openssl pkeyutl -sign -inkey <(printf %s "$KEY") -in <(printf %s "$DIGEST" | base64 -d)'], {
    env: { ...process.env, KEY, DIGEST: digest.toString('base64') },
  });
  if (openssl.status !== 0) throw new Error(`openssl does not sign: ${openssl.stderr.toString()}`);
  return openssl.stdout;
}
