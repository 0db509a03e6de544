import type { X509Certificate } from 'node:crypto';
import { DescribeKeyCommand, GetPublicKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { kmsSigner } from '../x509/kms-signer';
import { makeRootCertificate } from '../x509/root-certificate';

/** The same key and names give the same certificate, but for its signature. */
export async function kmsRoot(
  kms: KMSClient,
  keyArn: string,
  names: { readonly mesh: string; readonly name: string },
): Promise<X509Certificate> {
  const key = await readKey(kms, keyArn);
  return makeRootCertificate({ ...names, ...key }, kmsSigner(kms, keyArn));
}

async function readKey(kms: KMSClient, keyArn: string): Promise<{ readonly publicKey: Uint8Array; readonly createdAt: Date }> {
  const { KeyMetadata: key } = await kms.send(new DescribeKeyCommand({ KeyId: keyArn }));
  if (key?.KeySpec !== 'ECC_NIST_P256' || key.KeyUsage !== 'SIGN_VERIFY') {
    throw new Error(
      `the key ${keyArn} is ${key?.KeySpec ?? 'of no kind'} for ${key?.KeyUsage ?? 'nothing'}; an authority needs ` +
        'ECC_NIST_P256 for SIGN_VERIFY',
    );
  }
  if (key.CreationDate === undefined) throw new Error(`KMS does not say when the key ${keyArn} was made`);
  const { PublicKey: publicKey } = await kms.send(new GetPublicKeyCommand({ KeyId: keyArn }));
  if (publicKey === undefined) throw new Error(`KMS returned no public key of ${keyArn}`);
  return { publicKey, createdAt: key.CreationDate };
}
