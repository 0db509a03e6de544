import { createPublicKey, type KeyObject } from 'node:crypto';
import { identityParts } from '../../../lib/core/contract/identity';
import type { IssuingRequest } from '../../../lib/core/contract/issuing';
import type { KeysOf, Unread } from '../../../lib/core/contract/unread';
import { x509 } from '../../shared/x509/certificate-library';
import { leafAlternativeNames, leafSubject, type LeafNames } from '../../shared/x509/leaf-names';
import { publicKeyOf } from '../x509/sign-certificate';
import { Refused } from './refused';

export type ReadRequest = Extract<IssuingRequest, { readonly action: 'authorities' }> | IssueRequest;
export type IssueRequest = Extract<IssuingRequest, { readonly action: 'issue' }>;

/** Far more than a request has; what is longer is not worth a look. */
const LONGEST = 8192;

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

/** @throws Refused unless the identity is one of the mesh */
export function checkTrustDomain(identity: string, trustDomain: string): void {
  if (identityParts(identity)?.trustDomain !== trustDomain)
    throw new Refused('foreign-identity', `${JSON.stringify(identity)} is not an identity of the trust domain ${trustDomain}`);
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
    throw new Refused('bad-request-key', `the signing request cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  throw new Refused('bad-request-key', 'the signing request is not signed by its own key');
}

/**
 * For an authority that takes the names as they stand in the request.
 *
 * @throws Refused unless these are the names of the identity, and there is nothing else in it
 */
export function checkNames({ request }: SignedRequest, names: LeafNames): void {
  const hex = (bytes: ArrayBuffer): string => Buffer.from(bytes).toString('hex');
  const [own, ...others] = request.extensions;
  const expected = leafAlternativeNames(names);
  if (
    hex(request.subjectName.toArrayBuffer()) !== hex(leafSubject(names).toArrayBuffer()) ||
    own === undefined ||
    others.length > 0 ||
    hex(own.rawData) !== hex(expected.rawData)
  )
    throw new Refused('other-names', `the signing request asks for something else than the names of ${names.identity}`);
}
