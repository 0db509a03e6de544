import { DecryptCommand, IncorrectKeyException, InvalidCiphertextException, type KMSClient } from '@aws-sdk/client-kms';
import { PROOF_WINDOW_MS, proofContext, type ProofContent } from '../../../lib/core/contract/issuing';
import type { Unread } from '../../../lib/core/contract/unread';
import { Refused } from './refused';

export interface Proof {
  readonly identity: string;
  readonly keyHash: string;
  /** By the task's clock, which is nearly right. */
  readonly issuedAt: Date;
  /** As the task says itself. */
  readonly task: string | undefined;
}

export interface ProofParts {
  readonly kms: KMSClient;
  readonly identityKeyArn: string;
  readonly scope: string;
  readonly now: Date;
}

/** KMS's limit. https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html */
const LONGEST_CIPHERTEXT = 6144;

/**
 * Who made this proof may have the identity: IAM let nobody else encrypt under a context that names it.
 * https://docs.aws.amazon.com/kms/latest/developerguide/encrypt_context.html
 *
 * @throws Refused
 */
export async function checkProof(
  { identity, proof }: { readonly identity: string; readonly proof: string },
  keyHash: string,
  { kms, identityKeyArn, scope, now }: ProofParts,
): Promise<Proof> {
  const content = readContent(await decrypted(proof, identity, { kms, identityKeyArn, scope }));
  // Not quoted: it is of somebody who may be somebody else.
  if (content.keyHash !== keyHash) throw new Refused('proof-of-another-key', 'the proof was made for another key than that of the request');
  if (Math.abs(now.getTime() - content.issuedAt.getTime()) > PROOF_WINDOW_MS) {
    throw new Refused(
      'proof-expired',
      `the proof is of ${content.issuedAt.toISOString()} by the clock of the task, and now it is ${now.toISOString()}: ` +
        `they may differ by ${PROOF_WINDOW_MS / 60_000} minutes`,
    );
  }
  return { identity, ...content };
}

async function decrypted(proof: string, identity: string, { kms, identityKeyArn, scope }: Omit<ProofParts, 'now'>): Promise<string> {
  const ciphertext = Buffer.from(proof, 'base64');
  if (ciphertext.length === 0 || ciphertext.length > LONGEST_CIPHERTEXT)
    throw new Refused('malformed', `the proof is not base64 of 1 to ${LONGEST_CIPHERTEXT} bytes`);
  try {
    const { Plaintext: plaintext } = await kms.send(
      new DecryptCommand({
        KeyId: identityKeyArn,
        CiphertextBlob: ciphertext,
        EncryptionContext: proofContext(scope, identity),
      }),
    );
    return new TextDecoder().decode(plaintext);
  } catch (error) {
    if (error instanceof InvalidCiphertextException || error instanceof IncorrectKeyException)
      throw new Refused('not-proven', `the proof was not made with the key of this mesh for ${identity} in ${scope}: ${error.name}`);
    throw error;
  }
}

function readContent(text: string): Omit<Proof, 'identity'> {
  const { keyHash, issuedAt, task }: Unread<ProofContent> = objectIn(text);
  const time = typeof issuedAt === 'string' ? new Date(issuedAt) : new Date(NaN);
  if (typeof keyHash !== 'string' || Number.isNaN(time.getTime()) || (task !== undefined && typeof task !== 'string'))
    throw new Refused('malformed', 'the proof holds something else than a hash of a key and a time');
  return { keyHash, issuedAt: time, task };
}

function objectIn(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Reported below.
  }
  return {};
}
