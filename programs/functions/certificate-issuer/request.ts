import { createPublicKey, type KeyObject } from 'node:crypto';
import { identityParts } from '../../../lib/core/contract/identity';
import type { IssuingRequest } from '../../../lib/core/contract/issuing';
import type { KeysOf, Unread } from '../../../lib/core/contract/unread';
import { causeOf } from '../../shared/log';
import { x509 } from '../../shared/x509/certificate-library';
import { certificateRequest, signatureOf } from '../../shared/x509/certificate-request';
import type { LeafNames } from '../../shared/x509/leaf-names';
import { publicKeyOf } from '../x509/sign-certificate';
import { Refused } from './refused';

export type ReadRequest = Extract<IssuingRequest, { readonly action: 'authorities' }> | IssueRequest;
export type IssueRequest = Extract<IssuingRequest, { readonly action: 'issue' }>;

/** Far more than a request has; what is longer is not worth a look. */
const LONGEST = 8192;

/** As much of what somebody has sent as goes into a log. */
export const LONGEST_QUOTED = 256;

/** @throws Refused */
export function readRequest(event: unknown): ReadRequest {
  const fields: Unread<IssuingRequest> = typeof event === 'object' && event !== null ? event : {};
  if (fields.action === 'authorities') return { action: fields.action };
  if (fields.action !== 'issue') throw new Refused('malformed', 'the request has no action that is known: authorities or issue');
  const text = (name: KeysOf<IssuingRequest>): string => {
    const value = fields[name];
    if (typeof value !== 'string' || value === '' || value.length > LONGEST)
      throw new Refused('malformed', `the field ${name} of the request must be a text of at most ${LONGEST} characters`);
    return value;
  };
  return {
    action: 'issue',
    identity: text('identity'),
    csr: text('csr'),
    proof: text('proof'),
    ...(fields.proofRequestId === undefined ? {} : { proofRequestId: text('proofRequestId') }),
  };
}

/**
 * A name that the props of a mesh can give. Names with dots or slashes would share their DNS name with another one.
 * Shorter than anything that would be worth to be quoted.
 */
const NAME = /^[A-Za-z0-9_-]{1,63}$/;

/** @throws Refused unless the identity is one of the mesh */
export function checkTrustDomain(identity: string, trustDomain: string): void {
  const parts = identityParts(identity);
  if (parts?.trustDomain === trustDomain && NAME.test(parts.service)) return;
  throw new Refused('foreign-identity', `${quoted(identity)} is not an identity of the trust domain ${trustDomain}`);
}

/** A request for a certificate whose key has signed it. */
export interface SignedRequest {
  readonly publicKey: KeyObject;
  readonly request: x509.Pkcs10CertificateRequest;
}

/** @throws Refused unless the request is signed by the key that it is for, which is EC P-256 */
export async function readSignedRequest(csr: string): Promise<SignedRequest> {
  try {
    const request = new x509.Pkcs10CertificateRequest(csr);
    const spki = Buffer.from(request.publicKey.rawData);
    // Only such a key can be a key of the mesh.
    publicKeyOf(spki);
    if (await request.verify()) return { request, publicKey: createPublicKey({ key: spki, format: 'der', type: 'spki' }) };
  } catch (error) {
    throw new Refused('bad-request-key', `the signing request cannot be read: ${causeOf(error).why.replace(/\.$/, '')}`);
  }
  throw new Refused('bad-request-key', 'the signing request is not signed by its own key');
}

/**
 * For an authority that takes the names as they stand in the request. Every byte is compared, not what a parser finds: another
 * parser may find more.
 *
 * @throws Refused unless it is what a task with this identity and this key makes
 */
export async function checkNames({ request, publicKey }: SignedRequest, names: LeafNames): Promise<void> {
  const expected = await certificateRequest(names, publicKey, () => signatureOf(request));
  if (!Buffer.from(request.rawData).equals(Buffer.from(expected.rawData)))
    throw new Refused('other-names', `the signing request asks for something else than the names of ${names.identity}`);
}

/** Of somebody who may have sent anything. */
export function quoted(text: string): string {
  return text.length <= LONGEST_QUOTED ? JSON.stringify(text) : `${JSON.stringify(text.slice(0, LONGEST_QUOTED))}…`;
}
