import { createHash } from 'node:crypto';
import { DescribeKeyCommand, GetPublicKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { validityOf } from '../../shared/certificate-secret';
import { textProperty, type CustomResourceAnswer, type CustomResourceEvent } from '../custom-resource-event';
import { errorFields, type Log } from '../log';
import { kmsSigner } from '../x509/kms-signer';
import { oneLineOf } from '../x509/one-line-certificate';
import { makeRootCertificate } from '../x509/root-certificate';
import { retryWhileDenied, type Pause } from './retry-while-denied';

export interface AuthorityDependencies {
  readonly kms: KMSClient;
  readonly log: Log;
  readonly pause: Pause;
}

/**
 * The custom resource of one authority: makes the root certificate of a KMS key.
 *
 * Properties: `KeyArn` (ECC_NIST_P256, SIGN_VERIFY), `Mesh`, `Name`. Attributes: `certificate` (DER in base64), `notAfter`.
 *
 * Nothing is stored: the same key and names give the same certificate, but for its signature. So Create may be
 * retried, and Update answers with the same authority. Other names or another key make another authority, hence
 * another physical ID, and CloudFormation replaces the resource. Delete has nothing to delete: the key is a resource
 * of its own.
 */
export function authorityHandler({ kms, log, pause }: AuthorityDependencies): (event: CustomResourceEvent) => Promise<CustomResourceAnswer> {
  return async (event) => {
    if (event.RequestType === 'Delete') return { PhysicalResourceId: event.PhysicalResourceId ?? 'never-created' };
    try {
      const keyArn = textProperty(event.ResourceProperties, 'KeyArn');
      const mesh = textProperty(event.ResourceProperties, 'Mesh');
      const name = textProperty(event.ResourceProperties, 'Name');
      const root = await retryWhileDenied(async () => {
        const key = await readKey(kms, keyArn);
        return makeRootCertificate({ mesh, name, ...key }, kmsSigner(kms, keyArn));
      }, pause, log);
      const { notAfter } = validityOf(root);
      log.info('root-certificate-made', { keyArn, subject: root.subject, serialNumber: root.serialNumber, notAfter: notAfter.toISOString() });
      return {
        // The serial number is a hash of the key and the names.
        PhysicalResourceId: `certificate-authority-${createHash('sha256').update(keyArn).update(root.serialNumber).digest('hex').slice(0, 32)}`,
        Data: { certificate: oneLineOf(root), notAfter: notAfter.toISOString() },
      };
    } catch (error) {
      log.error('root-certificate-failed', errorFields(error));
      throw error;
    }
  };
}

async function readKey(kms: KMSClient, keyArn: string): Promise<{ readonly publicKey: Uint8Array; readonly createdAt: Date }> {
  const { KeyMetadata: key } = await kms.send(new DescribeKeyCommand({ KeyId: keyArn }));
  if (key?.KeySpec !== 'ECC_NIST_P256' || key.KeyUsage !== 'SIGN_VERIFY') {
    throw new Error(`the key ${keyArn} is ${key?.KeySpec ?? 'of no kind'} for ${key?.KeyUsage ?? 'nothing'}; an authority needs ECC_NIST_P256 for SIGN_VERIFY`);
  }
  if (key.CreationDate === undefined) throw new Error(`KMS does not say when the key ${keyArn} was made`);
  const { PublicKey: publicKey } = await kms.send(new GetPublicKeyCommand({ KeyId: keyArn }));
  if (publicKey === undefined) throw new Error(`KMS returned no public key of ${keyArn}`);
  return { publicKey, createdAt: key.CreationDate };
}
